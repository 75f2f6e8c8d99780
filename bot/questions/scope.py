"""Narrows a schedule to the room, day, time, kind and track that a question names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.questions.answers import EVERYTHING, Outside, Scope
from bot.questions.asking import Asking
from bot.questions.rooms import named_room, unknown_room
from bot.questions.spans import Span, bind
from bot.questions.tracks import named_track
from bot.schedule.models import Talk, Track
from bot.search.terms import Asked

SHORT = timedelta(minutes=30)  # what people call a short talk


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is left of the schedule, and which words of the question are left to search for."""

    talks: tuple[Talk, ...]
    about: tuple[Asked, ...]
    scope: Scope = EVERYTHING
    track: Track | None = None
    hosted: bool = False  # the track was named by its host
    outside: Outside | None = None

    @property
    def is_narrow(self) -> bool:
        return self.scope != EVERYTHING

    def without(self, used: Collection[str]) -> tuple[Asked, ...]:
        """What is left to search for when some words have had their use."""
        return tuple(asked for asked in self.about if asked.word not in used)


def narrow(asking: Asking, talks: Sequence[Talk] | None = None) -> Narrowed:
    """Room, kind, track, then time: each takes its words out of the question. `talks` stand for the whole schedule."""
    narrowed = Narrowed(asking.schedule.talks if talks is None else tuple(talks), asking.question.about)
    for step in (_without_its_name, _by_room, _by_kind, _by_track, _by_time, _by_length):
        narrowed = step(asking, narrowed)
        if narrowed.outside:
            return narrowed
    return narrowed


def picked(talks: Sequence[Talk], pick: str) -> tuple[Talk, ...]:
    """The first or the last of some talks in time, with all that start together with it; `pick` as in a Question."""
    real = [talk for talk in talks if not talk.is_break and not talk.cancelled]
    if not real or not pick:
        return tuple(real)
    edge = real[0].start if pick in ("first", "opening") else max(talk.start for talk in real)
    return tuple(talk for talk in real if talk.start == edge)


def _without_its_name(asking: Asking, narrowed: Narrowed) -> Narrowed:
    """`fosdem keynotes`: the conference's own name tells nothing apart, unless it is half of one that is a topic."""
    name = asking.index.venue.conference
    proper = [word for word in name if not word.isdigit()]
    said = [asked.word for asked in asking.question.rest]
    whole = any(said[at : at + len(proper)] == proper for at in range(len(said)))
    used = name if whole else [word for word in name if word not in asking.index.vocabulary]
    return replace(narrowed, about=narrowed.without(used))


def _by_room(asking: Asking, narrowed: Narrowed) -> Narrowed:
    rooms, used = named_room(asking.question, asking.index)
    if not rooms:
        unknown = unknown_room(asking.question, asking.index)
        return replace(narrowed, outside=Outside(room=unknown)) if unknown else narrowed
    talks = tuple(talk for talk in narrowed.talks if talk.room in rooms)
    return replace(narrowed, talks=talks, about=narrowed.without(used), scope=replace(narrowed.scope, room=rooms[0]))


def _by_kind(asking: Asking, narrowed: Narrowed) -> Narrowed:
    """`keynotes`, `lightning talks`: where the schedule has such a kind."""
    said = [asked.word for asked in asking.question.rest]
    for at in range(len(said)):
        for length in (2, 1):
            kind = asking.index.venue.kinds.get("".join(said[at : at + length]))
            if kind:
                talks = tuple(talk for talk in narrowed.talks if talk.kind == kind)
                about = narrowed.without(said[at : at + length])
                return replace(narrowed, talks=talks, about=about, scope=replace(narrowed.scope, kind=kind))
    return narrowed


def _by_track(asking: Asking, narrowed: Narrowed) -> Narrowed:
    track, hosted = named_track(asking.question, asking.index, narrowed.about)
    if track is None:
        return narrowed
    talks = tuple(talk for talk in narrowed.talks if talk.track is track)
    scope = replace(narrowed.scope, track=track)
    return replace(narrowed, talks=talks, about=(), track=track, hosted=hosted, scope=scope)


def _by_time(asking: Asking, narrowed: Narrowed) -> Narrowed:
    told = asking.question.time
    if not told:
        return narrowed
    bound = bind(told, asking.schedule, asking.now)
    if bound.outside:
        nth = told.value[0] if told.day == "nth" else 0
        return replace(narrowed, outside=Outside(day=None if nth else bound.outside, nth=nth))
    talks = tuple(talk for talk in narrowed.talks if any(_fits(talk, span) for span in bound.spans))
    if told.relation == "before" and not told.day:
        talks = tuple(talk for talk in talks if talk.end > asking.now) or talks  # what can still be heard
    return replace(narrowed, talks=talks, scope=_timed(asking, narrowed.scope, bound.spans))


def _timed(asking: Asking, scope: Scope, spans: Sequence[Span]) -> Scope:
    """The scope with its time, in words that the answer can repeat."""
    relation, first = asking.question.time.relation, spans[0]
    if len(spans) == 1:
        scope = replace(scope, day=asking.schedule.conference.day_of(first.start))
    if first.running:
        return replace(scope, at=first.start)
    if not relation:
        return scope
    return replace(
        scope,
        since=None if relation == "before" else first.start,
        until=None if relation == "after" else first.end,
    )


def _fits(talk: Talk, span: Span) -> bool:
    return talk.is_on(span.start) if span.running else span.start <= talk.start < span.end


def _by_length(asking: Asking, narrowed: Narrowed) -> Narrowed:
    """`anything short`: up to half an hour, or else what is shortest."""
    if not asking.question.short:
        return narrowed
    scope = narrowed.scope if narrowed.is_narrow else Scope(day=asking.today, since=asking.now)
    real = [talk for talk in narrowed.talks if not talk.is_break and (narrowed.is_narrow or _is_ahead(asking, talk))]
    most = max(SHORT, min((talk.length for talk in real), default=SHORT))
    talks = tuple(talk for talk in real if talk.length <= most)
    return replace(
        narrowed, talks=talks, about=narrowed.without(("short", "shorter", "shortest", "quick")), scope=scope
    )


def _is_ahead(asking: Asking, talk: Talk) -> bool:
    return talk.start >= asking.now and asking.schedule.conference.day_of(talk.start) == asking.today
