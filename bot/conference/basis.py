"""What a new revision is made from, and what it comes to. Nothing here is for the event loop: it takes its time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.schedule.amendments import Conflict, Edit, amend, withdrawn
from bot.schedule.dump import dump
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.schedule.vanished import keep_vanished, share_a_day
from bot.store import amendments, revisions, sources
from bot.store.amendments import Amendment
from bot.store.database import Transaction
from bot.store.revisions import Revision
from bot.store.sources import Version


@dataclass(frozen=True, slots=True)
class Dispute:
    """The source now says something else than an organiser, whose word stays."""

    conflict: Conflict
    deed: str  # the amendment's


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision that is not published yet."""

    number: int
    before: Schedule | None
    after: Schedule
    document: bytes  # `after`, as it is kept
    source: bytes = b""  # the version of the operator's schedule that brings it about; empty where none does
    disputes: tuple[Dispute, ...] = ()
    is_another_conference: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """What the next revision is made from, as of one moment."""

    newest: Revision | None
    accepted: Version | None
    refused: Version | None
    amendments: tuple[Amendment, ...]

    def with_source(self, schedule: Schedule) -> Draft | None:
        """What becomes of a new version of the operator's schedule; nothing where it says what the last one said."""
        if self.accepted is None:
            return self._draft(schedule, self.amendments, source=dump(schedule))
        if dump(schedule) == self.accepted.document:
            return None
        last = loaded(self.accepted)
        source = keep_vanished(last, schedule)
        if (document := dump(source)) == self.accepted.document:
            return None
        if not share_a_day(last, schedule):
            return replace(self._draft(source, (), source=document), is_another_conference=True)
        disputes = tuple(_new_disputes(last, source, self.amendments))
        return replace(self._draft(source, self.amendments, source=document), disputes=disputes)

    def without(self, undone: Amendment, by: str) -> Draft:
        """What becomes of the schedule when an amendment is taken back."""
        if self.accepted is None:
            raise RuntimeError("there are no amendments before there is a source")
        left = [replace(one, undone_by=by) if one == undone else one for one in self.amendments]
        return self._draft(loaded(self.accepted), left)

    def _draft(self, base: Schedule, amended: Sequence[Amendment], source: bytes = b"") -> Draft:
        before = loaded(self.newest) if self.newest else None
        number = self.newest.number + 1 if self.newest else 1
        return laid_over(base, list(_edits(amended)), number, before, source)


async def read(tx: Transaction) -> Basis:
    """The basis of the next revision. The newest revision is read first: nothing that is read later can be older."""
    newest = await revisions.newest(tx)
    return Basis(newest, await sources.accepted(tx), await sources.refused(tx), await amendments.everything(tx))


def loaded(kept: Revision | Version) -> Schedule:
    """The schedule of a revision, or of a version of the source."""
    return load(kept.document, f"{type(kept).__name__.lower()} {kept.number}")


def laid_over(
    schedule: Schedule, edits: Sequence[Edit], number: int, before: Schedule | None, source: bytes = b""
) -> Draft:
    """The revision of that number that edits make of a schedule. Raises ScheduleError where it could not be read again.

    What people typed is served as every node will read it.
    """
    if not edits:
        return Draft(number, before, schedule, source or dump(schedule), source)
    document = dump(amend(schedule, edits).schedule)
    return Draft(number, before, load(document, f"revision {number}"), document, source)


def _edits(amended: Iterable[Amendment]) -> Iterator[Edit]:
    for one in amended:
        yield from withdrawn(one.edits) if one.undone_by else one.edits


def _new_disputes(last: Schedule, source: Schedule, amended: Sequence[Amendment]) -> Iterator[Dispute]:
    """What the new version of the source disputes and the last one did not, or not in that way."""
    edits = list(_edits(amended))
    known = amend(last, edits).conflicts
    for conflict in amend(source, edits).conflicts:
        same = last.talk_by_id.get(conflict.talk) == source.talk_by_id.get(conflict.talk)
        if conflict not in known or not same:
            yield Dispute(conflict, next(one.deed for one in reversed(amended) if _touches(one, conflict)))


def _touches(amendment: Amendment, conflict: Conflict) -> bool:
    """Whether this is about what the amendment changed."""
    edits = [edit for edit in _edits([amendment]) if edit.talk == conflict.talk]
    return any(conflict.gone or not edit.now.set.keys().isdisjoint(conflict.parts) for edit in edits)
