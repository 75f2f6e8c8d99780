"""The venue in people's words: rooms, tracks and kinds of session by every name they have, and the conference's own."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz, process

from bot.schedule.models import Room, Schedule, Talk, Track
from bot.search.lexicon import lexicon, stem
from bot.search.tokenizer import fold, words

LONGEST_NAME = 6  # words
LONGEST_IN_SERIES = 3  # letters and digits that tell the rooms of a series apart
SHORTEST_BEGINNING = 3  # letters of the first word of a room's name that stand for it before a number
SHORTEST_SLIP = 5  # letters of a room's name that is known with a slip in it
NEAR = 82  # of 100: a slip or two
_CODE = re.compile(r"\d[a-z]")
_IN_SERIES = re.compile(r"([a-z]{3,})\d+")
_NUMBER = re.compile(r"[a-z] ?(\d+)$")
_BUILDING = re.compile(r"([a-z]{1,3})(\d*)")  # as the codes of its rooms begin: K.1.105, AW1.120
_INSIDE = re.compile(r"\(([^)]*)\)")
_LENGTH = re.compile(r"\b\d+[ -]?(?:h|hours?|min|minutes?)\b", re.IGNORECASE)  # in a kind: `20 min lightning talk`
_GENERIC = frozenset([
    "room", "hall", "the", "stage", "auditorium", "theatre", "theater", "raum", "saal", "salle", "sala", "and",
    "both", "of", "la", "le", "el",
])  # fmt: skip
_OF_EVERY_TRACK = frozenset([
    "devroom", "track", "room", "main", "stream", "summit", "developer", "dev", "the", "of", "and", "a", "in",
    "on", "at", "for", "to", "by", "with", "pydata",
])  # fmt: skip
_KINDS_ALIKE = {"lightningtalk": ("lightning",), "bof": ("birdsofafeather",), "keynote": ("plenary",)}
OF_SEVERAL_KINDS = frozenset({"workshop", "tutorial", "keynote", "plenary", "panel", "poster", "summit", "demo"})
_PLAIN_KINDS = frozenset({"talk", "session", "presentation", "devroom", "lecture", ""})

T = TypeVar("T", Room, Track)


@dataclass(frozen=True)
class Venue:
    """Names folded and run together -> what they name."""

    rooms: Mapping[str, tuple[Room, ...]]
    parts: Mapping[str, frozenset[Room]]  # a telling word -> the rooms whose names have it
    buildings: Mapping[str, tuple[Room, ...]]  # how the codes of rooms begin, `k` or `aw1` -> the rooms
    kinds: Mapping[str, tuple[str, ...]]
    tracks: Mapping[str, tuple[Track, ...]]
    topics: Mapping[str, frozenset[Track]]  # the stem of a telling word -> the tracks whose titles have it
    shapes: frozenset[str]  # of the rooms' codes, letters as a, digits as 9
    series: Mapping[str, frozenset[str]]  # the word that several rooms begin with, `Club A` -> the shapes of the next
    conference: tuple[str, ...]  # the words of its own name

    def room(self, parts: Sequence[str]) -> tuple[Room, ...]:
        """The rooms of this name, or the one room whose name has all these words, of which at least one tells."""
        named = self.rooms.get("".join(parts)) or self._having(parts)
        if len(named) < 2:
            return named
        return tuple(room for room in named if _plain(words(room.name)) == _plain(parts)) or named

    def _having(self, parts: Sequence[str]) -> tuple[Room, ...]:
        """`Upper Main Dining Room` for `upper dining`: of several rooms the shortest name, but all `great halls`."""
        telling = [part for part in parts if part.removesuffix("s") not in _GENERIC]
        if not telling or not self.parts.keys() >= set(telling):
            return ()
        having = frozenset.intersection(*(self.parts[part] for part in telling))
        shortest = min((len(room.name) for room in having), default=0)
        alike = tuple(room for room in having if len(room.name) == shortest)
        if any(part not in _GENERIC for part in parts if part not in telling):
            return tuple(sorted(having, key=lambda room: room.name))
        return alike if len(having) == 1 or (len(telling) > 1 and len(alike) == 1) else ()

    def misspelt_room(self, word: str) -> tuple[Room, ...]:
        """The room of whose name this is most likely a misspelt word."""
        if len(word) < SHORTEST_SLIP or lexicon().is_ordinary(word):
            return ()
        found = process.extractOne(word, self.parts.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
        return self._having((found[0],)) if found and len(found[0]) >= SHORTEST_SLIP else ()

    def track(self, parts: Sequence[str]) -> tuple[Track, ...]:
        """The tracks of this title, or those whose titles have all these words, the shortest ones first."""
        if whole := self.tracks.get("".join(parts)):
            return whole
        stems = [stem(part) for part in parts if part not in _OF_EVERY_TRACK]
        if not stems or any(stemmed not in self.topics for stemmed in stems):
            return ()
        having = frozenset.intersection(*(self.topics[stemmed] for stemmed in stems))
        return tuple(sorted(having, key=lambda track: (len(track.title), track.id)))

    def is_code(self, word: str) -> bool:
        """Tell whether a word looks like this venue's room codes."""
        return shape(word) in self.shapes

    def is_numbered(self, before: str, word: str) -> bool:
        """Tell whether two words look like one of this venue's rooms of a kind: `club z` where there is a Club A."""
        return before in self.series and shape(word) in self.series[before]


def shape(word: str) -> str:
    """`ub5132` and `K.4.601` as `aa9999` and `a9999`."""
    return re.sub(r"[a-z]", "a", re.sub(r"\d", "9", "".join(words(word))))


def venue(schedule: Schedule) -> Venue:
    """The names of a schedule's rooms and tracks, and of its kinds in the singular and the plural."""
    rooms = _named((room, _names(room)) for room in schedule.rooms)
    numbers = _named((room, _NUMBER.findall(fold(room.name))) for room in schedule.rooms)
    rooms = {number: named for number, named in numbers.items() if len(named) == 1} | rooms
    tracks = _named((track, _titles(track)) for track in schedule.tracks)
    parts = _named((room, _telling(room.name, _GENERIC)) for room in schedule.rooms)
    topics = _named((track, map(stem, _telling(track.title, _OF_EVERY_TRACK))) for track in schedule.tracks)
    return Venue(
        rooms=rooms,
        parts={word: frozenset(having) for word, having in parts.items()},
        buildings=_named((room, _buildings(room)) for room in schedule.rooms),
        kinds=_kinds({kind_of(talk) for talk in schedule.talks}),
        tracks=tracks,
        topics={word: frozenset(having) for word, having in topics.items()},
        shapes=frozenset(shape(name) for name in rooms if any(c.isdigit() for c in name)),
        series=_series(schedule.rooms),
        conference=tuple(words(schedule.conference.name)),
    )


def _named(things: Iterable[tuple[T, Iterable[str]]]) -> dict[str, tuple[T, ...]]:
    named: dict[str, list[T]] = {}
    for thing, names in things:
        for name in dict.fromkeys(names):
            named.setdefault(name, []).append(thing)
    return {name: tuple(having) for name, having in named.items()}


def _telling(name: str, common: frozenset[str]) -> set[str]:
    """The words of a name that tell it from others, possessives with and without their s."""
    bare = fold(name).replace("'", "").replace("’", "").replace(".", " ")
    telling = {part for part in (*words(name), *words(bare)) if part not in common and len(part) > 1}
    return telling | {part[-1] for part in telling if _CODE.fullmatch(part)}  # the b of 2b


def _series(rooms: Iterable[Room]) -> dict[str, frozenset[str]]:
    """The beginnings that rooms share, and what may follow: {"club": {"a"}} for Club A and Club B."""
    begun = Counter((name[0], shape(name[1])) for room in rooms if len(name := words(room.name)) > 1)
    series: dict[str, frozenset[str]] = {}
    for (beginning, following), times in begun.items():
        if times > 1 and len(following) <= LONGEST_IN_SERIES:
            series[beginning] = series.get(beginning, frozenset()) | {following}
    return series


def _names(room: Room) -> set[str]:
    """`UB2.252A (Lameere)` is also `UB2.252A` and `Lameere`; `Fleming, 3rd floor` and `Room Fleming` are `Fleming`."""
    inside = [name.strip("'\" ") for name in _INSIDE.findall(room.name)]
    codes = [part for part in room.name.split() if len(part) > 2 and any(letter.isdigit() for letter in part)]
    spelt = {room.name, room.id, _INSIDE.sub("", room.name), *inside, room.name.split(",")[0], *codes}
    spelt |= {name.replace("'", "").replace("’", "").replace(".", "") for name in spelt}
    parts = [words(name) for name in spelt]
    series = {found[1] for name in spelt for word in words(name) if (found := _IN_SERIES.fullmatch(word))} - _GENERIC
    whole = words(room.name)
    parts += [whole[: at + 1] for at, word in enumerate(whole) if word.isdigit()][-1:]  # Stage 2 for Stage 2 NW
    return {"".join(name) for part in parts for name in (part, _plain(part)) if name} | _with_short_word(room) | series


def _buildings(room: Room) -> list[str]:
    """`u`, `ua` and `ua2` of UA2.114; nothing of a room without a code."""
    code = words(room.name.partition(" ")[0])
    found = _BUILDING.fullmatch(code[0]) if code else None
    if not found or not any(part[-1].isdigit() for part in code):
        return []
    wing = [code[0]] if found[2] and len(code) > 1 else []
    return [found[1][: at + 1] for at in range(len(found[1]))] + wing


def _with_short_word(room: Room) -> set[str]:
    """`Auditorium 15` is also `aud 15` and `audi 15`."""
    first, *number = words(room.name)
    if len(number) != 1 or not number[0][0].isdigit():
        return set()
    return {first[:letters] + number[0] for letters in range(SHORTEST_BEGINNING, len(first))}


def _plain(parts: Iterable[str]) -> list[str]:
    parts = list(parts)
    short = [part for part in parts if part not in _GENERIC]
    return short if any(len(part) > 1 for part in short) else parts


def _titles(track: Track) -> set[str]:
    """`Rust devroom` is also `Rust`."""
    title = words(track.title)
    short = [word for word in title if word not in _OF_EVERY_TRACK]
    return {"".join(title), "".join(short)} - {""}


def kind_of(talk: Talk) -> str:
    """The kind of a talk; if the schedule tells none, the one that its title begins with: `Keynote: …`."""
    begins = talk.title.partition(":")[0].lower() if talk.kind == "talk" else ""
    return begins if begins in OF_SEVERAL_KINDS else talk.kind


def _kinds(kinds: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """`free workshop` and `conference workshop` are both `workshops`."""
    named: dict[str, tuple[str, ...]] = {}
    for kind in sorted(kinds):
        for name in _kind_names(kind):
            named[name] = (*named.get(name, ()), kind)
    return named


def _kind_names(kind: str) -> set[str]:
    parts = words(_LENGTH.sub("", _INSIDE.sub("", kind)))
    names = {
        "".join(parts),
        *_KINDS_ALIKE.get("".join(parts), ()),
        *OF_SEVERAL_KINDS.intersection(parts),
    } - _PLAIN_KINDS
    return names | {name + "s" for name in names}
