"""What a new revision is made from, and what it comes to. Nothing here is for the event loop: it takes its time.

New revisions: the newest version of the operator's schedule, with the organisers' changes laid over it.

Every version that is accepted, every amendment and every undoing of one makes one revision, in one transaction with the
plan. So the newest revision's number stands for all that the next one is made from: it is made beside the database, and
published only if that number is still the newest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bot.db.database import Database, Transaction
from bot.errors import BotError
from bot.live_schedule import repository
from bot.live_schedule.repository import PublishResult, SourceVersion, StoredOverride, StoredVersion
from bot.schedule.models import Schedule
from bot.schedule.overrides import (
    Conflict,
    Override,
    cancelled_additions,
    keep_removed_talks,
    merge_overrides,
    same_conference,
)
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load


@dataclass(frozen=True, slots=True)
class OverrideConflict:
    """The source now says something else than an organiser, whose word stays."""

    conflict: Conflict
    action: str  # the amendment's


@dataclass(frozen=True, slots=True)
class VersionDraft:
    """A revision that is not published yet."""

    number: int
    before: Schedule | None
    after: Schedule
    document: bytes  # `after`, as it is kept
    source: bytes = b""  # the version of the operator's schedule that brings it about; empty where none does
    conflicts: tuple[OverrideConflict, ...] = ()
    is_other_conference: bool = False


@dataclass(frozen=True, slots=True)
class VersionInputs:
    """What the next revision is made from, as of one moment."""

    newest: StoredVersion | None
    accepted: SourceVersion | None
    rejected: SourceVersion | None
    overrides: tuple[StoredOverride, ...]

    def apply_source(self, schedule: Schedule) -> VersionDraft | None:
        """What becomes of a new version of the operator's schedule; nothing where it says what the last one said."""
        if self.accepted is None:
            return self._draft(schedule, self.overrides, source=dump(schedule))
        if dump(schedule) == self.accepted.document:
            return None
        last = load_stored(self.accepted)
        source = keep_removed_talks(last, schedule)
        if (document := dump(source)) == self.accepted.document:
            return None
        if not same_conference(last, schedule):
            return replace(self._draft(source, (), source=document), is_other_conference=True)
        disputes = tuple(_new_conflicts(last, source, self.overrides))
        return replace(self._draft(source, self.overrides, source=document), conflicts=disputes)

    def undo(self, undone: StoredOverride, by: str) -> VersionDraft:
        """What becomes of the schedule when an amendment is taken back."""
        if self.accepted is None:
            raise RuntimeError("there are no amendments before there is a source")
        left = [replace(one, undone_by=by) if one == undone else one for one in self.overrides]
        return self._draft(load_stored(self.accepted), left)

    def _draft(self, base: Schedule, merged: Sequence[StoredOverride], source: bytes = b"") -> VersionDraft:
        before = load_stored(self.newest) if self.newest else None
        number = self.newest.number + 1 if self.newest else 1
        return build_draft(base, list(_overrides_of(merged)), number, before, source)


async def read_inputs(tx: Transaction) -> VersionInputs:
    """The basis of the next revision. The newest revision is read first: nothing that is read later can be older."""
    newest = await repository.newest_version(tx)
    return VersionInputs(
        newest,
        await repository.newest_accepted(tx),
        await repository.rejected_version(tx),
        await repository.all_overrides(tx),
    )


def load_stored(stored: StoredVersion | SourceVersion) -> Schedule:
    """The schedule of a revision, or of a version of the source."""
    name = "revision" if isinstance(stored, StoredVersion) else "version"
    return load(stored.document, f"{name} {stored.number}")


def build_draft(
    schedule: Schedule, edits: Sequence[Override], number: int, before: Schedule | None, source: bytes = b""
) -> VersionDraft:
    """The revision of that number that edits make of a schedule. Raises ScheduleError where it could not be read again.

    What people typed is served as every node will read it.
    """
    if not edits:
        return VersionDraft(number, before, schedule, source or dump(schedule), source)
    document = dump(merge_overrides(schedule, edits).schedule)
    return VersionDraft(number, before, load(document, f"revision {number}"), document, source)


def _overrides_of(amended: Iterable[StoredOverride]) -> Iterator[Override]:
    for one in amended:
        yield from cancelled_additions(one.edits) if one.undone_by else one.edits


def _new_conflicts(last: Schedule, source: Schedule, amended: Sequence[StoredOverride]) -> Iterator[OverrideConflict]:
    """What the new version of the source disputes and the last one did not, or not in that way."""
    edits = list(_overrides_of(amended))
    known = merge_overrides(last, edits).conflicts
    for conflict in merge_overrides(source, edits).conflicts:
        same = last.talk_by_id.get(conflict.talk) == source.talk_by_id.get(conflict.talk)
        if conflict not in known or not same:
            yield OverrideConflict(conflict, next(one.action for one in reversed(amended) if _touches(one, conflict)))


def _touches(amendment: StoredOverride, conflict: Conflict) -> bool:
    """Whether this is about what the amendment changed."""
    edits = [edit for edit in _overrides_of([amendment]) if edit.talk == conflict.talk]
    return any(conflict.gone or not edit.after.present.keys().isdisjoint(conflict.fields) for edit in edits)


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
        found = await self._database.read(read_inputs)
        draft = await asyncio.to_thread(found.apply_source, schedule)
        if draft is None:
            await self._database.write(repository.drop_rejected)
            return None
        cause = ChangeCause(SOURCE_AUTHOR, "a new version", confirmed=False, conflicts=draft.conflicts)
        return await self._publish(draft, cause, partial(_accept_source, draft=draft))

    async def use_anyway(self, source: int, by: str) -> VersionDraft:
        """Serve the version of this number, which was refused. Raises SupersededVersion where it is past."""
        found = await self._database.read(read_inputs)
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
        return await self._database.write(repository.reject_source, await asyncio.to_thread(dump, schedule), because)

    async def apply(self, edits: Sequence[Override], action: str, by: str, on: int, schedule: Schedule) -> VersionDraft:
        """Lay these over `schedule`, which is that of the revision `on`."""
        draft = await asyncio.to_thread(build_draft, schedule, edits, on + 1, schedule)
        return await self._publish(
            draft, ChangeCause(by, action), partial(repository.add_override, by=by, deed=action, edits=edits)
        )

    async def undo(self, override: int, by: str) -> VersionDraft:
        """Take an amendment back. Raises AlreadyUndone where it does not stand."""
        found = await self._database.read(read_inputs)
        undone = next((one for one in found.overrides if one.id == override and not one.undone_by), None)
        if undone is None:
            raise AlreadyUndone
        draft = await asyncio.to_thread(found.undo, undone, by)
        record = partial(repository.undo_override, amendment=override, by=by)
        return await self._publish(draft, ChangeCause(by, f"undone: {undone.action}"), record)

    async def _publish(
        self, draft: VersionDraft, cause: ChangeCause, record: Callable[[Transaction], Awaitable[object]]
    ) -> VersionDraft:
        """Publish the draft and plan; `record` writes the row that stands for what brought it about."""

        async def publish_and_plan(tx: Transaction) -> bool:
            published = await repository.publish_version(tx, draft.number, draft.document, cause.by, cause.action)
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
        there = await repository.rejected_version(tx)
        if there is None or there.number != refused:
            raise SupersededVersion
    if draft.is_other_conference:
        await repository.delete_overrides(tx)
    await repository.accept_source(tx, draft.source)
