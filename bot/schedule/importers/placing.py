"""Which entries of a programme can be talks, and why the others cannot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.schedule.importers.imported import LeftOut
from bot.schedule.importers.kinds import kind_of
from bot.schedule.importers.programme import Entry
from bot.schedule.importers.zones import in_utc
from bot.schedule.model import BREAK_KINDS
from bot.schedule.texts import one_line

WIDE = 4  # in as many rooms at once it is in none of them in particular


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry that can be a talk."""

    entry: Entry
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


class Account:
    """Sorts entries into those that can be talks and those that are left out, and remembers why."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.left_out: list[LeftOut] = []

    def placed(self, entry: Entry) -> Placed | None:
        """The entry with its time in UTC; nothing where it is left out."""
        title = one_line(entry.title)
        start = in_utc(entry.start, self._zone) if entry.start else None
        end = in_utc(entry.end, self._zone) if entry.end else start
        if why := entry.cancelled or _unusable(title, entry, start, end):
            self.left_out.append(LeftOut(title, why))
        elif start and end:
            spoken = any(one_line(person.name) for person in entry.people)
            kind = kind_of(entry.kind, title, spoken=spoken)
            return Placed(entry, title, start, end, kind, _place(entry, kind))
        return None

    def distinct(self, placed: Iterable[Placed]) -> Iterator[Placed]:
        """All but what is listed twice: the same thing, at the same time, in the same place."""
        seen = set()
        for item in placed:
            same = (item.entry.key, item.slot, item.place)
            if same in seen:
                self.left_out.append(LeftOut(item.title, "is listed twice"))
            else:
                seen.add(same)
                yield item


def _unusable(title: str, entry: Entry, start: datetime | None, end: datetime | None) -> str:
    if not title:
        return "has no title"
    if start is None:
        return "has no time yet" if entry.start is None else "is at a time that cannot be meant"
    return "ends before it starts" if end is None or end < start else ""


def _place(entry: Entry, kind: str) -> str:
    rooms = list(dict.fromkeys(filter(None, map(one_line, entry.rooms))))
    return "" if len(rooms) >= WIDE or (len(rooms) > 1 and kind in BREAK_KINDS) else ", ".join(rooms)


def with_merged_breaks(placed: Iterable[Placed]) -> Iterator[Placed]:
    """One break where the same one is listed for several rooms: it is for everybody, then."""
    breaks: dict[tuple[str, datetime, datetime], list[Placed]] = {}
    for item in placed:
        if item.is_break:
            breaks.setdefault(item.slot, []).append(item)
        else:
            yield item
    for same in breaks.values():
        first = same[0]
        alone = len({item.place for item in same}) == 1
        yield first if alone else Placed(first.entry, first.title, first.start, first.end, first.kind, "")
