"""New revisions: the newest version of the operator's schedule with the organisers' edits applied.

Every accepted version, every edit and every undo makes one revision, in one transaction with the plan of reminders. So
the number of the newest revision stands for everything from which the next one is made. A revision is drafted outside
the transaction, in a thread because that takes time, and published only if that number is still the newest.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Protocol

from bot.db.database import Database, Transaction
from bot.errors import FixedTextError
from bot.live_schedule import repository
from bot.live_schedule.repository import PublishResult, SourceVersion, StoredOverride, StoredVersion
from bot.schedule.identity.settle import Renaming, SettledVersion, same_conference, settle
from bot.schedule.models import Schedule, Talk
from bot.schedule.overrides import (
    Conflict,
    Override,
    answer_to,
    cancelled_additions,
    keep_removed,
    merge_overrides,
    with_override_names,
)
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load, load_from_any_version

CONFERENCE_ID_BYTES = 8  # of randomness


@dataclass(frozen=True, slots=True)
class OverrideConflict:
    """A difference between the source and an organiser's edit. The edit stays in force."""

    conflict: Conflict
    action: str  # the description of the edit


@dataclass(frozen=True, slots=True)
class VersionDraft:
    """A revision that is not published yet."""

    number: int
    before: Schedule | None
    after: Schedule
    document: bytes  # `after`, as it is stored
    source: bytes = b""  # the version of the operator's schedule that causes the revision; empty if none does
    conflicts: tuple[OverrideConflict, ...] = ()
    renamings: tuple[Renaming, ...] = ()
    edited: tuple[StoredOverride, ...] = ()  # overrides that this version of the source renames or ends
    conference: str | None = None  # the id of the source's conference; `None` if it is a new one
    changes_nothing: bool = False  # only the source's keys may be other ones; then there is no new revision

    def revision(self) -> "Revision":
        """The revision that this becomes; with a big document it takes a while."""
        return Revision(self.number, sha256(self.document).digest(), self.after)


@dataclass(frozen=True, slots=True)
class Revision:
    """A published revision in memory. Its document, which is as big as its schedule, is let go."""

    number: int
    digest: bytes  # of the document
    schedule: Schedule


# Gives the schedule of a stored version; one that is in memory already is not parsed again.
LoadVersion = Callable[[StoredVersion | SourceVersion], Schedule]


@dataclass(frozen=True, slots=True)
class VersionInputs:
    """Everything from which the next revision is made, read in one transaction."""

    load: LoadVersion
    newest: StoredVersion | None
    accepted: SourceVersion | None
    rejected: SourceVersion | None
    other_conferences: tuple[SourceVersion, ...]  # the newest version of each that was served before
    all_overrides: tuple[StoredOverride, ...]
    now: datetime  # conference time

    def apply_source(self, schedule: Schedule) -> VersionDraft:
        """Draft the revision for a new version of the operator's schedule."""
        for stored in filter(None, (self.accepted, *self.other_conferences)):
            last = self.load(stored)
            merged = merge_overrides(last, _overrides_of(self.overrides_of(stored.conference))).schedule
            known = with_override_names(last, merged)
            added = [talk for talk in merged.talks if talk.id not in last.talk_by_id]
            settled = settle(known, schedule, added)
            if same_conference(last, settled.schedule):
                source = keep_removed(known, settled.schedule, self.now)
                return self._apply_settled(stored, last, replace(settled, schedule=source))
        return self._draft(schedule, (), source=dump(schedule))

    def _apply_settled(self, stored: SourceVersion, last: Schedule, settled: SettledVersion) -> VersionDraft:
        """Draft the revision for a version that comes after this stored one, with the overrides of their conference."""
        source = settled.schedule
        if source == last and stored == self.accepted:
            return VersionDraft(stored.number, last, last, b"", source=dump(source), changes_nothing=True)
        known = self.overrides_of(stored.conference)
        overrides = [_renamed(override, settled.renamings) for override in known]
        served = merge_overrides(last, _overrides_of(overrides)).schedule
        for version in (last, source):
            overrides = _without_ended(overrides, version, served)
        return replace(
            self._draft(source, overrides, source=dump(source)),
            conflicts=tuple(_new_conflicts(last, source, overrides)),
            renamings=settled.renamings,
            edited=tuple(override for override in overrides if override not in known),
            conference=stored.conference,
        )

    def overrides_of(self, conference: str) -> tuple[StoredOverride, ...]:
        """The overrides that belong to the conference of this id, oldest first."""
        return tuple(override for override in self.all_overrides if override.conference == conference)

    def undo(self, undone: StoredOverride, by: str) -> VersionDraft:
        """Draft the revision that undoes an organiser's edits."""
        if self.accepted is None:
            raise RuntimeError("there are no overrides before there is a source")
        overrides = self.overrides_of(self.accepted.conference)
        remaining = [replace(item, undone_by=by) if item == undone else item for item in overrides]
        return self._draft(self.load(self.accepted), remaining)

    def _draft(self, base: Schedule, overrides: Sequence[StoredOverride], source: bytes = b"") -> VersionDraft:
        before = self.load(self.newest) if self.newest else None
        number = self.newest.number + 1 if self.newest else 1
        return build_draft(base, list(_overrides_of(overrides)), number, before, source)


async def read_inputs(tx: Transaction, load: LoadVersion, planner: "Planner") -> VersionInputs:
    """Read the inputs of the next revision.

    The newest revision comes first, so that nothing else can be older than it.
    """
    newest = await repository.newest_version(tx)
    return VersionInputs(
        load,
        newest,
        await repository.newest_accepted(tx),
        await repository.rejected_version(tx),
        await repository.other_conferences(tx),
        await repository.all_overrides(tx),
        await planner.conference_now(tx),
    )


def load_stored(stored: StoredVersion | SourceVersion) -> Schedule:
    """Load the schedule of a stored revision, or of a version of the source."""
    name = "revision" if isinstance(stored, StoredVersion) else "version"
    return load_from_any_version(stored.document, f"{name} {stored.number}")


def build_draft(
    schedule: Schedule, edits: Sequence[Override], number: int, before: Schedule | None, source: bytes = b""
) -> VersionDraft:
    """Draft a revision: a schedule with edits applied. Raises ScheduleError if the result could not be loaded again.

    The result is dumped and loaded, so that this process serves exactly what the others will read.
    """
    if not edits:
        return VersionDraft(number, before, schedule, source or dump(schedule), source)
    document = dump(merge_overrides(schedule, edits).schedule)
    return VersionDraft(number, before, load(document, f"revision {number}"), document, source)


def _overrides_of(overrides: Iterable[StoredOverride]) -> Iterator[Override]:
    for override in overrides:
        yield from cancelled_additions(override.edits) if override.undone_by else override.edits


def _renamed(override: StoredOverride, renamings: Sequence[Renaming]) -> StoredOverride:
    """The edits with the new names of the rooms and speakers that they name."""
    rooms = {renaming.before: renaming.now for renaming in renamings if renaming.kind == "room"}
    speakers = {renaming.before: renaming.now for renaming in renamings if renaming.kind == "speaker"}
    return replace(override, edits=tuple(edit.with_names(rooms, speakers) for edit in override.edits))


def _without_ended(overrides: Sequence[StoredOverride], version: Schedule, served: Schedule) -> list[StoredOverride]:
    """The overrides without the changes that this version of the source ends, when it replaces what was served."""
    edits = list(_overrides_of(overrides))
    merged = merge_overrides(version, edits)
    left = {
        edit: applied.without_ended(version, merged.schedule, served)
        for edit, applied in zip(edits, merged.applied, strict=True)
    }
    return [replace(override, edits=tuple(left.get(edit, edit) for edit in override.edits)) for override in overrides]


def _new_conflicts(last: Schedule, source: Schedule, overrides: Sequence[StoredOverride]) -> Iterator[OverrideConflict]:
    """Find the conflicts of a new version of the source that the last version did not have in the same way."""
    edits = list(_overrides_of(overrides))
    known = merge_overrides(last, edits).conflicts
    for conflict in merge_overrides(source, edits).conflicts:
        if conflict not in known or _subject(last, conflict) != _subject(source, conflict):
            override = next(item for item in reversed(overrides) if _concerns(item, conflict))
            yield OverrideConflict(conflict, override.action)


def _subject(schedule: Schedule, conflict: Conflict) -> Talk | str | None:
    """The talk or the answer that a conflict is about, as this version of the source has it."""
    if conflict.asked:
        return answer_to(conflict.asked, schedule.info)
    return schedule.talk_by_id.get(conflict.talk)


def _concerns(override: StoredOverride, conflict: Conflict) -> bool:
    """Tell whether the override changed a field that is in conflict."""
    edits = [edit for edit in _overrides_of([override]) if edit.talk == conflict.talk]
    return any(conflict.gone or not edit.changes.keys().isdisjoint(conflict.fields) for edit in edits)


SOURCE_AUTHOR = "file"  # the author of revisions that come from the operator's file or address


@dataclass(frozen=True, slots=True)
class ChangeCause:
    """The reason for a new revision."""

    by: str  # a Slack user id, or SOURCE_AUTHOR
    action: str  # in a few words for people
    confirmed: bool = True  # an organiser has seen this change, so the people concerned are notified at once
    conflicts: tuple[OverrideConflict, ...] = ()
    renamings: tuple[Renaming, ...] = ()  # rooms, tracks and speakers that have another name now


class Planner(Protocol):
    """Plans the messages that a new revision implies, in the transaction that publishes it.

    This is a Protocol because the planner belongs to `delivery`, which is above this package.
    """

    async def conference_now(self, tx: Transaction) -> datetime:
        """Conference time, which decides what is over."""
        ...

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, cause: ChangeCause
    ) -> None: ...


class VersionConflict(FixedTextError):
    """Somebody else has just changed the schedule. Check it and try again."""


class AlreadyUndone(FixedTextError):
    """That change has already been undone."""


class SupersededVersion(FixedTextError):
    """Nothing has changed: that version is already in use, or the source no longer has it. Nothing is set aside now."""


class OtherVersionSetAside(FixedTextError):
    """Nothing has changed: this button is for an older version. The organisers' menu shows the one that is set aside now."""


class VersionPublisher:
    """Publishes new revisions. Every method but `reject` raises VersionConflict if another revision came first."""

    def __init__(
        self, database: Database, planner: Planner, load: LoadVersion, remember: Callable[[bytes, Schedule], object]
    ) -> None:
        """`remember` gets the digest and the schedule of a revision before it is published.

        So nobody who finds the revision in the database has to parse it.
        """
        self._database = database
        self._planner = planner
        self._load = load
        self._remember = remember

    async def publish_source(self, schedule: Schedule) -> Revision | None:
        """Publish the operator's current schedule; `None` if it is published already.

        A source may give other keys for the same things at every download. They are kept, since the next version is
        compared with them, but they are no new revision.
        """
        inputs = await self._database.read(read_inputs, self._load, self._planner)
        draft = await asyncio.to_thread(inputs.apply_source, schedule)
        if draft.changes_nothing:
            await self._database.write(repository.replace_accepted, draft.number, draft.source)
            return None
        cause = ChangeCause(
            SOURCE_AUTHOR, "a new version", confirmed=False, conflicts=draft.conflicts, renamings=draft.renamings
        )
        return await self._publish(draft, cause, partial(_accept_source, draft=draft))

    async def use_anyway(self, source: int, by: str) -> Revision:
        """Publish the rejected version of this number.

        Raises SupersededVersion or OtherVersionSetAside if the number is out of date.
        """
        inputs = await self._database.read(read_inputs, self._load, self._planner)
        rejected = _require_rejected(inputs.rejected, source)
        draft = await asyncio.to_thread(lambda: inputs.apply_source(self._load(rejected)))
        if draft.changes_nothing:
            raise SupersededVersion
        cause = ChangeCause(
            by, "used a version that I had set aside", conflicts=draft.conflicts, renamings=draft.renamings
        )
        return await self._publish(draft, cause, partial(_accept_source, draft=draft, rejected=source))

    async def reject(self, schedule: Schedule, because: str) -> int:
        """Store a version without publishing it. Return its number, for `use_anyway`.

        A version that is the rejected one but for the source's keys keeps its number: organisers are asked only once.
        """
        rejected = await self._database.read(repository.rejected_version)
        document = await asyncio.to_thread(self._document_of, rejected, schedule)
        return await self._database.write(repository.reject_source, document, because)

    async def apply(self, edits: Sequence[Override], action: str, by: str, on: int, schedule: Schedule) -> Revision:
        """Publish edits of `schedule`, which is the schedule of the revision `on`."""
        draft = await asyncio.to_thread(build_draft, schedule, edits, on + 1, schedule)
        return await self._publish(
            draft, ChangeCause(by, action), partial(repository.add_override, by=by, action=action, edits=edits)
        )

    async def undo(self, override: int, by: str) -> Revision:
        """Undo an organiser's edits. Raises AlreadyUndone if they are not in force."""
        inputs = await self._database.read(read_inputs, self._load, self._planner)
        undone = next((item for item in inputs.all_overrides if item.id == override and not item.undone_by), None)
        if undone is None:
            raise AlreadyUndone
        draft = await asyncio.to_thread(inputs.undo, undone, by)
        record = partial(repository.undo_override, override=override, by=by)
        return await self._publish(draft, ChangeCause(by, f"undone: {undone.action}"), record)

    async def _publish(
        self, draft: VersionDraft, cause: ChangeCause, record: Callable[[Transaction], Awaitable[object]]
    ) -> Revision:
        """Publish a draft and plan its messages. `record` writes the row that caused it, in the same transaction."""

        async def publish_and_plan(tx: Transaction) -> bool:
            published = await repository.publish_version(tx, draft.number, draft.document, cause.by, cause.action)
            if published is PublishResult.NOW:
                await record(tx)
                await self._planner.plan(tx, draft.before, draft.after, draft.number, cause)
            return published is not PublishResult.TOO_LATE

        revision = await asyncio.to_thread(draft.revision)
        await asyncio.to_thread(self._remember, revision.digest, revision.schedule)
        if not await self._database.write(publish_and_plan):
            raise VersionConflict
        return revision

    def _document_of(self, rejected: SourceVersion | None, schedule: Schedule) -> bytes:
        """The document of a version to reject: that of the rejected one if only the keys have changed since."""
        known = self._load(rejected) if rejected else None
        is_known = known is not None and settle(known, schedule).schedule == known
        return rejected.document if rejected and is_known else dump(schedule)


def _require_rejected(rejected: SourceVersion | None, number: int) -> SourceVersion:
    """Check that this number is the rejected version's. Raises SupersededVersion or OtherVersionSetAside."""
    if rejected is None:
        raise SupersededVersion
    if rejected.number != number:
        raise OtherVersionSetAside
    return rejected


async def _accept_source(tx: Transaction, draft: VersionDraft, rejected: int = 0) -> None:
    """Store the draft's source as accepted.

    If it was rejected, it must still be the rejected version of this number.
    """
    if rejected:
        _require_rejected(await repository.rejected_version(tx), rejected)
    conference = secrets.token_hex(CONFERENCE_ID_BYTES) if draft.conference is None else draft.conference
    for override in draft.edited:
        await repository.replace_edits(tx, override.id, override.edits)
    await repository.accept_source(tx, draft.source, conference)
