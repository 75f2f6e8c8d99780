"""SQL for when each workspace has to be opened next, and which processes have it open; open those that are due.

A workspace that nobody has open is due at a stored moment. One that is open is looked after by its process, which keeps
saying so. If the process dies, the workspace is due. Those that are due are opened in turns, so that those that open
slowly or fail hold up nobody. The data of a workspace that removed the bot are deleted here, too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from pathlib import Path

from sqlalchemy import bindparam, case, delete, exists, inspect, select, text, update
from sqlalchemy.engine import make_url

from bot.db.database import Database, Transaction
from bot.db.sql import Moment
from bot.db.tables import OPEN_WORKSPACES, WORKSPACES
from bot.live_schedule.source import ScheduleSource

HELD_FOR = timedelta(seconds=60)  # by a process that does not say again that it has the workspace open

LOOK_AGAIN = timedelta(days=1)  # at the latest, for what is done once a day: old rows are deleted, for instance

FIRST_RETRY, LAST_RETRY = timedelta(minutes=1), timedelta(hours=1)  # for workspaces that cannot be opened

MAX_LEASED = 50  # workspaces that are due and are opened one after the other

MAX_OPENING = 4  # of those at the same time; the ones that failed before are opened one by one

_W, _O = WORKSPACES.c, OPEN_WORKSPACES.c


@dataclass(frozen=True, slots=True)
class ClosedWorkspace:
    """A workspace that a process has closed."""

    workspace: str
    due_at: datetime
    revision: int
    source: str = ""  # the digest of the source's version that it serves
    used: bool = False  # by people, since the process said so last


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """One workspace as an operator sees it."""

    workspace: str
    state: str  # open, closed or failed
    conference: str
    revision: int
    active_at: datetime | None
    due_at: datetime
    problem: str


async def add_missing(tx: Transaction, workspaces: Iterable[str]) -> None:
    """Have workspaces opened soon that have no row yet."""
    known = set((await tx.execute(select(_W.workspace))).scalars())
    now = await tx.now()
    if new := [{"workspace": workspace, "due_at": now} for workspace in workspaces if workspace not in known]:
        await tx.execute(tx.insert(WORKSPACES).on_conflict_do_nothing(), new)


async def lease_due(tx: Transaction, limit: int) -> list[str]:
    """Take workspaces that are due and that nobody has open. They are due again if they are not opened soon."""
    now = await tx.now()
    abandoned = delete(OPEN_WORKSPACES).where(_O.until <= now).returning(_O.workspace)
    await make_due(tx, sorted(set((await tx.execute(abandoned)).scalars())))
    held = exists().where(_O.workspace == _W.workspace)
    query = select(_W.workspace).where(_W.due_at <= now, ~held).order_by(_W.due_at).limit(limit)
    query = query.with_for_update(skip_locked=True) if tx.on_postgresql else query
    due = list((await tx.execute(query)).scalars())
    if due:
        await tx.execute(update(WORKSPACES).where(_W.workspace.in_(due)).values(due_at=now + HELD_FOR))
    return due


async def make_due(tx: Transaction, workspaces: Iterable[str]) -> None:
    """Have these opened soon, if nobody has them open."""
    if ids := list(workspaces):
        await tx.execute(update(WORKSPACES).where(_W.workspace.in_(ids)).values(due_at=await tx.now()))


async def state_before(tx: Transaction, workspace: str) -> tuple[str, int]:
    """Return the digest of the version that the workspace served when it was closed, and its failures since."""
    row = (await tx.execute(select(_W.source, _W.failures).where(_W.workspace == workspace))).one_or_none()
    return (row.source or "", row.failures or 0) if row else ("", 0)


async def note_source(tx: Transaction, workspaces: Iterable[str], digest: str) -> None:
    """Have those of these workspaces opened soon that do not serve this version of their source."""
    other = (_W.workspace.in_(list(workspaces)), _W.source != digest, _W.due_at > await tx.now())
    await tx.execute(update(WORKSPACES).where(*other).values(due_at=await tx.now()))


async def hold(tx: Transaction, process: str, workspaces: Iterable[str], active: Iterable[str]) -> None:
    """Say that the process has these open, and that people used the `active` ones since it said so last."""
    now = await tx.now()
    rows = [{"workspace": workspace, "process": process, "until": now + HELD_FOR} for workspace in sorted(workspaces)]
    if rows:
        insert = tx.insert(OPEN_WORKSPACES)
        keys = ("workspace", "process")
        await tx.execute(insert.on_conflict_do_update(index_elements=keys, set_={"until": insert.excluded.until}), rows)
    await _note_used(tx, active)


async def note_opened(tx: Transaction, process: str, workspace: str, conference: str, revision: int) -> None:
    """Say that the process has opened a workspace, which therefore has no problem.

    Whatever makes it due from now on, also in another process, counts when it is closed.
    """
    await hold(tx, process, [workspace], [])
    values = {"conference": conference, "revision": revision, "problem": "", "due_at": await tx.now() + LOOK_AGAIN}
    await tx.execute(update(WORKSPACES).where(_W.workspace == workspace).values(values))


async def forget_failures(tx: Transaction, workspace: str) -> None:
    """Start counting failures anew, since the workspace works."""
    failed = (_W.workspace == workspace, _W.failures > 0)
    await tx.execute(update(WORKSPACES).where(*failed).values(failures=0))


async def release(tx: Transaction, process: str, closed: Sequence[ClosedWorkspace]) -> None:
    """Say that the process has closed these, and when they have to be opened again, if they are not due earlier."""
    ids = [workspace.workspace for workspace in closed]
    await tx.execute(delete(OPEN_WORKSPACES).where(_O.process == process, _O.workspace.in_(ids)))
    if rows := [
        {"id": row.workspace, "due": row.due_at, "number": row.revision, "served": row.source}
        for row in sorted(closed, key=attrgetter("workspace"))
    ]:
        due = bindparam("due", type_=Moment)
        values = {"due_at": case((_W.due_at < due, _W.due_at), else_=due), "source": bindparam("served")}
        put_off = update(WORKSPACES).where(_W.workspace == bindparam("id"))
        await tx.execute(put_off.values(values | {"revision": bindparam("number")}), rows)
    await _note_used(tx, [row.workspace for row in closed if row.used])


async def _note_used(tx: Transaction, workspaces: Iterable[str]) -> None:
    if ids := list(workspaces):
        await tx.execute(update(WORKSPACES).where(_W.workspace.in_(ids)).values(active_at=await tx.now()))


async def record_failure(tx: Transaction, process: str, workspace: str, problem: str) -> None:
    """Note why a workspace could not be opened, and when it is tried again."""
    await tx.execute(delete(OPEN_WORKSPACES).where(_O.process == process, _O.workspace == workspace))
    failures = (await tx.execute(select(_W.failures).where(_W.workspace == workspace))).scalar() or 0
    retry_at = await tx.now() + min(LAST_RETRY, FIRST_RETRY * 2.0 ** min(failures, 10))
    values = {"problem": problem, "failures": failures + 1, "due_at": retry_at}
    await tx.execute(update(WORKSPACES).where(_W.workspace == workspace).values(values))


async def forget(tx: Transaction, workspace: str) -> None:
    """Delete what is known of a workspace that left."""
    await tx.execute(delete(WORKSPACES).where(_W.workspace == workspace))
    await tx.execute(delete(OPEN_WORKSPACES).where(_O.workspace == workspace))


async def statuses(tx: Transaction) -> list[WorkspaceStatus]:
    """All workspaces, in the order of their ids."""
    held = exists().where(_O.workspace == _W.workspace, _O.until > await tx.now())
    rows = await tx.execute(select(WORKSPACES, held.label("is_open")).order_by(_W.workspace))
    return [
        WorkspaceStatus(
            row.workspace,
            "failed" if row.problem else "open" if row.is_open else "closed",
            row.conference,
            row.revision,
            row.active_at,
            row.due_at,
            row.problem,
        )
        for row in rows
    ]


async def is_open(tx: Transaction, workspace: str) -> bool:
    """Tell whether a process has this workspace open, or had when it was killed less than a minute ago."""
    if not await tx.connection.run_sync(lambda connection: inspect(connection).has_table(OPEN_WORKSPACES.name)):
        return False
    held = select(_O.until).where(_O.workspace == workspace, _O.until > await tx.now())
    return (await tx.execute(held)).first() is not None


async def delete_data(url: str, real_now: Callable[[], datetime]) -> None:
    """Delete a workspace's schema or file at `url` (bot.settings.workspace_database_url), if it is there."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        await asyncio.to_thread(_delete_file, str(address.database))
        return
    database = Database(address.difference_update_query(["schema"]).render_as_string(hide_password=False), real_now)
    try:
        await database.write(_drop_schema, str(address.query["schema"]))
    finally:
        await database.close()


def _delete_file(file: str) -> None:
    for part in ("", "-wal", "-shm"):
        Path(f"{file}{part}").unlink(missing_ok=True)


async def _drop_schema(tx: Transaction, schema: str) -> None:
    await tx.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))


class DueWorkspaces:
    """Takes workspaces from the table of what is due, which all processes share, and opens them in the background."""

    def __init__(
        self,
        database: Database,
        open: Callable[[str], Awaitable[None]],
        failed: Container[str],
        look_again: Callable[[], None],
    ) -> None:
        """`open(id)` opens a workspace. `failed` has those that could not be opened the last time.

        `look_again` is called when the last one is open.
        """
        self._database = database
        self._open = open
        self._failed = failed
        self._look_again = look_again
        self._waiting: dict[str, asyncio.Task[None]] = {}  # for their turn, or being opened
        self._turns, self._turns_of_failed = asyncio.Semaphore(MAX_OPENING), asyncio.Semaphore(1)
        self._noted: dict[ScheduleSource, int] = {}  # the numbers of the versions that closed workspaces will look at

    async def stop(self) -> None:
        for task in self._waiting.values():
            task.cancel()
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)

    async def open_due(self) -> None:
        """Start opening what is due, unless many are waiting already."""
        if sum(id not in self._failed for id in self._waiting) >= MAX_LEASED / 2:
            return
        for id in await self._database.write(lease_due, MAX_LEASED):
            if id not in self._waiting:
                task = self._waiting[id] = asyncio.create_task(self._open_in_turn(id))
                task.add_done_callback(partial(self._forget, id))

    def _forget(self, id: str, _: object) -> None:
        del self._waiting[id]

    def has_news(self, source: ScheduleSource) -> bool:
        """Tell whether a source has something that was not noted yet."""
        return source.number != self._noted.get(source, 0)

    async def note_source(self, source: ScheduleSource, followers: Sequence[str]) -> None:
        """Have the workspaces that follow a source opened soon, for what it has now."""
        number = source.number
        await self._database.write(note_source, followers, source.digest)
        self._noted[source] = number

    async def _open_in_turn(self, id: str) -> None:
        async with self._turns_of_failed if id in self._failed else self._turns:
            await self._open(id)
        if len(self._waiting) == 1:
            self._look_again()  # there may be more that are due
