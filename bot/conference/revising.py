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
from bot.conference.basis import OverrideConflict, VersionDraft, build_draft, load_stored
from bot.errors import BotError
from bot.schedule.amendments import Override
from bot.schedule.dump import dump
from bot.schedule.model import Schedule
from bot.store import amendments, revisions, sources
from bot.store.database import Database, Transaction
from bot.store.revisions import PublishResult

SOURCE_AUTHOR = "file"  # who published what came from the operator's file or address


@dataclass(frozen=True, slots=True)
class ChangeCause:
    """Why there is a new revision."""

    by: str  # a Slack user id, or SOURCE_AUTHOR
    action: str  # in a few words for people
    confirmed: bool = True  # somebody looked at this very change: those it concerns hear of it at once
    conflicts: tuple[OverrideConflict, ...] = ()


class Planner(Protocol):
    """Writes what a new revision implies, in the transaction that publishes it."""

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: ChangeCause
    ) -> None: ...


class VersionConflict(BotError):
    """The schedule was changed by somebody else in the meantime: look at it and try again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class AlreadyUndone(BotError):
    """That change was undone already."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SupersededVersion(BotError):
    """That version is past: it is served already, or the schedule's source has another one by now."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class VersionPublisher:
    """Makes new revisions. Everything but refusing raises VersionConflict where another revision came first."""

    def __init__(self, database: Database, planner: Planner) -> None:
        self._database = database
        self._planner = planner

    async def publish_source(self, schedule: Schedule) -> VersionDraft | None:
        """Serve the operator's schedule of now; nothing where that is so already."""
        found = await self._database.read(basis.read_inputs)
        draft = await asyncio.to_thread(found.apply_source, schedule)
        if draft is None:
            await self._database.write(sources.drop_rejected)
            return None
        cause = ChangeCause(SOURCE_AUTHOR, "a new version", confirmed=False, conflicts=draft.conflicts)
        return await self._publish(draft, cause, partial(_accept_source, draft=draft))

    async def use_anyway(self, source: int, by: str) -> VersionDraft:
        """Serve the version of this number, which was refused. Raises SupersededVersion where it is past."""
        found = await self._database.read(basis.read_inputs)
        refused = found.rejected
        if refused is None or refused.number != source:
            raise SupersededVersion
        draft = await asyncio.to_thread(lambda: found.apply_source(load_stored(refused)))
        if draft is None:
            raise SupersededVersion
        cause = ChangeCause(by, "used a version that I had refused", conflicts=draft.conflicts)
        return await self._publish(draft, cause, partial(_accept_source, draft=draft, refused=source))

    async def reject(self, schedule: Schedule, because: str) -> int:
        """Keep this version without serving it; its number, for `use_anyway`."""
        return await self._database.write(sources.reject_source, await asyncio.to_thread(dump, schedule), because)

    async def apply(self, edits: Sequence[Override], action: str, by: str, on: int, schedule: Schedule) -> VersionDraft:
        """Lay these over `schedule`, which is that of the revision `on`."""
        draft = await asyncio.to_thread(build_draft, schedule, edits, on + 1, schedule)
        return await self._publish(
            draft, ChangeCause(by, action), partial(amendments.add_override, by=by, deed=action, edits=edits)
        )

    async def undo(self, override: int, by: str) -> VersionDraft:
        """Take an amendment back. Raises AlreadyUndone where it does not stand."""
        found = await self._database.read(basis.read_inputs)
        undone = next((one for one in found.overrides if one.id == override and not one.undone_by), None)
        if undone is None:
            raise AlreadyUndone
        draft = await asyncio.to_thread(found.undo, undone, by)
        record = partial(amendments.undo_override, amendment=override, by=by)
        return await self._publish(draft, ChangeCause(by, f"undone: {undone.action}"), record)

    async def _publish(
        self, draft: VersionDraft, cause: ChangeCause, record: Callable[[Transaction], Awaitable[object]]
    ) -> VersionDraft:
        """Publish the draft and plan; `record` writes the row that stands for what brought it about."""

        async def publish_and_plan(tx: Transaction) -> bool:
            published = await revisions.publish_version(tx, draft.number, draft.document, cause.by, cause.action)
            if published is PublishResult.NOW:
                await record(tx)
                await self._planner.plan(tx, draft.before, draft.after, draft.number, cause)
            return published is not PublishResult.TOO_LATE

        if not await self._database.write(publish_and_plan):
            raise VersionConflict
        return draft


async def _accept_source(tx: Transaction, draft: VersionDraft, refused: int = 0) -> None:
    """Make the draft's source the one that is served; where it was refused, it must still be the newest of those."""
    if refused:
        there = await sources.rejected_version(tx)
        if there is None or there.number != refused:
            raise SupersededVersion
    if draft.is_other_conference:
        await amendments.delete_overrides(tx)
    await sources.accept_source(tx, draft.source)
