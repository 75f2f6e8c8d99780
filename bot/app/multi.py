"""The bot of many workspaces in one process, each with a conference and data of its own.

A request is passed to its workspace, which may have to be opened first. Slack waits three seconds for its request, but
half an hour for what comes by the response URL. So a request whose workspace takes longer to open is acknowledged, and
answered once the workspace is open.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import TCPConnector, web
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot import telemetry
from bot.app.health import SlackClock, start_alerts
from bot.app.process import OnServing, Process, Startup, serve_http, take_requests
from bot.app.workspace import KnownWorkspace, RunningWorkspace, run_workspace
from bot.app.workspace_manager import ASKED_WAIT_S, IDLE_S, WorkspaceManager
from bot.clock import Clock
from bot.db.database import Database
from bot.delivery.monitoring import run_safely
from bot.errors import SettingsError
from bot.handlers.calendar.feeds import feed_routes
from bot.settings import Settings
from bot.slack.bolt_app import BotApp
from bot.slack.client import Identity, open_client
from bot.slack.manifest import MULTI_WORKSPACE_EVENTS, SCOPES
from bot.web.health import HealthChecks, Shutdown
from bot.web.installations import DELETE_AFTER, InstallationStore, InstalledBot
from bot.web.oauth_install import INSTALL_PATH, InstallFlow
from bot.web.slack_events import event_routes

RENEW_INTERVAL_S = 600.0  # between two searches for tokens that expire soon

LATE_WAIT_S = 30.0  # for a workspace to open; people do not wait longer

RETRY_S = 1.0  # between two looks whether it can be opened

MAX_WAITING = 100  # requests of all workspaces; people who come then are asked to try again

_log = telemetry.logger("app")


class RequestRouter:
    """Has each request answered by its workspace's app: in time or late, or refused in words."""

    def __init__(self, settings: Settings, process: Process, workspaces: WorkspaceManager) -> None:
        self._process = process
        self._workspaces = workspaces
        self._absent_app = _refusing_app(
            process,
            "I'm not running in this workspace. If I was added just now, give me a minute. "
            f"Otherwise, somebody can add me here: {settings.public_url}{INSTALL_PATH}",
        )
        self._unopened_app = _refusing_app(process, "I couldn't start in this workspace yet. Try again in a minute.")
        self._waiting: set[asyncio.Task[bool]] = set()  # requests that were acknowledged
        self._limits: set[asyncio.Timeout] = set()  # of those whose workspaces are not open yet

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Let the workspace's own app answer. An uninstall is recorded here, whether or not the workspace is open.

        If it cannot be recorded, the answer is 503, so that Slack sends it again. If the workspace does not open in
        time, the request is answered late, or else with 503: Slack sends it again, or tells the person.
        """
        id = req.context.team_id or ""
        if _event_type(req.body) in MULTI_WORKSPACE_EVENTS:
            if not is_uninstall(req.body) or not id:
                return BoltResponse(status=200)
            record, at = self._workspaces.record_uninstall, _event_time(req.body)
            recorded = await run_safely(f"recording that {id} left", record, id, at)
            return BoltResponse(status=200 if recorded else 503)
        workspace = await self._workspaces.find(id, ASKED_WAIT_S)
        if workspace is not None:
            return await workspace.app.async_dispatch(req)
        if not self._workspaces.opens_soon(id):
            refusing_app = self._unopened_app if self._workspaces.is_installed(id) else self._absent_app
            return await refusing_app.async_dispatch(req)
        if not self._process.shutdown.closed and self._accept(req):
            return BoltResponse(status=200)
        return await self._unopened_app.async_dispatch(req) if "command" in req.body else BoltResponse(status=503)

    async def stop(self) -> None:
        """Answer those whose workspaces open within a quarter of the time that is left. Refuse the others."""
        seconds = self._process.deadline.remaining() / 4
        await self._wait_until_answered(seconds)
        for limit in self._limits:
            limit.reschedule(0)  # this is past
        await self._wait_until_answered(seconds)  # a refusal may take as long

    def _accept(self, req: AsyncBoltRequest) -> bool:
        """Answer this request later, if there is a way and not too many wait already. Return whether it will be.

        A form has a response URL too, but needs its answer at once.
        """
        can_wait = req.context.response_url and req.body.get("type") != "view_submission"
        if not can_wait or len(self._waiting) >= MAX_WAITING:
            return False
        task = asyncio.create_task(run_safely("answering late", self._answer, req))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return True

    async def _wait_until_answered(self, seconds: float) -> None:
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=seconds)

    async def _answer(self, req: AsyncBoltRequest) -> None:
        workspace = await self._wait_for(req.context.team_id or "")
        await req.context.ack()  # as it was, so that the answer comes by the response URL, or else by another way
        response = await (workspace.app if workspace else self._unopened_app).async_dispatch(req)
        respond = req.context.respond
        if respond and response.status == 200 and response.body:  # too many are under way for a listener to be called
            await respond(response.body)

    async def _wait_for(self, id: str) -> RunningWorkspace | None:
        """The workspace once it is open, also if the database refuses it at first; nothing if that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LATE_WAIT_S) as limit:
                self._limits.add(limit)
                try:
                    while True:
                        workspace = await self._workspaces.find(id, LATE_WAIT_S)
                        if workspace or not self._workspaces.opens_soon(id):
                            return workspace
                        await asyncio.sleep(RETRY_S)
                finally:
                    self._limits.discard(limit)
        return None


def _refusing_app(process: Process, text: str) -> BotApp:
    """Build an app that answers every request with this text."""

    async def nobody(team_id: str, **_: Any) -> None:
        _log.info("a request of a workspace that is not open", workspace=team_id)

    return BotApp(
        process.metrics,
        process.concurrency,
        authorize=nobody,
        request_verification_enabled=False,  # `SignedRequests` has done it, by a clock that does not jump
        user_facing_authorize_error_message=text,
        logger=logging.Logger("bot.app.many", logging.CRITICAL),  # Bolt would log each such request as an error
    )


def is_uninstall(body: Mapping[str, Any]) -> bool:
    """Tell whether Slack says that a workspace removed the bot or revoked its token.

    People's own tokens do not count.
    """
    type_ = _event_type(body)
    tokens = body["event"].get("tokens") if type_ == "tokens_revoked" else None
    return type_ == "app_uninstalled" or (isinstance(tokens, dict) and bool(tokens.get("bot")))


def _event_time(body: Mapping[str, Any]) -> datetime:
    """Return when an event happened, by Slack's clock. Slack, or somebody else, may send it again much later."""
    try:
        return datetime.fromtimestamp(body["event_time"], UTC)
    except (LookupError, TypeError, ValueError, OSError, OverflowError):
        return Clock().real_now()


def _event_type(body: Mapping[str, Any]) -> str:
    """Return the type of an event, such as `app_uninstalled`; empty for a request that is no event."""
    event = body.get("event")
    return str(event.get("type", "")) if isinstance(event, dict) else ""


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
            *event_routes(router, process.shutdown, settings.signing_secret, process.clock),
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
