"""Narrows a schedule to the room, day, time, kind and track that a question names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.questions import cues
from bot.questions.answers import EVERYTHING, Outside, Scope
from bot.questions.asking import Asking
from bot.questions.spans import Span, bind
from bot.schedule.model import Talk, Track
from bot.search import fields
from bot.search.find import search
from bot.search.places import LONGEST_NAME, shape
from bot.search.terms import Asked
from bot.search.words import words as words_of

LONGEST_TITLE = 8  # words of a track's title, as they are typed out whole
_BEFORE_ROOM = frozenset(["in", "at", "room", "hall", "inside", "to", "near", "stage", "on", "auditorium"])


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is left of the schedule, and which words of the question are left to search for."""

    talks: tuple[Talk, ...]
    about: tuple[Asked, ...]
    scope: Scope = EVERYTHING
    by_track: Track | None = None
    hosted: bool = False  # the track was named by its host
    outside: Outside | None = None

    @property
    def is_narrow(self) -> bool:
        return self.scope != EVERYTHING


def narrow(asking: Asking) -> Narrowed:
    """Room, kind, track, then time: each takes its words out of the question."""
    narrowed = Narrowed(asking.schedule.talks, asking.question.about)
    narrowed = _without_its_name(asking, narrowed)
    for step in (_by_room, _by_kind, _by_track, _by_time, _by_length):
        narrowed = step(asking, narrowed)
        if narrowed.outside:
            return narrowed
    return narrowed


def _without_its_name(asking: Asking, narrowed: Narrowed) -> Narrowed:
    """`fosdem keynotes`: the conference's own name tells nothing apart."""
    name = set(words_of(asking.schedule.conference.name))
    return replace(narrowed, about=tuple(asked for asked in narrowed.about if asked.word not in name))


def _by_room(asking: Asking, narrowed: Narrowed) -> Narrowed:
    words = [asked.word for asked in asking.question.rest]
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        for at in range(len(words) - length + 1):
            rooms = asking.index.places.room(words[at : at + length])
            if rooms and _means_room(asking, words, at, length):
                used = set(words[at : at + length])
                about = tuple(asked for asked in narrowed.about if asked.word not in used)
                talks = tuple(talk for talk in narrowed.talks if talk.room in rooms)
                return replace(narrowed, talks=talks, about=about, scope=replace(narrowed.scope, room=rooms[0]))
    unknown = _unknown_room(asking, words)
    return replace(narrowed, outside=Outside(room=unknown)) if unknown else narrowed


def _means_room(asking: Asking, words: Sequence[str], at: int, length: int) -> bool:
    """A code always is a room; a word only where the sentence says so, or where it is all there is."""
    name = "".join(words[at : at + length])
    if any(c.isdigit() for c in name) and (not name.isdigit() or words[max(0, at - 1)] in cues.ROOM_NOUNS):
        return True
    before = words[at - 1] if at else asking.question.command
    after = words[at + length] if at + length < len(words) else ""
    if before in _BEFORE_ROOM or after in cues.ROOM_NOUNS:
        return True
    others = {asked.word for asked in asking.question.about} - set(words[at : at + length])
    return not others and asking.index.vocabulary.get(name) not in asking.index.names


def _unknown_room(asking: Asking, words: Sequence[str]) -> str:
    """The name of a room that is asked for and does not exist."""
    plain = asking.question.text.split()
    for at, typed in enumerate(plain):
        word = typed.strip("?!.,;:()").lower()
        before = plain[at - 1].strip("?!.,;:()").lower() if at else asking.question.command
        coded = before in ("in", "at", "room") and asking.index.places.is_code(word) and any(c.isdigit() for c in word)
        if coded and shape(word) != word and "".join(shape(word)) and asking.index.vocabulary.get(word) is None:
            return typed.strip("?!,;:()")
        if (
            before in ("room", "hall")
            and word not in cues.STOP
            and word not in cues.NOUNS
            and word not in cues.ROOM_NOUNS
            and not asking.question.time.words.startswith(word)
        ):
            return typed.strip("?!,;:()")
    return ""


def _by_kind(asking: Asking, narrowed: Narrowed) -> Narrowed:
    words = [asked.word for asked in asking.question.rest]
    kinds = asking.index.places.kinds
    for at in range(len(words)):
        for length in (2, 1):
            kind = kinds.get("".join(words[at : at + length]))
            if kind:
                used = set(words[at : at + length])
                about = tuple(asked for asked in narrowed.about if asked.word not in used)
                talks = tuple(talk for talk in narrowed.talks if talk.kind == kind)
                return replace(narrowed, talks=talks, about=about, scope=replace(narrowed.scope, kind=kind))
    return narrowed


def _by_track(asking: Asking, narrowed: Narrowed) -> Narrowed:
    """`the quantum computing track`, `bsd devroom`, `Boner's track`."""
    said = {asked.word for asked in asking.question.rest}
    asks = asking.question.command == "track" or not said.isdisjoint(cues.TRACK_NOUNS)
    if not asks or not asking.index.tracks:
        return narrowed
    hosted, track = False, _titled_track(asking) or _only_track(asking, narrowed)
    if track is None and narrowed.about:
        first = len(asking.index.talks)
        found = search(asking.index, narrowed.about, within=range(first, len(asking.index)))
        if found.hits:
            track = asking.index.tracks[found.hits[0].number - first]
            hosted = not found.hits[0].fields & fields.TITLE
    if track is None:
        return narrowed
    talks = tuple(talk for talk in narrowed.talks if talk.track is track)
    scope = replace(narrowed.scope, track=track)
    return replace(narrowed, talks=talks, about=(), by_track=track, hosted=hosted, scope=scope)


def _only_track(asking: Asking, narrowed: Narrowed) -> Track | None:
    """`the track`, where there is but one."""
    return asking.index.tracks[0] if len(asking.index.tracks) == 1 and not narrowed.about else None


def _titled_track(asking: Asking) -> Track | None:
    """The track whose whole title stands before or after the word track, `the Go devroom`."""
    words = [asked.word for asked in asking.question.rest]
    first = len(asking.index.talks)
    for at, word in enumerate(words):
        if word not in cues.TRACK_NOUNS:
            continue
        before = [words[start:at] for start in range(max(0, at - LONGEST_TITLE), at)]
        after = [words[at + 1 : end] for end in range(min(len(words), at + 1 + LONGEST_TITLE), at + 1, -1)]
        for title in before + after:
            for number in asking.index.titles.get(" ".join(title), ()):
                if number >= first:
                    return asking.index.tracks[number - first]
    return None


def _by_time(asking: Asking, narrowed: Narrowed) -> Narrowed:
    told = asking.question.time
    if not told:
        return narrowed
    bound = bind(told, asking.schedule, asking.now)
    if bound.outside:
        nth = told.value[0] if told.day == "nth" else 0
        return replace(narrowed, outside=Outside(day=None if nth else bound.outside, nth=nth))
    talks = tuple(talk for talk in narrowed.talks if any(_fits(talk, span) for span in bound.spans))
    first = bound.spans[0]
    day = asking.schedule.conference.day_of(first.start) if told.day or told.relation not in ("in", "within") else None
    scope = replace(narrowed.scope, day=day if len(bound.spans) == 1 else None)
    if first.running:
        scope = replace(scope, at=first.start)
    elif told.relation:
        scope = replace(
            scope,
            since=first.start if told.relation != "before" else None,
            until=first.end if told.relation != "after" else None,
        )
    return replace(narrowed, talks=talks, scope=scope)


def _fits(talk: Talk, span: Span) -> bool:
    return talk.is_on(span.start) if span.running else span.start <= talk.start < span.end


def _by_length(asking: Asking, narrowed: Narrowed) -> Narrowed:
    longest = asking.question.longest
    if not longest or not narrowed.is_narrow:
        return narrowed
    short = tuple(talk for talk in narrowed.talks if talk.length <= timedelta(minutes=longest))
    about = tuple(asked for asked in narrowed.about if asked.word not in ("short", "shorter", "shortest", "quick"))
    return replace(narrowed, talks=short, about=about)


def picked(talks: Sequence[Talk], pick: str) -> tuple[Talk, ...]:
    """The first or the last of some talks in time, with all that start (or end) together with it."""
    real = [talk for talk in talks if not talk.is_break]
    if not real or not pick:
        return tuple(real)
    edge = min(talk.start for talk in real) if pick == "first" else max(talk.start for talk in real)
    return tuple(talk for talk in real if talk.start == edge)
