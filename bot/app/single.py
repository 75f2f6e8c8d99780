"""The bot of one workspace: over HTTP or Socket Mode, with a token from the environment."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp.web import RouteDef

from bot.app.process import Process, serve_http
from bot.app.workspace import RunningWorkspace, run_workspace
from bot.clock import Clock, SimulatedClock
from bot.db.database import Database
from bot.delivery.models import LEADS
from bot.delivery.worker import Worker
from bot.errors import SettingsError
from bot.live_schedule import simulated_clock
from bot.live_schedule.current import LiveSchedule
from bot.settings import Settings
from bot.web import slack_events
from bot.web.health import HealthChecks, Shutdown


@dataclass(frozen=True, slots=True)
class RunningBot:
    """The running bot, as its starter sees it."""

    url: str
    clock: Clock
    database: Database
    live_schedule: LiveSchedule
    worker: Worker
    health: HealthChecks
    shutdown: Shutdown

    async def set_time(self, conference_time: datetime, speed: float) -> None:
        """Jump to this moment, and run so many times faster: all nodes follow, since the anchor is in the database."""
        anchor = SimulatedClock(self.clock.real_now(), conference_time, speed)
        await self.database.write(simulated_clock.set_clock_anchor, anchor)
        self.clock.follow(anchor)
        self.worker.wake()


@asynccontextmanager
async def run_single(
    settings: Settings, clock: Clock | None = None, leads: Sequence[int] = LEADS
) -> AsyncIterator[RunningBot]:
    """The bot, serving while inside.

    `leads` as in `run_workspace`. Raises BotError in plain words when a setting is missing, a token is wrong or the schedule
    is bad.
    """
    _require_slack_settings(settings)
    node = Process()
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(run_workspace(settings, node, clock, leads))
        if settings.socket_mode:
            sockets = slack_events.run_socket(workspace.app, workspace.client, settings.app_token)
            node.shutdown.socket = await stack.enter_async_context(sockets)
        vitals = HealthChecks(lambda: (workspace,), node.metrics, node.shutdown)
        secret = settings.signing_secret
        routes = slack_events.event_routes(workspace.app, node.shutdown, secret) if secret else []
        routes += _feed_routes_of(workspace) if settings.public_url else []
        url = await stack.enter_async_context(serve_http(settings, node, vitals, routes))
        clock, database = workspace.clock, workspace.database
        yield RunningBot(url, clock, database, workspace.live_schedule, workspace.worker, vitals, node.shutdown)


def _feed_routes_of(workspace: RunningWorkspace) -> list[RouteDef]:
    """Calendar files. Who offers none does not pay for the library that writes them: 4 MiB and 50 ms of start."""
    from bot.handlers.calendar.feeds import CalendarFeeds  # noqa: PLC0415

    return CalendarFeeds(workspace.database, workspace.live_schedule).routes()


def _require_slack_settings(settings: Settings) -> None:
    if not settings.bot_token:
        raise SettingsError("SLACK_BOT_TOKEN is missing: the README's “Slack in five minutes” says where it is found.")
    if not settings.app_token and not settings.signing_secret:
        raise SettingsError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.")
