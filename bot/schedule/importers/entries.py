"""Sorting the entries of a programme: which can be talks, which are breaks, and which are left out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.schedule.importers.datetimes import to_utc
from bot.schedule.importers.html_to_text import to_line
from bot.schedule.importers.models import ProgrammeEntry, SkippedEntry
from bot.schedule.models import BREAK_KINDS

_SAME_AS_TALK = frozenset({"", "talk", "lecture", "session", "other", "event", "presentation", "speech", "vortrag"})

_KIND_PATTERNS = {
    "lunch": r"lunch|mittagessen|mittagspause|almuerzo|déjeuner",
    "coffee": r"coffee|tea|kaffee|kaffeepause|café",
    "registration": r"registration|check-?in|badge pick-?up|einlass|doors open",
    "social": r"(?:after-?)?party|reception|get-together|social event|drinks",
    "break": r"break|pause|change-?over|intermission|breakfast|brunch|dinner|frühstück|abendessen",
}

_IN_A_TITLE = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _KIND_PATTERNS.items()}

# A title that consists of such words only: `Coffee & Tea break`, `Lunch (Red Team)`, but not `Break the Build`.
# The words before a colon name the day or the stage: `Main stage: morning tea`.
_ANY_KIND = "|".join(_KIND_PATTERNS.values())

_ONLY_A_BREAK = re.compile(
    rf"(?:(?:morning|afternoon|evening|short|long|lunch) )?(?:{_ANY_KIND})(?: ?(?:&|and|/|\+) ?(?:{_ANY_KIND}))?"
    r"(?: (?:break|time|pause))?(?: ?\([^()]*\))?",
    re.IGNORECASE,
)


def session_kind(published: str, title: str, *, has_speakers: bool, is_break: bool = False) -> str:
    """The kind of an entry as a schedule names it. `is_break` means that the file lists the entry among its breaks."""
    kind = to_line(published).lower()
    title = to_line(title)
    if kind in BREAK_KINDS and kind != "break":
        return kind
    if is_break or kind == "break" or (not has_speakers and _ONLY_A_BREAK.fullmatch(title.rpartition(": ")[2])):
        return next((kind for kind, words in _IN_A_TITLE.items() if words.search(title)), "break")
    return "talk" if kind in _SAME_AS_TALK else kind


def says_break(title: str) -> bool:
    """Tell whether a title names a break: `Short break`, `Changeover`."""
    return bool(_IN_A_TITLE["break"].search(to_line(title)))


MIN_ROOMS_TO_MERGE = 4  # an entry in this many rooms at once gets no room


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry that can become a talk."""

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
    """Sorts entries into those that can become talks and those that are left out, with the reasons in `skipped`."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.skipped: list[SkippedEntry] = []

    def place(self, entry: ProgrammeEntry) -> PlacedEntry | None:
        """Place an entry in time, in UTC; `None` if it is left out."""
        title = to_line(entry.title)
        start = to_utc(entry.start, self._zone) if entry.start else None
        end = to_utc(entry.end, self._zone) if entry.end else start
        if reason := entry.cancelled or _skip_reason(title, entry, start, end):
            self.skipped.append(SkippedEntry(title, reason))
        elif start and end:
            has_speakers = any(to_line(person.name) for person in entry.people)
            kind = session_kind(entry.kind, title, has_speakers=has_speakers)
            return PlacedEntry(entry, title, start, end, kind, _place_key(entry, kind))
        return None

    def deduplicate(self, placed: Iterable[PlacedEntry]) -> Iterator[PlacedEntry]:
        """Drop entries that are listed twice: the same title, time and place."""
        seen = set()
        for item in placed:
            identity = (item.entry.key, item.slot, item.place)
            if identity in seen:
                self.skipped.append(SkippedEntry(item.title, "listed twice"))
            else:
                seen.add(identity)
                yield item


def _skip_reason(title: str, entry: ProgrammeEntry, start: datetime | None, end: datetime | None) -> str:
    if not title:
        return "without a title"
    if start is None:
        return "without a time yet" if entry.start is None else "at an impossible time"
    return "with an end before the start" if end is None or end < start else ""


def _place_key(entry: ProgrammeEntry, kind: str) -> str:
    rooms = list(dict.fromkeys(filter(None, map(to_line, entry.rooms))))
    return "" if len(rooms) >= MIN_ROOMS_TO_MERGE or (len(rooms) > 1 and kind in BREAK_KINDS) else ", ".join(rooms)


def merge_breaks(placed: Iterable[PlacedEntry]) -> Iterator[PlacedEntry]:
    """Merge breaks that are listed for several rooms: the same break at the same time is for everybody."""
    breaks: dict[tuple[str, datetime, datetime], list[PlacedEntry]] = {}
    for item in placed:
        if item.is_break:
            breaks.setdefault(item.slot, []).append(item)
        else:
            yield item
    for slot_breaks in breaks.values():
        first = slot_breaks[0]
        in_one_place = len({item.place for item in slot_breaks}) == 1
        yield first if in_one_place else PlacedEntry(first.entry, first.title, first.start, first.end, first.kind, "")
