"""The workspaces of one process: opened when they install the bot, and closed when they remove it."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import telemetry
from bot.app.departures import delete_tenant, event_time, event_type, is_departure
from bot.app.process import DRAIN_S, Process
from bot.app.startup import Startup
from bot.app.workspace import RunningWorkspace, run_workspace
from bot.clock import Clock, Deadline, monotonic
from bot.delivery.monitoring import run_safely
from bot.errors import BotError
from bot.settings import Settings, workspace_database_url
from bot.slack.bolt_app import BotApp
from bot.slack.client import TokenRefusedError, auth_test, open_client
from bot.slack.manifest import MULTI_WORKSPACE_EVENTS
from bot.supervisor import Part, Supervisor
from bot.web.installations import InstallationStore

POLL_INTERVAL_S = 5.0  # after which a workspace that another process installed is opened here too

REFRESH_LIMIT_S = 600.0  # a first look opens all workspaces, and each builds an index

WAIT_S = 10.0  # that a person waits, after an installation, for the workspace to be open

RETRY_AFTER_S = 60.0  # a workspace that did not open, for instance because of its schedule, is tried again after this

MAX_STARTING = 4  # workspaces that are opened at the same time: each builds an index

STALE_AFTER_S = 60.0  # without progress, something is wrong; a look that opens many workspaces takes longer

_log = telemetry.logger("app")


@dataclass(frozen=True, slots=True)
class _OpenWorkspace:
    """A running workspace, the token it was opened with, and the stack that closes it."""

    workspace: RunningWorkspace
    token: str
    stopping: AsyncExitStack


class WorkspaceManager:
    """Opens the workspaces that installed the bot, closes those that removed it, and deletes what these leave."""

    def __init__(
        self, settings: Settings, installations: InstallationStore, process: Process, unknown_app: BotApp
    ) -> None:
        """`unknown_app` answers the requests of workspaces that are not open."""
        self._settings = settings
        self._installations = installations
        self._process = process
        self._unknown_app = unknown_app
        self._running: dict[str, _OpenWorkspace] = {}
        self._retry_at: dict[str, float] = {}  # monotonic; of workspaces that did not open
        self._unreadable: frozenset[str] = frozenset()
        self._progress_at = monotonic()  # when the installations were last read, or a workspace was opened or gave up
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
            departures = await self._installations.uninstalls()  # read first, so that all of them are closed below
            tokens, unreadable = await self._installations.installed()
            self._progress_at = monotonic()
            self._tell_unreadable(unreadable)
            # Another process may have a key that this one lacks, so a workspace that is open stays open.
            readable = [id for id in self._running if id not in unreadable]
            changed = [id for id in readable if tokens.get(id) != self._running[id].token or self._is_dead(id)]
            await asyncio.gather(*map(self._stop, changed))
            for departure in departures:
                if departure.due:
                    await run_safely(f"deleting {departure.workspace}", self._delete_data, departure.workspace)
            room = max(0, self._settings.most_workspaces - len(self._running))
            new = [id for id in tokens if id not in self._running and self._retry_at.get(id, 0.0) <= monotonic()]
            starting = asyncio.Semaphore(MAX_STARTING)
            starts = (self._start(id, tokens[id], starting, has_room=place < room) for place, id in enumerate(new))
            await asyncio.gather(*starts)

    def running_workspaces(self) -> Sequence[RunningWorkspace]:
        """The workspaces that are open."""
        return [entry.workspace for entry in self._running.values()]

    def find(self, id: str) -> RunningWorkspace | None:
        """The workspace with this id; None if it is not open."""
        return self._running[id].workspace if id in self._running else None

    def health_problems(self) -> Sequence[str]:
        """The problems for `/readyz`. A workspace that does not open is not one of them, since the others are served."""
        age_s = monotonic() - self._progress_at
        return [f"workspaces: none was looked for or opened for {age_s:.0f} s"] if age_s > STALE_AFTER_S else []

    async def wait_until_running(self, id: str) -> bool:
        """Wait a little for a workspace that was just installed. Return True if it is open."""
        self._retry_at.pop(id, None)
        self._look_soon()
        try:
            async with asyncio.timeout(WAIT_S), self._changed:
                await self._changed.wait_for(lambda: id in self._running)
        except TimeoutError:
            return False
        return True

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Let the workspace's own app answer. A departure is recorded here, whether or not the workspace is open.

        If it cannot be recorded, the answer is 503, so that Slack sends it again.
        """
        id = req.context.team_id or ""
        if event_type(req.body) in MULTI_WORKSPACE_EVENTS:
            departed = bool(id) and is_departure(req.body)
            at = event_time(req.body)
            recorded = not departed or await run_safely(f"recording that {id} left", self._record_departure, id, at)
            return BoltResponse(status=200 if recorded else 503)
        workspace = self.find(id)
        return await (workspace.app if workspace else self._unknown_app).async_dispatch(req)

    def _is_dead(self, id: str) -> bool:
        """True if a part of the workspace stays dead. The workspace is then closed and opened again."""
        return bool(self._running[id].workspace.supervisor.dead)

    def _look_soon(self) -> None:
        if self._part is not None:
            self._part.wake()

    def _tell_unreadable(self, unreadable: frozenset[str]) -> None:
        """Log once which workspaces have a token that no key opens. The others are served."""
        if unreadable - self._unreadable:
            _log.warning("no key of QCON_TOKEN_KEYS opens the token", workspaces=sorted(unreadable))
        self._unreadable = unreadable

    async def _start(self, id: str, token: str, starting: asyncio.Semaphore, *, has_room: bool) -> None:
        async with starting:
            if await run_safely(f"opening {id}", self._open, id, token, has_room):
                async with self._changed:
                    self._changed.notify_all()
            if id not in self._running:
                self._retry_at[id] = monotonic() + RETRY_AFTER_S
            self._progress_at = monotonic()

    async def _open(self, id: str, token: str, has_room: bool) -> None:
        """Open the workspace. If that is not possible, at least ask Slack whether its token is still valid."""
        settings = self._settings.for_workspace(id)
        began = Clock().real_now()
        try:
            if settings is None or not has_room:
                await self._check_token(token)
                _log.warning("no conference" if settings is None else "no room", workspace=id)
                return
            process = replace(self._process, deadline=Deadline(DRAIN_S))  # each has its own time to stop
            async with AsyncExitStack() as stack:
                opening = run_workspace(replace(settings, bot_token=token), process, self._startup())
                workspace = await stack.enter_async_context(opening)
                self._running[id] = _OpenWorkspace(workspace, token, stack.pop_all())
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
        _log.info("a workspace left, and its data are deleted", workspace=id)
