"""What kind of thing an entry is, in the words of the house: above all, which are breaks.

Which entries of a programme can be talks, and why the others cannot."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.schedule.importers.datetimes import to_utc
from bot.schedule.importers.models import ProgrammeEntry, SkippedEntry
from bot.schedule.models import BREAK_KINDS
from bot.schedule.yaml.nodes import single_line

_SAME_AS_TALK = frozenset({"", "talk", "lecture", "session", "other", "event", "presentation", "speech", "vortrag"})

_KIND_PATTERNS = {
    "lunch": r"lunch|mittagessen|mittagspause|almuerzo|déjeuner",
    "coffee": r"coffee|tea|kaffee|kaffeepause|café",
    "registration": r"registration|check-?in|badge pick-?up|einlass|doors open",
    "social": r"party|reception|get-together|social event|drinks",
    "break": r"break|pause|breakfast|brunch|dinner|frühstück|abendessen",
}

_IN_A_TITLE = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _KIND_PATTERNS.items()}

# A title of nothing but such words: `Coffee & Tea break`, `Lunch (Red Team)`; but not `Break the Build`. What stands before a colon is the
# name of the day or the stage: `Main stage: morning tea`.
_ANY_KIND = "|".join(_KIND_PATTERNS.values())

_ONLY_A_BREAK = re.compile(
    rf"(?:(?:morning|afternoon|evening|short|long|lunch) )?(?:{_ANY_KIND})(?: ?(?:&|and|/|\+) ?(?:{_ANY_KIND}))?"
    r"(?: (?:break|time|pause))?(?: ?\([^()]*\))?",
    re.IGNORECASE,
)


def session_kind(published: str, title: str, *, has_speakers: bool, is_break: bool = False) -> str:
    """The kind of an entry; `is_break` says that the file lists it among its breaks, `has_speakers` that somebody speaks."""
    kind = single_line(published).lower()
    title = single_line(title)
    if kind in BREAK_KINDS and kind != "break":
        return kind
    if is_break or kind == "break" or (not has_speakers and _ONLY_A_BREAK.fullmatch(title.rpartition(": ")[2])):
        return next((kind for kind, words in _IN_A_TITLE.items() if words.search(title)), "break")
    return "talk" if kind in _SAME_AS_TALK else kind


MIN_ROOMS_TO_MERGE = 4  # in as many rooms at once it is in none of them in particular


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry that can be a talk."""

    entry: ProgrammeEntry
    title: str
    start: datetime
    end: datetime
    kind: str
    place: str

    @property
    def is_break(self) -> bool:
        return self.kind in BREAK_KINDS

    @property
    def slot(self) -> tuple[str, datetime, datetime]:
        return self.title.casefold(), self.start, self.end


class EntrySorter:
    """Sorts entries into those that can be talks and those that are left out, and remembers why."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.skipped: list[SkippedEntry] = []

    def place(self, entry: ProgrammeEntry) -> PlacedEntry | None:
        """The entry with its time in UTC; nothing where it is left out."""
        title = single_line(entry.title)
        start = to_utc(entry.start, self._zone) if entry.start else None
        end = to_utc(entry.end, self._zone) if entry.end else start
        if why := entry.cancelled or _skip_reason(title, entry, start, end):
            self.skipped.append(SkippedEntry(title, why))
        elif start and end:
            spoken = any(single_line(person.name) for person in entry.people)
            kind = session_kind(entry.kind, title, has_speakers=spoken)
            return PlacedEntry(entry, title, start, end, kind, _place_key(entry, kind))
        return None

    def deduplicate(self, placed: Iterable[PlacedEntry]) -> Iterator[PlacedEntry]:
        """All but what is listed twice: the same thing, at the same time, in the same place."""
        seen = set()
        for item in placed:
            same = (item.entry.key, item.slot, item.place)
            if same in seen:
                self.skipped.append(SkippedEntry(item.title, "is listed twice"))
            else:
                seen.add(same)
                yield item


def _skip_reason(title: str, entry: ProgrammeEntry, start: datetime | None, end: datetime | None) -> str:
    if not title:
        return "has no title"
    if start is None:
        return "has no time yet" if entry.start is None else "is at a time that cannot be meant"
    return "ends before it starts" if end is None or end < start else ""


def _place_key(entry: ProgrammeEntry, kind: str) -> str:
    rooms = list(dict.fromkeys(filter(None, map(single_line, entry.rooms))))
    return "" if len(rooms) >= MIN_ROOMS_TO_MERGE or (len(rooms) > 1 and kind in BREAK_KINDS) else ", ".join(rooms)


def merge_breaks(placed: Iterable[PlacedEntry]) -> Iterator[PlacedEntry]:
    """One break where the same one is listed for several rooms: it is for everybody, then."""
    breaks: dict[tuple[str, datetime, datetime], list[PlacedEntry]] = {}
    for item in placed:
        if item.is_break:
            breaks.setdefault(item.slot, []).append(item)
        else:
            yield item
    for same in breaks.values():
        first = same[0]
        alone = len({item.place for item in same}) == 1
        yield first if alone else PlacedEntry(first.entry, first.title, first.start, first.end, first.kind, "")
