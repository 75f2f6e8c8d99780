"""The bot of many workspaces in one process, each with a conference and data of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from aiohttp import TCPConnector, web
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot.app.health import SlackClock, start_alerts
from bot.app.process import OnServing, Process, Startup, serve_http, take_requests
from bot.app.request_router import RequestRouter
from bot.app.workspace import KnownWorkspace, RunningWorkspace, run_workspace
from bot.app.workspace_manager import IDLE_S, WorkspaceManager
from bot.clock import Clock
from bot.db.database import Database
from bot.errors import SettingsError
from bot.handlers.calendar.feeds import feed_routes
from bot.settings import Settings
from bot.slack.client import Identity, open_client
from bot.slack.manifest import SCOPES
from bot.web import slack_events
from bot.web.health import HealthChecks, Shutdown
from bot.web.installations import DELETE_AFTER, InstallationStore, InstalledBot
from bot.web.oauth_install import InstallFlow

RENEW_INTERVAL_S = 600.0  # between two searches for tokens that expire soon


@dataclass(frozen=True, slots=True)
class RunningBots:
    """The parts of a running process that its caller uses."""

    url: str
    workspaces: WorkspaceManager
    health: HealthChecks
    shutdown: Shutdown


@asynccontextmanager
async def run_multi(
    settings: Settings,
    delete_after: timedelta = DELETE_AFTER,
    idle_s: float = IDLE_S,
    on_serving: OnServing | None = None,
) -> AsyncIterator[RunningBots]:
    """Run the bot for every workspace that installed it while the block is open. HTTP is served from the beginning.

    The data of a workspace that leaves is deleted after `delete_after`, since other processes have to notice first. One
    that nobody used for `idle_s` seconds is closed.
    Raises BotError in plain words when a setting is wrong or the database cannot be opened.
    """
    async with AsyncExitStack() as stack:
        process, database = await stack.enter_async_context(_open_process(settings))
        supervisor = process.new_supervisor()
        stack.push_async_callback(supervisor.stop)
        installations = InstallationStore(settings.client_id, settings.token_keys, database, delete_after)
        run = partial(_run_installed, settings)
        workspaces = WorkspaceManager(settings, installations, process, database, run, idle_s)
        router = RequestRouter(settings, process, workspaces)
        open_workspaces = workspaces.running_workspaces
        slack_clock = SlackClock(process.clock, lambda: [workspace.clock for workspace in open_workspaces()])
        client = await stack.enter_async_context(
            open_client(settings, process.metrics, slack_clock.compare, process.connections)
        )
        installing = InstallFlow(settings, client, installations, SCOPES, workspaces.wait_until_running)

        async def other_problems() -> Sequence[str]:
            clock = [f"clock: {slack_clock.problem}"] if slack_clock.problem else []
            return [*workspaces.health_problems(), *clock]

        checks = HealthChecks(
            open_workspaces, process.metrics, process.shutdown, supervisor, other_problems, judged=False
        )
        startup = Startup(process.metrics, checks.set_starting)
        routes = [
            *slack_events.event_routes(router, process.shutdown, settings.signing_secret, process.clock),
            *installing.routes(),
            *_feed_routes(workspaces),
        ]
        url = await stack.enter_async_context(serve_http(settings, process, checks, routes, on_serving))
        await startup.phase("database", installations.prepare)
        stack.push_async_callback(workspaces.stop)
        stack.push_async_callback(router.stop)
        stack.push_async_callback(workspaces.stop_looking)  # first: others open what is due, while people are answered
        await startup.phase("workspaces", workspaces.refresh)
        workspaces.start(supervisor)
        rotator = AsyncTokenRotator(client_id=settings.client_id, client_secret=settings.client_secret, client=client)
        supervisor.start("tokens", installations.renew_tokens, rotator, interval_s=RENEW_INTERVAL_S, delay_s=0)
        slack_clock.start(supervisor, client)
        start_alerts(supervisor, open_workspaces, other_problems)
        await stack.enter_async_context(take_requests(settings, process, supervisor, checks))
        yield RunningBots(url, workspaces, checks, process.shutdown)


@asynccontextmanager
async def _open_process(settings: Settings) -> AsyncIterator[tuple[Process, Database]]:
    """The parts that all workspaces share, and the database of the installations."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, clock.real_now)
        stack.push_async_callback(database.close)
        # They need no limit in all: each workspace has its own, of the requests that are under way there.
        connections = TCPConnector(limit=0)
        stack.push_async_callback(connections.close)
        yield Process(clock=clock, database=database, connections=connections), database


def _run_installed(
    settings: Settings, process: Process, id: str, bot: InstalledBot, served: str
) -> AbstractAsyncContextManager[RunningWorkspace]:
    """Run one of many workspaces. `served` is the digest of the source's version that it serves. Raises BotError."""
    own = settings.for_workspace(id)
    if own is None:
        raise SettingsError("QCON_CONFERENCES has no conference for this workspace.")
    startup = Startup(process.metrics, lambda _: None, patient=False)  # what fails is tried again later
    known = KnownWorkspace(Identity(id, bot.bot_user, bot.bot), served)
    return run_workspace(replace(own, bot_token=bot.token), process, startup, known=known)


def _feed_routes(workspaces: WorkspaceManager) -> list[web.RouteDef]:
    """The routes of calendar files, under each workspace's own address."""
    return feed_routes(
        "/w/{workspace}",
        lambda request: workspaces.find(request.match_info["workspace"], by_people=False),
        lambda: web.HTTPNotFound(text="The bot isn't running in that workspace."),
    )
