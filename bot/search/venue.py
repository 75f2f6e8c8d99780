"""The venue in people's words: rooms and kinds of session by every name they have, and the conference's own."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.schedule.models import Room, Schedule
from bot.search.words import words

_INSIDE = re.compile(r"\(([^)]*)\)")

_KINDS_ALIKE = {"lightningtalk": ("lightning",), "bof": ("birdsofafeather",), "keynote": ("plenary",)}

LONGEST_NAME = 5  # words

LONGEST_IN_SERIES = 3  # letters and digits that tell the rooms of a series apart


@dataclass(frozen=True)
class Venue:
    """Names folded and run together -> what they name."""

    rooms: Mapping[str, tuple[Room, ...]]
    kinds: Mapping[str, str]
    shapes: frozenset[str]  # of the rooms' codes, letters as a, digits as 9
    series: Mapping[str, frozenset[str]]  # the word that several rooms begin with, `Club A` -> the shapes of the next
    conference: tuple[str, ...]  # the words of its own name

    def room(self, parts: Sequence[str]) -> tuple[Room, ...]:
        """The rooms of this name."""
        return self.rooms.get("".join(parts), ())

    def is_code(self, word: str) -> bool:
        """Whether a word looks like this venue's room codes."""
        return shape(word) in self.shapes

    def is_numbered(self, before: str, word: str) -> bool:
        """Whether a word after another looks like this venue's rooms of one kind: `club z` where there is a Club A."""
        return before in self.series and shape(word) in self.series[before]


def shape(word: str) -> str:
    """`ub5132` and `K.4.601` as `aa9999` and `a9999`."""
    return re.sub(r"[a-z]", "a", re.sub(r"\d", "9", "".join(words(word))))


def venue(schedule: Schedule) -> Venue:
    """The names of a schedule's rooms, and of its kinds in the singular and the plural."""
    rooms: dict[str, tuple[Room, ...]] = {}
    for room in schedule.rooms:
        for name in _names(room):
            rooms[name] = (*rooms.get(name, ()), room)
    kinds = {name: kind for kind in {talk.kind for talk in schedule.talks} for name in _kind_names(kind)}
    shapes = frozenset(shape(name) for name in rooms if any(c.isdigit() for c in name))
    return Venue(rooms, kinds, shapes, _series(schedule.rooms), tuple(words(schedule.conference.name)))


def _series(rooms: Iterable[Room]) -> dict[str, frozenset[str]]:
    """What two rooms or more begin with, and what may follow: {"club": {"a"}} for Club A and Club B."""
    begun = Counter((name[0], shape(name[1])) for room in rooms if len(name := words(room.name)) > 1)
    series: dict[str, frozenset[str]] = {}
    for (beginning, following), times in begun.items():
        if times > 1 and len(following) <= LONGEST_IN_SERIES:
            series[beginning] = series.get(beginning, frozenset()) | {following}
    return series


def _names(room: Room) -> set[str]:
    """`UB2.252A (Lameere)` is also `UB2.252A` and `Lameere`; `Fleming, 3rd floor` and `Room Fleming` are `Fleming`."""
    inside = _INSIDE.findall(room.name)
    codes = [part for part in room.name.split() if len(part) > 2 and any(letter.isdigit() for letter in part)]
    spelt = {room.name, room.id, _INSIDE.sub("", room.name), *inside, room.name.split(",")[0], *codes}
    parts = [words(one) for one in spelt]
    return {"".join(name) for one in parts for name in (one, _plain(one)) if name}


def _plain(parts: Iterable[str]) -> list[str]:
    parts = list(parts)
    short = [part for part in parts if part not in ("room", "hall", "the", "stage", "auditorium")]
    return short if any(len(part) > 1 for part in short) else parts


def _kind_names(kind: str) -> set[str]:
    plain = "".join(words(kind))
    if plain in ("talk", "session", "presentation", "devroom", "maintrack", "lecture", ""):
        return set()
    names = {plain, *_KINDS_ALIKE.get(plain, ())}
    return names | {name + "s" for name in names}
