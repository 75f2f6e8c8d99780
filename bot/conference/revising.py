"""New revisions: the newest version of the operator's schedule, with the organisers' changes laid over it.

Every version that is accepted, every amendment and every undoing of one makes one revision, in one transaction with the
plan. So the newest revision's number stands for all that the next one is made from: it is made beside the database, and
published only if that number is still the newest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.conference import basis
from bot.conference.basis import Dispute, Draft, laid_over, loaded
from bot.errors import BotError
from bot.schedule.amendments import Edit
from bot.schedule.dump import dump
from bot.schedule.model import Schedule
from bot.store import amendments, revisions, sources
from bot.store.database import Database, Transaction
from bot.store.revisions import Published

SOURCE = "file"  # who published what came from the operator's file or address


@dataclass(frozen=True, slots=True)
class Cause:
    """Why there is a new revision."""

    by: str  # a Slack user id, or SOURCE
    deed: str  # in a few words for people
    confirmed: bool = True  # somebody looked at this very change: those it concerns hear of it at once
    disputes: tuple[Dispute, ...] = ()


class Planner(Protocol):
    """Writes what a new revision implies, in the transaction that publishes it."""

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: Cause
    ) -> None: ...


class OutdatedError(BotError):
    """The schedule was changed by somebody else in the meantime: look at it and try again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class UndoneError(BotError):
    """That change was undone already."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SupersededError(BotError):
    """That version is past: it is served already, or the schedule's source has another one by now."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Reviser:
    """Makes new revisions. Everything but refusing raises OutdatedError where another revision came first."""

    def __init__(self, database: Database, planner: Planner) -> None:
        self._database = database
        self._planner = planner

    async def adopt(self, schedule: Schedule) -> Draft | None:
        """Serve the operator's schedule of now; nothing where that is so already."""
        found = await self._database.read(basis.read)
        draft = await asyncio.to_thread(found.with_source, schedule)
        if draft is None:
            await self._database.write(sources.drop_refused)
            return None
        cause = Cause(SOURCE, "a new version", confirmed=False, disputes=draft.disputes)
        return await self._publish(draft, cause, partial(_accept, draft=draft))

    async def use_anyway(self, source: int, by: str) -> Draft:
        """Serve the version of this number, which was refused. Raises SupersededError where it is past."""
        found = await self._database.read(basis.read)
        refused = found.refused
        if refused is None or refused.number != source:
            raise SupersededError
        draft = await asyncio.to_thread(lambda: found.with_source(loaded(refused)))
        if draft is None:
            raise SupersededError
        cause = Cause(by, "used a version that I had refused", disputes=draft.disputes)
        return await self._publish(draft, cause, partial(_accept, draft=draft, refused=source))

    async def refuse(self, schedule: Schedule, because: str) -> int:
        """Keep this version without serving it; its number, for `use_anyway`."""
        return await self._database.write(sources.refuse, await asyncio.to_thread(dump, schedule), because)

    async def amend(self, edits: Sequence[Edit], deed: str, by: str, on: int, schedule: Schedule) -> Draft:
        """Lay these over `schedule`, which is that of the revision `on`."""
        draft = await asyncio.to_thread(laid_over, schedule, edits, on + 1, schedule)
        return await self._publish(draft, Cause(by, deed), partial(amendments.add, by=by, deed=deed, edits=edits))

    async def undo(self, amendment: int, by: str) -> Draft:
        """Take an amendment back. Raises UndoneError where it does not stand."""
        found = await self._database.read(basis.read)
        undone = next((one for one in found.amendments if one.id == amendment and not one.undone_by), None)
        if undone is None:
            raise UndoneError
        draft = await asyncio.to_thread(found.without, undone, by)
        record = partial(amendments.undo, amendment=amendment, by=by)
        return await self._publish(draft, Cause(by, f"undone: {undone.deed}"), record)

    async def _publish(self, draft: Draft, cause: Cause, record: Callable[[Transaction], Awaitable[object]]) -> Draft:
        """Publish the draft and plan; `record` writes the row that stands for what brought it about."""

        async def publish_and_plan(tx: Transaction) -> bool:
            published = await revisions.publish(tx, draft.number, draft.document, cause.by, cause.deed)
            if published is Published.NOW:
                await record(tx)
                await self._planner.plan(tx, draft.before, draft.after, draft.number, cause)
            return published is not Published.TOO_LATE

        if not await self._database.write(publish_and_plan):
            raise OutdatedError
        return draft


async def _accept(tx: Transaction, draft: Draft, refused: int = 0) -> None:
    """Make the draft's source the one that is served; where it was refused, it must still be the newest of those."""
    if refused:
        there = await sources.refused(tx)
        if there is None or there.number != refused:
            raise SupersededError
    if draft.is_another_conference:
        await amendments.forget(tx)
    await sources.accept(tx, draft.source)
