"""The workspaces that installed the bot: each at work with a conference and data of its own, until it leaves."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import telemetry
from bot.app.node import DRAIN_S, Process
from bot.app.workspace import RunningWorkspace, run_workspace
from bot.clock import Clock, Deadline, monotonic
from bot.errors import BotError
from bot.handlers.departure import UninstallHandlers
from bot.handlers.reception import BotApp
from bot.reminders.boundary import run_safely
from bot.settings import Settings, workspace_database_url
from bot.slack.connection import TokenRefusedError
from bot.store import homes
from bot.store.installations import InstallationStore

POLL_INTERVAL_S = 5.0  # a workspace that another node installed is at work here after so long
RETRY_AFTER_S = 60.0  # what did not open, because of its schedule for instance, is tried again after so long
MAX_STARTING = 4  # that are opened at a time: each builds an index
STALE_AFTER_S = 60.0  # without a look at who installed it, something is wrong

_log = telemetry.logger("app")


@dataclass(frozen=True, slots=True)
class _RunningEntry:
    """A workspace at work, the token it began with, and how to end it."""

    workspace: RunningWorkspace
    token: str
    stopping: AsyncExitStack


class WorkspaceManager:
    """Keeps to who installed the bot: opens who is new, closes who is gone, and deletes what they leave behind."""

    def __init__(
        self, settings: Settings, installations: InstallationStore, process: Process, unknown_app: BotApp
    ) -> None:
        """`unknown_app` answers where the bot is not at work."""
        self._settings = settings
        self._installations = installations
        self._process = process
        self._unknown_app = unknown_app
        self._running: dict[str, _RunningEntry] = {}
        self._retry_at: dict[str, float] = {}  # stopwatch; who did not open
        self._unreadable: frozenset[str] = frozenset()
        self._refreshed_at = monotonic()
        self._wake = asyncio.Event()
        self._changed = asyncio.Condition()
        self._refresh_lock = asyncio.Lock()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """All of them, while inside; who does not open is told in the log, and tried again."""
        try:
            await self.refresh()
            yield
        finally:
            async with self._refresh_lock:
                await asyncio.gather(*map(self._stop, tuple(self._running)))

    async def follow(self) -> None:
        """Look again and again, for ever."""
        while True:
            try:
                async with asyncio.timeout(POLL_INTERVAL_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            await run_safely("looking who installed the bot", self.refresh)

    async def refresh(self) -> None:
        """Bring about what the installations say."""
        async with self._refresh_lock:
            left = await self._installations.uninstalls()  # asked first, so that who is among them is closed below
            tokens, unreadable = await self._installations.installed()
            self._tell_unreadable(unreadable)
            # Another process may have a key that this one lacks: where the bot is at work, it stays.
            readable = [id for id in self._running if id not in unreadable]
            changed = [id for id in readable if tokens.get(id) != self._running[id].token]
            await asyncio.gather(*map(self._stop, changed))
            await self._delete_data([one.workspace for one in left if one.due])
            room = max(0, self._settings.most_workspaces - len(self._running))
            new = [id for id in tokens if id not in self._running and self._retry_at.get(id, 0.0) <= monotonic()][:room]
            few = asyncio.Semaphore(MAX_STARTING)
            await asyncio.gather(*(self._start(id, tokens[id], few) for id in new))
            self._refreshed_at = monotonic()

    def running_workspaces(self) -> Sequence[RunningWorkspace]:
        """Those where the bot is at work."""
        return [one.workspace for one in self._running.values()]

    def find(self, id: str) -> RunningWorkspace | None:
        """One of them, if the bot is at work there."""
        return self._running[id].workspace if id in self._running else None

    def health_problems(self) -> Sequence[str]:
        """For `/readyz`: not that one does not open, since the others are served."""
        age_s = monotonic() - self._refreshed_at
        return [f"workspaces: nobody looked for new ones for {age_s:.0f} s"] if age_s > STALE_AFTER_S else []

    async def wait_until_running(self, id: str, within_s: float = 10.0) -> bool:
        """Wait a little for a workspace that was just installed; whether the bot is at work there."""
        self._retry_at.pop(id, None)
        self._wake.set()
        try:
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(lambda: id in self._running)
        except TimeoutError:
            return False
        return True

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """What the workspace's own app answers; each checks the signature itself."""
        found = self.find(req.context.team_id or "")
        return await (found.app if found else self._unknown_app).async_dispatch(req)

    def _tell_unreadable(self, unreadable: frozenset[str]) -> None:
        """Log of which workspaces no key opens the token, once; the others are served."""
        if unreadable - self._unreadable:
            _log.warning("no key of QCON_TOKEN_KEYS opens the token", workspaces=sorted(unreadable))
        self._unreadable = unreadable

    async def _start(self, id: str, token: str, few: asyncio.Semaphore) -> None:
        async with few:
            if await run_safely(f"opening {id}", self._run_entry, id, token):
                async with self._changed:
                    self._changed.notify_all()
            if id not in self._running:
                self._retry_at[id] = monotonic() + RETRY_AFTER_S

    async def _run_entry(self, id: str, token: str) -> None:
        settings = self._settings.for_workspace(id)
        if settings is None:
            _log.warning("no conference", workspace=id)
            return
        node = replace(self._process, deadline=Deadline(DRAIN_S))  # each has its own time to end
        topics = (UninstallHandlers(self._exit_entry),)
        try:
            async with AsyncExitStack() as stack:
                working = run_workspace(replace(settings, bot_token=token), node, extra_features=topics)
                workspace = await stack.enter_async_context(working)
                self._running[id] = _RunningEntry(workspace, token, stack.pop_all())
        except BotError as error:
            if isinstance(error, TokenRefusedError) and error.for_good:
                await self._installations.uninstall(id)
            _log.warning("not at work", workspace=id, reason=str(error))

    async def _stop(self, id: str) -> None:
        await run_safely(f"closing {id}", self._running.pop(id).stopping.aclose)

    async def _exit_entry(self, id: str) -> None:
        await self._installations.uninstall(id)
        self._wake.set()

    async def _delete_data(self, ids: Iterable[str]) -> None:
        for id in ids:
            await homes.delete_tenant(workspace_database_url(self._settings.database_url, id), Clock().real_now)
            await self._installations.forget_uninstall(id)
            _log.info("left, and everything of it deleted", workspace=id)
