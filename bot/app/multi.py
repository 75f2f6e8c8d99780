"""The bot of many workspaces in one process, each with a conference and data of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot import telemetry
from bot.app.process import DRAIN_S, OnServing, Process, ignore_address, serve_http, take_requests
from bot.app.slack_clock import SlackClock
from bot.app.startup import Startup
from bot.app.workspace import RunningWorkspace, run_workspace
from bot.clock import Clock, Deadline, monotonic
from bot.db.canary import Canary
from bot.db.database import Database, Transaction
from bot.delivery.monitoring import run_safely
from bot.errors import BotError
from bot.handlers.calendar.feeds import feed_routes
from bot.settings import Settings, workspace_database_url
from bot.slack.bolt_app import BotApp
from bot.slack.client import TokenRefusedError, auth_test, open_client
from bot.slack.manifest import MULTI_WORKSPACE_EVENTS, SCOPES
from bot.supervisor import Part, Supervisor
from bot.web import slack_events
from bot.web.health import HealthChecks, Shutdown
from bot.web.installations import DELETE_AFTER, InstallationStore
from bot.web.oauth_install import INSTALL_PATH, InstallFlow


def is_departure(body: Mapping[str, Any]) -> bool:
    """True if Slack says that a workspace removed the bot or revoked its token. People's own tokens do not count."""
    type_ = _event_type(body)
    tokens = body["event"].get("tokens") if type_ == "tokens_revoked" else None
    return type_ == "app_uninstalled" or (isinstance(tokens, dict) and bool(tokens.get("bot")))


def event_time(body: Mapping[str, Any]) -> datetime:
    """Return when an event happened, by Slack's clock. Slack may send it again much later, and so may others."""
    try:
        return datetime.fromtimestamp(body["event_time"], UTC)
    except (LookupError, TypeError, ValueError, OSError, OverflowError):
        return Clock().real_now()


def _event_type(body: Mapping[str, Any]) -> str:
    event = body.get("event")
    return str(event.get("type", "")) if isinstance(event, dict) else ""


async def delete_tenant(url: str, machine: Callable[[], datetime]) -> None:
    """Delete a workspace's schema or file at `url` (bot.settings.workspace_database_url), if it is there."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_delete_file, str(address.database))
        return
    database = Database(address.difference_update_query(["schema"]).render_as_string(hide_password=False), machine)
    try:
        await database.write(_drop_schema, str(address.query["schema"]))
    finally:
        await database.close()


def _delete_file(file: str) -> None:
    for part in ("", "-wal", "-shm"):
        Path(f"{file}{part}").unlink(missing_ok=True)


async def _drop_schema(tx: Transaction, schema: str) -> None:
    await tx.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))


RENEW_INTERVAL_S = 600.0  # between two looks for tokens that expire soon

POLL_INTERVAL_S = 5.0  # after this, a workspace that another process installed is open here too

REFRESH_LIMIT_S = 600.0  # a first look opens all workspaces, and each builds an index

RETRY_AFTER_S = 60.0  # what did not open, because of its schedule for instance, is tried again after so long

MAX_STARTING = 4  # that are opened at a time: each builds an index

STALE_AFTER_S = 60.0  # without a look at who installed it, something is wrong

_log = telemetry.logger("app")


@dataclass(frozen=True, slots=True)
class _RunningEntry:
    """A running workspace, the token it was opened with, and the stack that closes it."""

    workspace: RunningWorkspace
    token: str
    stopping: AsyncExitStack


class WorkspaceManager:
    """Opens the workspaces that installed the bot, closes those that removed it, and deletes their data."""

    def __init__(
        self, settings: Settings, installations: InstallationStore, process: Process, unknown_app: BotApp
    ) -> None:
        """`unknown_app` answers the requests of workspaces that are not open."""
        self._settings = settings
        self._installations = installations
        self._process = process
        self._unknown_app = unknown_app
        self._running: dict[str, _RunningEntry] = {}
        self._retry_at: dict[str, float] = {}  # stopwatch; who did not open
        self._unreadable: frozenset[str] = frozenset()
        self._refreshed_at = monotonic()
        self._part: Part | None = None
        self._changed = asyncio.Condition()
        self._refresh_lock = asyncio.Lock()

    async def stop(self) -> None:
        """Close all of them."""
        if self._part is not None:
            await self._part.stop()
        async with self._refresh_lock:
            await asyncio.gather(*map(self._stop, tuple(self._running)))

    def start(self, supervisor: Supervisor) -> None:
        """Look for changes of the installations from now on."""
        self._part = supervisor.start("workspaces", self.refresh, interval_s=POLL_INTERVAL_S, limit_s=REFRESH_LIMIT_S)

    async def refresh(self) -> None:
        """Open, close and delete workspaces, as the installations say."""
        async with self._refresh_lock:
            left = await self._installations.uninstalls()  # asked first, so that who is among them is closed below
            tokens, unreadable = await self._installations.installed()
            self._tell_unreadable(unreadable)
            # Another process may have a key that this one lacks: where the bot is at work, it stays.
            readable = [id for id in self._running if id not in unreadable]
            changed = [id for id in readable if tokens.get(id) != self._running[id].token or self._is_dead(id)]
            await asyncio.gather(*map(self._stop, changed))
            for departure in left:
                if departure.due:
                    await run_safely(f"deleting {departure.workspace}", self._delete_data, departure.workspace)
            room = max(0, self._settings.most_workspaces - len(self._running))
            new = [id for id in tokens if id not in self._running and self._retry_at.get(id, 0.0) <= monotonic()]
            few = asyncio.Semaphore(MAX_STARTING)
            starts = (self._start(id, tokens[id], few, has_room=place < room) for place, id in enumerate(new))
            await asyncio.gather(*starts)
            self._refreshed_at = monotonic()

    def running_workspaces(self) -> Sequence[RunningWorkspace]:
        """The workspaces that are open."""
        return [entry.workspace for entry in self._running.values()]

    def find(self, id: str) -> RunningWorkspace | None:
        """The workspace with this id; None if it is not open."""
        return self._running[id].workspace if id in self._running else None

    def health_problems(self) -> Sequence[str]:
        """The problems for `/readyz`. A workspace that does not open is none, since the others are served."""
        age_s = monotonic() - self._refreshed_at
        return [f"workspaces: nobody looked for new ones for {age_s:.0f} s"] if age_s > STALE_AFTER_S else []

    async def wait_until_running(self, id: str, within_s: float = 10.0) -> bool:
        """Wait a little for a workspace that was just installed. Return True if it is open."""
        self._retry_at.pop(id, None)
        self._look_soon()
        try:
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(lambda: id in self._running)
        except TimeoutError:
            return False
        return True

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Let the workspace's own app answer. A departure is recorded here, whether or not the bot is at work there.

        Where it cannot be recorded the answer is 503, so that Slack sends it again.
        """
        id = req.context.team_id or ""
        if _event_type(req.body) in MULTI_WORKSPACE_EVENTS:
            departed = bool(id) and is_departure(req.body)
            at = event_time(req.body)
            recorded = not departed or await run_safely(f"recording that {id} left", self._record_departure, id, at)
            return BoltResponse(status=200 if recorded else 503)
        workspace = self.find(id)
        return await (workspace.app if workspace else self._unknown_app).async_dispatch(req)

    def _is_dead(self, id: str) -> bool:
        """True if a part of the workspace stays dead. Then it is closed and opened again."""
        return bool(self._running[id].workspace.supervisor.dead)

    def _look_soon(self) -> None:
        if self._part is not None:
            self._part.wake()

    def _tell_unreadable(self, unreadable: frozenset[str]) -> None:
        """Log once which workspaces have a token that no key opens. The others are served."""
        if unreadable - self._unreadable:
            _log.warning("no key of QCON_TOKEN_KEYS opens the token", workspaces=sorted(unreadable))
        self._unreadable = unreadable

    async def _start(self, id: str, token: str, few: asyncio.Semaphore, *, has_room: bool) -> None:
        async with few:
            if await run_safely(f"opening {id}", self._run_entry, id, token, has_room):
                async with self._changed:
                    self._changed.notify_all()
            if id not in self._running:
                self._retry_at[id] = monotonic() + RETRY_AFTER_S

    async def _run_entry(self, id: str, token: str, has_room: bool) -> None:
        """Open the workspace. If that cannot be, at least ask Slack whether its token is still valid."""
        settings = self._settings.for_workspace(id)
        began = Clock().real_now()
        try:
            if settings is None or not has_room:
                await self._check_token(token)
                _log.warning("no conference" if settings is None else "no room", workspace=id)
                return
            process = replace(self._process, deadline=Deadline(DRAIN_S))  # each has its own time to end
            async with AsyncExitStack() as stack:
                opening = run_workspace(replace(settings, bot_token=token), process, self._startup())
                workspace = await stack.enter_async_context(opening)
                self._running[id] = _RunningEntry(workspace, token, stack.pop_all())
        except BotError as error:
            if isinstance(error, TokenRefusedError) and error.for_good:
                await self._record_departure(id, began)
            _log.warning("not at work", workspace=id, reason=str(error))

    def _startup(self) -> Startup:
        """The start of one workspace. A phase that fails is tried again at the next look."""
        return Startup(self._process.metrics, lambda _: None, patient=False)

    async def _check_token(self, token: str) -> None:
        async with open_client(replace(self._settings, bot_token=token), self._process.metrics) as client:
            await auth_test(client)

    async def _stop(self, id: str) -> None:
        await run_safely(f"closing {id}", self._running.pop(id).stopping.aclose)

    async def _record_departure(self, id: str, at: datetime) -> None:
        """Delete the token now, and have the rest deleted once every process has noticed."""
        await self._installations.uninstall(id, at)
        self._look_soon()

    async def _delete_data(self, id: str) -> None:
        await delete_tenant(workspace_database_url(self._settings.database_url, id), Clock().real_now)
        await self._installations.forget_uninstall(id)
        _log.info("left, and everything of it deleted", workspace=id)


@dataclass(frozen=True, slots=True)
class RunningBots:
    """The parts of a running process that its caller uses."""

    url: str
    workspaces: WorkspaceManager
    health: HealthChecks
    shutdown: Shutdown


@asynccontextmanager
async def run_multi(
    settings: Settings, delete_after: timedelta = DELETE_AFTER, on_serving: OnServing = ignore_address
) -> AsyncIterator[RunningBots]:
    """Run the bot for every workspace that installed it while the block is open. HTTP is served from the beginning.

    The data of a workspace that leaves is deleted after `delete_after`, since other processes have to notice first. Raises BotError in plain words when
    a setting is wrong or the database cannot be opened.
    """
    clock = Clock()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, clock.real_now)
        stack.push_async_callback(database.close)
        process = Process(clock=clock, database=database)
        supervisor = process.new_supervisor()
        stack.push_async_callback(supervisor.stop)
        installations = InstallationStore(settings.client_id, settings.token_keys, database, delete_after)
        workspaces = WorkspaceManager(settings, installations, process, _unknown_workspace_app(settings, process))
        client = await stack.enter_async_context(open_client(settings, process.metrics, process.clock.compare))
        installing = InstallFlow(settings, client, installations, SCOPES, workspaces.wait_until_running)
        routes = [
            *slack_events.event_routes(workspaces, process.shutdown, settings.signing_secret, process.clock),
            *installing.routes(),
            *_feed_routes(workspaces),
        ]
        canary = Canary(lambda: [workspace.database for workspace in workspaces.running_workspaces()])

        async def other_problems() -> Sequence[str]:
            writes = [f"database: {canary.problem}"] if canary.problem else []
            return [*workspaces.health_problems(), *_clock_problems(workspaces), *writes]

        checks = HealthChecks(
            workspaces.running_workspaces, process.metrics, process.shutdown, supervisor, other_problems
        )
        startup = Startup(process.metrics, checks.set_starting)
        url = await stack.enter_async_context(serve_http(settings, process, checks, routes))
        on_serving(url)
        await startup.phase("database", installations.prepare)
        stack.push_async_callback(workspaces.stop)
        await startup.phase("workspaces", workspaces.refresh)
        workspaces.start(supervisor)
        rotator = AsyncTokenRotator(client_id=settings.client_id, client_secret=settings.client_secret, client=client)
        supervisor.start("tokens", installations.renew_tokens, rotator, interval_s=RENEW_INTERVAL_S, delay_s=0)
        canary.start(supervisor)
        await stack.enter_async_context(take_requests(settings, process, supervisor, checks))
        yield RunningBots(url, workspaces, checks, process.shutdown)


def _clock_problems(workspaces: WorkspaceManager) -> Sequence[str]:
    clocks = [SlackClock(workspace.clock, workspace.clock) for workspace in workspaces.running_workspaces()]
    return [f"clock: {clock.problem}" for clock in clocks if clock.problem][:1]


def _unknown_workspace_app(settings: Settings, process: Process) -> BotApp:
    """Build the app that answers the requests of workspaces that are not open."""

    async def nobody(team_id: str, **_: Any) -> None:
        _log.info("asked where it is not at work", workspace=team_id)

    reply = (
        "I am not at work in this workspace. If I was added just now, give me a minute; "
        f"else somebody can add me here: {settings.public_url}{INSTALL_PATH}"
    )
    return BotApp(
        process.metrics,
        process.concurrency,
        authorize=nobody,
        request_verification_enabled=False,  # `SignedRequests` has done it, by a clock that does not jump
        user_facing_authorize_error_message=reply,
        logger=logging.Logger("bot.app.many", logging.CRITICAL),  # Bolt takes it for an error
    )


def _feed_routes(workspaces: WorkspaceManager) -> list[web.RouteDef]:
    """The routes of calendar files, under each workspace's own address."""
    return feed_routes(
        "/w/{workspace}",
        lambda request: workspaces.find(request.match_info["workspace"]),
        lambda: web.HTTPNotFound(text="The bot is not at work there, or no longer."),
    )
