"""What a new revision is made from, and what it comes to. Nothing here is for the event loop: it takes its time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.schedule.amendments import Conflict, Override, cancelled_additions, merge_overrides
from bot.schedule.dump import dump
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.schedule.vanished import keep_removed_talks, same_conference
from bot.store import amendments, revisions, sources
from bot.store.amendments import StoredOverride
from bot.store.database import Transaction
from bot.store.revisions import StoredVersion
from bot.store.sources import SourceVersion


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
    newest = await revisions.newest_version(tx)
    return VersionInputs(
        newest,
        await sources.newest_accepted(tx),
        await sources.rejected_version(tx),
        await amendments.all_overrides(tx),
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
