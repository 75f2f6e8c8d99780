"""The workspaces of one process: opened when there is something to do in them, and closed when there is not.

A workspace is opened by its first request, or when something is due there. It is closed when nobody has used it for a
while and nothing is due soon. A closed workspace costs a row in a table, and nothing else.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot import telemetry
from bot.app import workspace_repository
from bot.app.process import DRAIN_S, Process
from bot.app.workspace import OpenWorkspace, RunningWorkspace
from bot.app.workspace_repository import DueWorkspaces
from bot.clock import Clock, Deadline, monotonic
from bot.db.database import DATABASE_ERRORS, Database, passing_reason
from bot.delivery.monitoring import run_safely
from bot.errors import BotError
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.source import ScheduleSource
from bot.redaction import redacted
from bot.settings import Settings, workspace_database_url
from bot.slack.client import TokenRefusedError, auth_test, open_client
from bot.supervisor import Part, Supervisor
from bot.web.installations import InstallationStore, InstalledBot

POLL_INTERVAL_S = 5.0  # between two looks at the installations and at what is due

# Between two looks because of a workspace that is not known: another process may have installed it.
LOOK_INTERVAL_S = 1.0

HOLD_INTERVAL_S = 20.0  # between two times that the process says which workspaces it has open

IDLE_S = 600.0  # a workspace that nobody used for this long is closed

VISIT_S = 30.0  # a workspace that was opened because something was due there is closed after this long

ASKED_WAIT_S = 2.0  # that a request waits for its workspace to open; Slack waits for three

INSTALLED_WAIT_S = 10.0  # that a person waits, after an installation, for the workspace to be open

FRESH_S = 2.0  # a request is answered from a revision that was the newest at most this long before

OPEN_LIMIT_S = 60.0  # a workspace that does not open within this time fails

RETRY_AFTER_S = 60.0  # a request does not try again within this time to open a workspace that failed

RETRY_DATABASE_S = 3.0  # the same where the database refused it, which often passes soon

FORGOTTEN_S = 60.0  # this long after it could be tried again, a failure is no longer a problem of the process

MANY = 2  # workspaces that the database refuses are its fault, and not that of one damaged file

_log = telemetry.logger("app")

# Runs one of many workspaces as a part of this process: its id, the bot there, and the version that it serves.
RunInstalled = Callable[[Process, str, InstalledBot, str], AbstractAsyncContextManager[RunningWorkspace]]


@dataclass(frozen=True, slots=True)
class _Failure:
    """The reason why a workspace could not be opened."""

    problem: str
    retry_at: float  # monotonic
    by_database: bool


class WorkspaceManager:
    """Opens and closes the workspaces that installed the bot, and deletes what those leave that removed it."""

    def __init__(
        self,
        settings: Settings,
        installations: InstallationStore,
        process: Process,
        database: Database,
        run: RunInstalled,
        idle_s: float = IDLE_S,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`database` has the installations. `run(process, id, bot, served)` runs a workspace.

        `now` is monotonic time in seconds.
        """
        self._idle_s = idle_s
        self._run = run
        self._now = now
        self._settings = settings
        self._installations = installations
        self._process = process
        self._database = database
        self._name = secrets.token_hex(8)  # of this process, for the table of open workspaces
        self._bots: dict[str, InstalledBot] = {}
        self._loaded = asyncio.Event()
        self._running: dict[str, OpenWorkspace] = {}
        self._opening: dict[str, asyncio.Task[bool]] = {}
        self._failures: dict[str, _Failure] = {}
        self._part = Part("workspaces", self.refresh, POLL_INTERVAL_S)
        self._due = DueWorkspaces(database, self._open_due, self._failures, self._part.wake)
        self._closing: dict[str, asyncio.Future[None]] = {}
        self._unreadable: frozenset[str] = frozenset()
        self._held_at = 0.0
        self._looked_at = 0.0
        self._refresh_lock = asyncio.Lock()

    async def stop_looking(self) -> None:
        """Look no more at the installations, and open no more of what is due. What people ask for is still opened."""
        await self._part.stop()
        await self._due.stop()

    async def stop(self) -> None:
        """Close all of them, once the manager looks no more."""
        for task in self._opening.values():
            task.cancel()
        await asyncio.gather(*self._opening.values(), *self._closing.values(), return_exceptions=True)
        async with self._refresh_lock:
            for entry in self._running.values():
                entry.deadline.shorten(self._process.deadline)
            await self._close(tuple(self._running))

    def start(self, supervisor: Supervisor) -> None:
        """Look for changes of the installations and of the sources, and for what is due, from now on."""
        self._part.start(supervisor)
        conferences = [conference.settings for conference in self._settings.conferences] or [self._settings]
        for source in {self._process.source(settings): None for settings in conferences}:
            supervisor.start("sources", self._look_at_source, source, interval_s=source.interval_s, delay_s=0)

    async def refresh(self) -> None:
        """Look at the installations and at what is due. Workspaces are opened in the background."""
        async with self._refresh_lock:
            await self._look_at_installations()
            await self._close_idle()
            await self._hold_open()
            if not self._process.shutdown.draining:  # others open what is due; people wait for what they asked for
                await self._due.open_due()
        closed = self._bots.keys() - self._running.keys()
        for state, ids in {"open": self._running, "closed": closed, "failed": self._failures}.items():
            self._process.metrics.workspaces.labels(state).set(len(ids))

    def running_workspaces(self) -> Sequence[RunningWorkspace]:
        return [entry.workspace for entry in self._running.values()]

    async def find(self, id: str, wait_s: float = ASKED_WAIT_S, *, by_people: bool = True) -> RunningWorkspace | None:
        """Return the workspace with this id, for a request. It is opened if it is closed; None if that takes too long.

        A request that is not by people, but by a calendar for instance, does not keep it open for long.
        """
        entry = self._running.get(id)
        if entry is None:
            with suppress(TimeoutError):  # it may have opened at that moment
                async with asyncio.timeout(wait_s):
                    await self._loaded.wait()
                    if id not in self._bots and self._now() - self._looked_at > LOOK_INTERVAL_S:
                        await run_safely("looking for a new installation", self.refresh)
                    if self._may_open(id):
                        await asyncio.wait({self._open_once(id)})  # a stop cancels the opening, but not this request
            entry = self._running.get(id)
        if entry is None:
            return None
        if by_people:
            entry.used, entry.close_at = True, self._now() + self._idle_s
        if self._database.on_postgresql and self._now() - entry.fresh_at > FRESH_S:
            entry.fresh_at = self._now()
            await entry.refresh()
        return entry.workspace

    def health_problems(self) -> Sequence[str]:
        """The problems of the process for `/readyz`. A workspace that cannot be opened is not one of them."""
        lately = self._now() - FORGOTTEN_S
        refused = [failure for failure in self._failures.values() if failure.by_database and failure.retry_at > lately]
        if len(refused) >= MANY:
            return [f"database: it refuses {len(refused)} workspaces ({refused[0].problem})"]
        return [f"database: {self._part.problem}"] if self._part.problem else []

    async def wait_until_running(self, id: str) -> bool:
        """Open a workspace that was just installed. Return True if it is open soon."""
        self._failures.pop(id, None)
        await run_safely("looking at a new installation", self.refresh)
        return await self.find(id, INSTALLED_WAIT_S) is not None

    def is_installed(self, id: str) -> bool:
        """Tell whether a workspace has the bot, as far as this process knows."""
        return id in self._bots

    def opens_soon(self, id: str) -> bool:
        """True while a workspace is being opened, and if the database refused it, which often passes soon."""
        failure = self._failures.get(id)
        return not self._loaded.is_set() or id in self._opening or bool(failure and failure.by_database)

    async def record_uninstall(self, id: str, at: datetime) -> None:
        """Delete the token now, and have the rest deleted once every process has noticed."""
        await self._installations.uninstall(id, at)
        self._part.wake()

    async def _look_at_source(self, source: ScheduleSource) -> None:
        """Have the workspaces that follow a source look at what it has new, the closed ones once they are opened."""
        with suppress(FetchError):  # the open ones tell if it does not answer
            await source.read(source.interval_s / 2)
        if not self._due.has_news(source):
            return
        ids = [id for id in self._bots if self._follows(id, source)]
        await self._due.note_source(source, ids)
        for id in self._running.keys() & set(ids):
            self._running[id].workspace.source_watcher.part.wake()
        self._part.wake()

    def _follows(self, id: str, source: ScheduleSource) -> bool:
        settings = self._settings.for_workspace(id)
        return settings is not None and self._process.source(settings) is source

    async def _look_at_installations(self) -> None:
        self._looked_at = self._now()
        uninstalls = await self._installations.uninstalls()  # read first, so that all of them are closed below
        bots, unreadable = await self._installations.installed()
        self._tell_unreadable(unreadable)
        if new := bots.keys() - self._bots.keys():
            await self._database.write(workspace_repository.add_missing, new)
        self._bots = dict(bots)
        for id in self._failures.keys() - bots.keys():
            del self._failures[id]
        self._loaded.set()
        # Another process may have a key that this one lacks, so a workspace that is open stays open.
        readable = [id for id in self._running if id not in unreadable]
        await self._close([id for id in readable if not self._is_current(id)])
        for uninstall in uninstalls:
            if uninstall.due:
                await run_safely(f"deleting {uninstall.workspace}", self._delete_data, uninstall.workspace)

    def _is_current(self, id: str) -> bool:
        """False if the workspace has another token now, or a part of it stays dead. It is then opened anew."""
        entry, bot = self._running[id], self._bots.get(id)
        return bot is not None and bot.token == entry.token and not entry.workspace.supervisor.dead

    async def _hold_open(self) -> None:
        """Say which workspaces are open here. This also shows that the database takes writes."""
        if self._now() - self._held_at < HOLD_INTERVAL_S:
            return
        used = [id for id, entry in self._running.items() if entry.used]
        await self._database.write(workspace_repository.hold, self._name, tuple(self._running), used)
        self._held_at = self._now()
        for id in used:
            if id in self._running:
                self._running[id].used = False

    async def _close_idle(self) -> None:
        refused = {id: entry.refusal for id, entry in self._running.items() if entry.refusal}
        for id, problem in refused.items():
            await self._close([id])
            await self._record_failure(id, _Failure(problem, self._now() + RETRY_AFTER_S, by_database=False))
        now = self._now()
        idle = [id for id, entry in self._running.items() if entry.close_at <= now]
        busy = await asyncio.gather(*(self._running[id].has_work() for id in idle))
        for id, is_busy in zip(idle, busy, strict=True):
            if is_busy and id in self._running:
                self._running[id].close_at = self._now() + min(VISIT_S, self._idle_s)
        # Somebody may have asked meanwhile.
        await self._close([id for id in idle if id in self._running and self._running[id].close_at <= now])

    async def _open_due(self, id: str) -> None:
        if id in self._bots and id not in self._running:
            opening = self._open_once(id)
            await asyncio.wait({opening})  # a stop cancels this turn, but not an opening that people wait for

    def _may_open(self, id: str) -> bool:
        failure = self._failures.get(id)
        return id in self._bots and (failure is None or failure.retry_at <= self._now())

    def _open_once(self, id: str) -> "asyncio.Task[bool]":
        """Open the workspace, or join those who wait for it to open."""
        if id not in self._opening:
            task = self._opening[id] = asyncio.create_task(run_safely(f"opening {id}", self._open, id))
            task.add_done_callback(lambda _: self._opening.pop(id, None))
        return self._opening[id]

    async def _open(self, id: str) -> None:
        """Open the workspace. If that is not possible, note why, and ask Slack whether its token is still valid."""
        bot, began = self._bots[id], Clock().real_now()
        if id in self._closing:
            await asyncio.wait({self._closing[id]})
        try:
            async with asyncio.timeout(OPEN_LIMIT_S), AsyncExitStack() as stack:
                served, failures = await self._database.read(workspace_repository.state_before, id)
                deadline = Deadline(DRAIN_S)  # each has its own time to stop
                process = self._process.share(deadline)
                workspace = await stack.enter_async_context(self._run(process, id, bot, served))
                snapshot = workspace.live_schedule.current
                name = snapshot.schedule.conference.name
                await self._database.write(workspace_repository.note_opened, self._name, id, name, snapshot.revision)
                now = self._now()
                self._running[id] = OpenWorkspace(
                    workspace, bot.token, stack.pop_all(), deadline, now + min(VISIT_S, self._idle_s), now
                )
        except (BotError, *DATABASE_ERRORS) as error:
            # Any phase of opening may find no connection to it, and names itself first: "schedule: …".
            by_database = isinstance(error.__cause__ or error, SQLAlchemyError) or str(error).startswith("database: ")
            problem = redacted(str(error)) if isinstance(error, BotError) else passing_reason(error)
            retry_at = self._now() + (RETRY_DATABASE_S if by_database else RETRY_AFTER_S)
            failure = _Failure(problem or type(error).__name__, retry_at, by_database)
            await self._record_failure(id, failure)
            await self._check_token(id, bot.token, began, 0)
            return
        self._failures.pop(id, None)
        workspace.supervisor.start("identity", self._check_token, id, bot.token, began, failures, delay_s=0)

    async def _record_failure(self, id: str, failure: _Failure) -> None:
        self._failures[id] = failure
        _log.warning("not at work", workspace=id, reason=failure.problem)
        await self._database.write(workspace_repository.record_failure, self._name, id, failure.problem)

    async def _check_token(self, id: str, token: str, began: datetime, failures: int) -> None:
        """Ask Slack whether the token is valid. A workspace whose token is gone for good has left.

        One that is open and whose token is valid works, whatever `failures` it had before.
        """
        try:
            settings, connections = replace(self._settings, bot_token=token), self._process.connections
            async with open_client(settings, self._process.metrics, connections=connections) as client:
                await auth_test(client)
            if failures and id in self._running:
                await self._database.write(workspace_repository.forget_failures, id)
        except TokenRefusedError as error:
            if error.for_good:
                await self.record_uninstall(id, began)
            elif (entry := self._running.get(id)) and entry.token == token:
                entry.refusal = str(error)
                self._part.wake()

    async def _close(self, ids: Sequence[str]) -> None:
        """Close these. Those who want one of them open meanwhile wait until it is closed."""
        entries = [self._running.pop(id) for id in ids]
        if not ids:
            return
        closing = asyncio.ensure_future(self._close_entries(entries))
        self._closing |= dict.fromkeys(ids, closing)
        closing.add_done_callback(lambda _: [self._closing.pop(id) for id in ids])
        await asyncio.shield(closing)

    async def _close_entries(self, entries: Sequence[OpenWorkspace]) -> None:
        closed = [row for row in await asyncio.gather(*(entry.close() for entry in entries)) if row]
        if closed:
            await run_safely("closing", self._database.write, workspace_repository.release, self._name, closed)

    def _tell_unreadable(self, unreadable: frozenset[str]) -> None:
        """Log once which workspaces have a token that no key opens. The others are served."""
        if unreadable - self._unreadable:
            _log.warning("no key of QCON_TOKEN_KEYS opens the token", workspaces=sorted(unreadable))
        self._unreadable = unreadable

    async def _delete_data(self, id: str) -> None:
        await workspace_repository.delete_data(
            workspace_database_url(self._settings.database_url, id), Clock().real_now
        )
        await self._database.write(workspace_repository.forget, id)
        await self._installations.forget_uninstall(id)
        self._failures.pop(id, None)
        _log.info("a workspace left, and its data are deleted", workspace=id)
