"""The bot of one workspace: over HTTP or Socket Mode, with a token from the environment."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiohttp.web import HTTPServiceUnavailable, Request
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.app.health import SlackClock, start_alerts, start_canary
from bot.app.process import OnServing, Process, Startup, serve_http, take_requests
from bot.app.workspace import RunningWorkspace, run_workspace
from bot.clock import Clock, SimulatedClock
from bot.db.database import Database
from bot.delivery.models import LEADS
from bot.delivery.worker import Worker
from bot.errors import SettingsError
from bot.handlers.calendar.feeds import feed_routes
from bot.live_schedule import clock_repository
from bot.live_schedule.current import LiveSchedule
from bot.settings import Settings
from bot.supervisor import Part
from bot.web.health import HealthChecks, Shutdown
from bot.web.slack_events import SocketConnection, event_routes


@dataclass(frozen=True, slots=True)
class RunningBot:
    """The parts of a running bot that its caller uses."""

    url: str
    clock: Clock
    database: Database
    live_schedule: LiveSchedule
    worker: Worker
    health: HealthChecks
    shutdown: Shutdown

    async def set_time(self, conference_time: datetime, speed: float) -> None:
        """Set conference time, and how many times faster it runs. All processes follow, since it is in the database."""
        anchor = SimulatedClock(self.clock.real_now(), conference_time, speed)
        await self.database.write(clock_repository.set_clock_anchor, anchor)
        self.clock.follow(*self.clock.anchors, anchor)
        self.worker.wake()


class _Slot:
    """The workspace, once it is open. Until then, Slack is asked to come again."""

    def __init__(self) -> None:
        self.workspace: RunningWorkspace | None = None
        self.socket: SocketConnection | None = None
        self.canary: Part | None = None

    @contextmanager
    def holding(self, workspace: RunningWorkspace) -> Iterator[None]:
        self.workspace = workspace
        try:
            yield
        finally:
            self.workspace = None

    def workspaces(self) -> Sequence[RunningWorkspace]:
        return (self.workspace,) if self.workspace else ()

    async def find(self, _: Request) -> RunningWorkspace | None:
        return self.workspace

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        return await self.workspace.app.async_dispatch(req) if self.workspace else BoltResponse(status=503)


@asynccontextmanager
async def run_single(
    settings: Settings,
    clock: Clock | None = None,
    leads: Sequence[int] = LEADS,
    on_serving: OnServing | None = None,
) -> AsyncIterator[RunningBot]:
    """Run the bot while the block is open, which begins when the bot is ready. HTTP is served from the beginning.

    `leads` are those of `run_workspace`. Raises BotError in plain words when a setting is missing, a token is wrong or
    the schedule is bad.
    """
    _require_slack_settings(settings)
    process, slot = Process(), _Slot()
    clock = clock or process.clock
    async with AsyncExitStack() as stack:
        supervisor = process.new_supervisor()
        stack.push_async_callback(supervisor.stop)
        slack_clock = SlackClock(process.clock, lambda: (clock,))

        async def other_problems() -> Sequence[str]:
            socket = await slot.socket.problem() if slot.socket else ""
            database = slot.canary.problem if slot.canary else ""
            problems = {"socket": socket, "clock": slack_clock.problem, "database": database}
            return [f"{kind}: {problem}" for kind, problem in problems.items() if problem]

        checks = HealthChecks(slot.workspaces, process.metrics, process.shutdown, supervisor, other_problems)
        startup = Startup(process.metrics, checks.set_starting)
        starting = partial(HTTPServiceUnavailable, text="I'm just starting. Try again in a minute.")
        secret = settings.signing_secret
        routes = event_routes(slot, process.shutdown, secret, process.clock) if secret else []
        routes += feed_routes("", slot.find, starting) if settings.public_url else []
        url = await stack.enter_async_context(serve_http(settings, process, checks, routes, on_serving))
        workspace = await stack.enter_async_context(run_workspace(settings, process, startup, clock, leads))
        stack.enter_context(slot.holding(workspace))
        if settings.socket_mode:
            slot.socket = SocketConnection(workspace.app, workspace.client, settings.app_token)
            stack.push_async_callback(slot.socket.close)
            await startup.phase("socket", slot.socket.open)
            slot.socket.start(supervisor)
        slot.canary = start_canary(supervisor, workspace.database)
        stack.push_async_callback(slot.canary.stop)  # before its database is closed
        slack_clock.start(supervisor, workspace.client)
        start_alerts(supervisor, slot.workspaces, other_problems)
        await stack.enter_async_context(take_requests(settings, process, supervisor, checks))
        live_schedule, worker = workspace.live_schedule, workspace.worker
        yield RunningBot(url, clock, workspace.database, live_schedule, worker, checks, process.shutdown)


def _require_slack_settings(settings: Settings) -> None:
    if not settings.bot_token:
        raise SettingsError("SLACK_BOT_TOKEN is missing. “Slack in five minutes” in the README says where to find it.")
    if not settings.app_token and not settings.signing_secret:
        raise SettingsError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.")
