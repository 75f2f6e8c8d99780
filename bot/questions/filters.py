"""Filters of a schedule: the rooms, tracks, kinds and times that a question names, and its exceptions."""

from calendar import month_name
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import numpy as np

from bot.questions.language import CODES, languages
from bot.questions.meals import is_talk
from bot.questions.models import EVERYTHING, NotInSchedule, Scope
from bot.questions.places import named_rooms, named_tracks, unknown_room
from bot.questions.question import ASKING, Question, QuestionContext
from bot.questions.time_expressions import TimeExpression, extract
from bot.questions.time_resolution import Span, resolve, with_date
from bot.schedule.models import BREAK_KINDS, Room, Talk, Track
from bot.search import fields
from bot.search.index import Index
from bot.search.query_terms import QueryWord, add_corrections, having_all, read_terms
from bot.search.tokenizer import name_words
from bot.search.venue_names import kind_of

LEAST_TELLING = 3  # different words of a language that tell a talk's language
LONGEST_EVENT = 4  # words that name a break or the like
SHORT = timedelta(minutes=30)  # what people call a short talk
LONGEST_GAP = timedelta(hours=3)  # after which a talk comes next
_NTH = {"second": 1, "third": 2, "last": -1, "closing": -1}
_HEADLINE = fields.TITLE | fields.SUBTITLE | fields.SPEAKER | fields.TRACK


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The talks that the filters leave, and the tokens of the question that are left to search for."""

    talks: tuple[Talk, ...]
    content: tuple[int, ...]
    scope: Scope = EVERYTHING
    track: Track | None = None  # asked for by name
    hosted: bool = False  # the track was named by its host
    outside: NotInSchedule | None = None
    excepted: tuple[Talk, ...] = ()  # that fit otherwise
    free: bool = False  # no talk is on at the asked moment: the talks are breaks, and what comes next

    @property
    def is_narrow(self) -> bool:
        return self.scope != EVERYTHING

    def within(self, context: QuestionContext) -> frozenset[int] | None:
        """The numbers of the sessions to search in; none is all."""
        return context.numbers(self.talks) if self.is_narrow else None

    def keep(self, talks: Iterable[Talk], used: Collection[int] = (), **scope: Any) -> "Narrowed":
        """Only some of the talks, without the tokens that said so, and with that in the scope."""
        return replace(self, talks=tuple(talks), content=self.without(used), scope=replace(self.scope, **scope))

    def without(self, used: Collection[int]) -> tuple[int, ...]:
        """The tokens left to search for after others were used."""
        return tuple(place for place in self.content if place not in used)


def narrow(context: QuestionContext, talks: Sequence[Talk] | None = None) -> Narrowed:
    """Apply all filters, each of which takes its tokens out of the question. `talks` replace the whole schedule."""
    narrowed = Narrowed(context.schedule.talks if talks is None else tuple(talks), context.question.content)
    for step in (
        _without_conference_name,
        _by_place,
        _by_event,
        _by_kind,
        _by_time,
        _by_language,
        _by_length,
        _by_exception,
    ):
        narrowed = step(context, narrowed)
        if narrowed.outside:
            return narrowed
    return narrowed


def first_or_last(talks: Sequence[Talk], pick: str) -> tuple[Talk, ...]:
    """The first, second or last talks, or the longest or shortest, with all alike; `pick` is as in a Question."""
    real = [talk for talk in talks if is_talk(talk) and not talk.cancelled]
    if not real or not pick:
        return tuple(real)
    if pick in ("longest", "shortest"):
        length = (max if pick == "longest" else min)(talk.length for talk in real)
        return tuple(talk for talk in real if talk.length == length)
    starts = sorted({talk.start for talk in real})
    edge = starts[min(_NTH.get(pick, 0), len(starts) - 1)]
    return tuple(talk for talk in real if talk.start == edge)


def _without_conference_name(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """`fosdem keynotes`: the conference's own name tells nothing apart, unless it is half of one that is a topic."""
    name, question = context.index.venue.conference, context.question
    proper = [word for word in name if not word.isdigit()]
    parts = question.parts(range(len(question.tokens)))
    said = [part for _, part in parts]
    initials = "".join(word[0] for word in proper)
    unknown = {word for word in (*name, initials) if word not in context.index.vocabulary}
    gone = [place for place, part in parts if part in unknown]
    for at in range(len(said)):
        if said[at : at + len(proper)] == proper:
            gone = [place for place, _ in parts[at : at + len(proper)]]
            break
    return replace(narrowed, content=narrowed.without(gone)) if gone else narrowed


def _by_place(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """Keep the talks in any of the rooms or tracks that are named."""
    question, index = context.question, context.index
    rooms, used = named_rooms(question, index)
    tracks, hosted = named_tracks(question, index, used) if question.command != "room" else ({}, False)
    if not rooms and not tracks:
        unknown = unknown_room(question, index)
        return replace(narrowed, outside=NotInSchedule(room=unknown)) if unknown else narrowed
    if rooms and question.said("rooms", "other"):  # stage 1 is full, what's on on the other stages
        if any(_is_joined(question, *sorted(both)) for both in product(used, question.places("rooms"))):
            return replace(narrowed, content=narrowed.without(used))  # in Klimt 2 or elsewhere
        elsewhere = (talk for talk in narrowed.talks if talk.room and talk.room not in rooms)
        return narrowed.keep(elsewhere, used, without=", ".join(room.name for room in rooms))
    places: list[Room | Track] = [*rooms, *tracks]
    used |= {place for taken in tracks.values() for place in taken}
    talks = (talk for talk in narrowed.talks if talk.room in rooms or talk.track in tracks)
    room, track = next(iter(rooms), None), next(iter(tracks), None)
    kept = narrowed.keep(talks, used, room=room, track=None if room else track, others=tuple(places[1:]))
    return replace(kept, track=track if len(places) == 1 else None, hosted=hosted)


def _by_kind(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """Keep the talks of any kind that is named and that the schedule has: `keynotes`, `lightning talks`."""
    question = context.question
    gone = question.told.union(question.content).difference(narrowed.content)
    kinds, used = _named_kinds(question, context.index, gone)
    of_all = {at for at in question.free_places if question.words[at] in question.language.sessions}
    any_kind = of_all & question.starts("everything")
    if any(_is_joined(question, *sorted((at, other))) for at in any_kind for other in of_all - any_kind):
        return replace(narrowed, content=narrowed.without(of_all))  # talks and workshops
    if not kinds:
        return narrowed
    kind = kinds[0] if len(kinds) == 1 else question.typed(range(min(used), max(used) + 1))
    return narrowed.keep((talk for talk in narrowed.talks if kind_of(talk) in kinds), used, kind=kind)


def _by_event(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """Keep what comes before or after a break or the like, by its name: `after the ice cream`, `before the panel`."""
    found = _event_beside(context)
    if found is None:
        return narrowed
    event, when, places = found
    day = None if context.question.relation == "after" else context.day_of(event.start)
    talks = [talk for talk in narrowed.talks if day in (None, context.day_of(talk.start)) and talk != event]
    if event.room and context.question.said("rooms", "same"):
        narrowed = narrowed.keep((), room=event.room)
        talks = [talk for talk in talks if talk.room == event.room]
    if when == "after":
        following = [talk for talk in talks if talk.start >= event.end]
        return narrowed.keep(following, places, day=day, since=event.end)
    earlier = [talk for talk in talks if talk.start < event.start]
    coming = [talk for talk in earlier if talk.end > context.now] or earlier
    return narrowed.keep(coming, places, day=day, until=event.start)


def _event_beside(context: QuestionContext) -> tuple[Talk, str, range] | None:
    """The session named after a "before" or "after", the next of that name; with that word, and the places of both."""
    question = context.question
    taken = question.signs | question.timed
    for cue in (cue for cue in question.cues if cue.role == "beside" and not question.until):
        for end in range(min(cue.end + LONGEST_EVENT, len(question.words)), cue.end, -1):
            places = range(cue.end, end)
            if taken.isdisjoint(places) and (events := _events_named(context, question.words_at(places))):
                event = next((talk for talk in events if talk.end > context.now), events[-1])
                return event, cue.value, range(cue.start, end)
    return None


def _events_named(context: QuestionContext, said: tuple[str, ...]) -> list[Talk]:
    """The sessions of a kind or of a title, or those without speakers whose titles have all the words."""
    index = context.index
    if kinds := index.venue.kinds.get("".join(said)):
        return [talk for talk in context.schedule.talks if kind_of(talk) in kinds]
    having = having_all(index, said, fields.TITLE)
    titled = (index.talks[number] for number in having if number < len(index.talks))
    return [talk for talk in titled if not talk.speakers or len(name_words(talk.title)) == len(said)]


def _named_kinds(question: Question, index: Index, gone: Collection[int]) -> tuple[list[str], set[int]]:
    """The kinds of session that are named, and the tokens of their names."""
    parts = question.parts(place for place in question.free_places if place not in gone)
    known, kinds, used = question.language.kinds, list[str](), set[int]()
    for at in range(len(parts)):
        for length in (2, 1):
            name = "".join([part for _, part in parts[at : at + length]])
            if name not in known and name not in index.venue.kinds:
                continue
            alike = {name, *known.get(name, ())}
            found = dict.fromkeys(kind for other in sorted(alike) for kind in index.venue.kinds.get(other, ()))
            named = [kind for kind in found if kind not in BREAK_KINDS]  # those are meals
            if named and parts[at][0] not in used and (not used or _is_joined(question, max(used), parts[at][0])):
                kinds += named
                used |= {place for place, _ in parts[at : at + length]}
    return kinds, used


def _is_joined(question: Question, one: int, other: int) -> bool:
    """Tell whether a connector or a comma stands between two words, and besides only grammar that asks nothing."""
    between = range(one + 1, other)
    joins = {at for at in between if question.is_listed_on(at)}
    plain = all(at in joins or question.words[at] in question.language.grammar for at in between)
    asks = (cue for cue in question.cues if cue.role in ASKING and cue.value != "list")  # keynotes or any panels
    return bool(joins) and plain and not any(cue.start in between for cue in asks)


def _by_exception(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """Drop the talks that are excepted: `but not in the big hall`, `except keynotes`, `not the welcome one`."""
    question = context.question
    if not question.excluded:
        return narrowed
    left_out = frozenset(id for places in question.excluded for id in _excepted(context, narrowed, places))
    named = (question.typed(_without_grammar(question, places)) for places in question.excluded)
    talks = (talk for talk in narrowed.talks if talk.id not in left_out)
    kept = narrowed.keep(talks, without=", ".join(filter(None, named)))
    return replace(kept, excepted=tuple(talk for talk in narrowed.talks if talk.id in left_out))


def _without_grammar(question: Question, places: Sequence[int]) -> Sequence[int]:
    """The words that name an exception, and of a time whether it is before or after."""
    language, words = question.language, question.words_at(places)
    timed, related = extract(words, language)[1], language.time.phrases["before"] | language.time.phrases["after"]
    told = [word not in language.grammar or (at in timed and (word,) in related) for at, word in enumerate(words)]
    return [place for place, tells in zip(places, told, strict=True) if tells]


def _excepted(context: QuestionContext, narrowed: Narrowed, places: Sequence[int]) -> frozenset[str]:
    """The ids of the talks that an exception leaves out; it is read as a question of its own."""
    question, index, language = context.question, context.index, context.question.language
    time, timed_at = extract(question.words_at(places), language)
    if time and not time.day:  # tomorrow but not before 9
        time = replace(time, day=question.time.day or "every", value=question.time.value)
    timed = frozenset(places[at] for at in timed_at)
    others = tuple(place for place in range(len(question.tokens)) if place not in places)
    cues = [cue for cue in language.cues(question.words_at(places)) if cue.role == "spoken"]
    spoken = cues[0].value if cues else ""
    told = timed | {places[at] for cue in cues for at in range(cue.start, cue.end)}
    content = tuple(place for place in places if place not in told and question.words[place] not in language.known)
    part = replace(question, content=content, time=time, timed=timed, excluded=(others,), spoken=spoken)
    left_out = Narrowed(narrowed.talks, content)
    for step in (_by_place, _by_kind, _by_time, _by_language):
        left_out = step(replace(context, question=part), left_out)
    talks = frozenset(talk.id for talk in left_out.talks)
    asked = [word for word in part.query(left_out.content) if not word.optional]
    if not asked:
        return talks if left_out.is_narrow else frozenset()
    parts = (index.venue.parts.get(word.word, frozenset()) for word in asked)
    rooms = frozenset.intersection(*parts)  # all of that name
    named = {talk.id for talk in left_out.talks if talk.room in rooms} | _talks_with_words(index, asked, _HEADLINE)
    return talks & (named or _talks_with_words(index, asked, fields.FIELDS))


def _talks_with_words(index: Index, asked: Sequence[QueryWord], where: int) -> frozenset[str]:
    """The ids of the talks that have all the words, or other words for them, in some fields."""
    terms = read_terms(index, asked)
    add_corrections(index, terms)
    having = set(range(len(index.talks)))
    for term in terms:
        having &= {number for word in term.words for number, mark in index.postings(word) if mark & where} | (
            set(term.sessions) if where == fields.FIELDS else set()
        )
    return frozenset(index.talks[number].id for number in having)


def _by_time(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    told = with_date(context.question.time, context.schedule.conference)
    if not told:
        return narrowed
    bound = resolve(told, context.schedule, context.now)
    if bound.impossible:
        return replace(narrowed, outside=NotInSchedule(no_date=_impossible_date(context, told.value)))
    if bound.outside:
        return replace(narrowed, outside=NotInSchedule(day=None if told.day == "nth" else bound.outside))
    question, spans = context.question, bound.spans
    starts = question.bound == "start"
    if told.relation == "at" and starts:
        spans = tuple(Span(span.start, span.start + timedelta(minutes=1)) for span in spans)
    if told.relation == "between" and not (starts or question.pick or _is_part_of_day(told, question)):
        spans = tuple(span._replace(over=True) for span in spans)
    talks = _talks_in(narrowed.talks, spans)
    free = spans[0].running and all(talk.is_break for talk in talks)
    if free and not question.tells(narrowed.content):
        talks += _next_after(narrowed.talks, spans[0].start)
    elif told.relation == "at" and not talks:
        hours = [Span(span.start, span.start + timedelta(hours=1)) for span in spans]  # "at 5" may be at 5:25
        talks = _talks_in(narrowed.talks, hours)
    begun = told.relation == "between" and spans[0].start <= context.now < spans[-1].end
    open_ended = (told.relation == "before" and not told.day) or (begun and not narrowed.content)
    if open_ended and context.question.status != "missed" and context.question.pick != "first":
        talks = tuple(talk for talk in talks if talk.end > context.now) or talks  # can still be heard
    return replace(narrowed, talks=talks, free=free, scope=_scope_with_time(context, narrowed.scope, bound.spans))


def _is_part_of_day(told: TimeExpression, question: Question) -> bool:
    """Tell whether a range is an afternoon or the like, to which a talk belongs by its start."""
    return told.minutes in question.language.time.parts.values()


def _next_after(talks: Iterable[Talk], moment: datetime) -> tuple[Talk, ...]:
    """The talks that start first after a moment; not those after a night."""
    later = [talk for talk in talks if moment < talk.start <= moment + LONGEST_GAP and not talk.is_break]
    return tuple(talk for talk in later if talk.start == later[0].start)


_ORDINAL_ENDS = {1: "st", 2: "nd", 3: "rd"}


def _impossible_date(context: QuestionContext, value: tuple[int, ...]) -> str:
    """`32 March`, `29 February 2019`, `2019-13-01`, `45th`: a date that was asked about and does not exist."""
    day, month, *years = value
    if month > 12:
        return f"{years[0]:04}-{month:02}-{day:02}" if years else f"{day}.{month}"
    if not month:
        return f"{day}{_ORDINAL_ENDS.get(day % 10, 'th') if day // 10 != 1 else 'th'}"
    leaps = (day, month) == (29, 2)  # it is the year that does not have it
    year = years[0] if years else context.schedule.conference.days[0].year if leaps else ""
    return f"{day} {month_name[month]} {year}".strip()


def _scope_with_time(context: QuestionContext, scope: Scope, spans: Sequence[Span]) -> Scope:
    """The scope with its time, in words that the answer can repeat."""
    relation, first = context.question.time.relation, spans[0]
    days = tuple(dict.fromkeys(context.day_of(span.start) for span in spans))
    if len(days) == 1:
        scope = replace(scope, day=days[0])
    elif context.question.time.others:
        scope = replace(scope, days=days)
    elif not relation:
        scope = replace(scope, since=first.start, until=spans[-1].end)
    if context.question.time.differs_within_days:
        return scope
    if first.running:
        return replace(scope, at=first.start)
    if not relation:
        return scope
    return replace(
        scope,
        since=None if relation == "before" else first.start,
        until=None if relation == "after" else first.end,
    )


def _talks_in(talks: Sequence[Talk], spans: Sequence[Span]) -> tuple[Talk, ...]:
    """The talks that start in one of several spans, or are on at its beginning, in their order."""
    if len(spans) == 1 and not spans[0].running:  # which is quicker
        start, end, _, over = spans[0]
        early = [talk for talk in talks if talk.start < end]
        return tuple([talk for talk in early if talk.start >= start or (over and talk.end > start)])
    return tuple([talk for talk in talks if any(_fits(talk, span) for span in spans)])


def _fits(talk: Talk, span: Span) -> bool:
    if span.running:
        return talk.is_on(span.start) or talk.start == span.start  # which may also be its end
    return talk.start < span.end and (talk.start >= span.start or (span.over and talk.end > span.start))


def _by_language(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """Keep the talks in a language, as the schedule says or else as their texts show: `any talk in english`."""
    wanted, index = context.question.spoken, context.index
    if not wanted:
        return narrowed
    if wanted not in CODES or any(talk.language for talk in narrowed.talks):
        talks = (talk for talk in narrowed.talks if talk.language == wanted and not talk.is_break)
        return narrowed.keep(talks, spoken=wanted)
    known = languages()
    told = np.zeros((len(known), len(index)), np.int32)
    for row, language in zip(told, known, strict=True):
        for word in language.own:
            if word in index.vocabulary:
                row[index.stretch(index.vocabulary[word])[0]] += 1
    own = [language.code for language in known].index(wanted)
    spoken = (told.argmax(0) == own) & (told[own] >= LEAST_TELLING)
    talks = (talk for talk in narrowed.talks if spoken[index.numbers[talk.id]] and not talk.is_break)
    return narrowed.keep(talks, spoken=wanted)


def _by_length(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """Keep talks by length: `talks under 20 min`; `anything short` is half an hour or less, or else the shortest."""
    least, most = (timedelta(minutes=minutes) for minutes in context.question.minutes)
    if not most and not context.question.has("short"):
        return narrowed
    real = [talk for talk in narrowed.talks if not talk.is_break]
    if most:
        fit = [talk for talk in real if least <= talk.length <= most]
        if not narrowed.is_narrow and not narrowed.content:
            fit = [talk for talk in fit if _is_upcoming(context, talk)] or fit
        exact, bound = (most, "") if least == most else (least, "at least ") if least else (most, "up to ")
        return narrowed.keep(fit, kind=narrowed.scope.kind or f"{bound}{exact // timedelta(minutes=1)} minutes")
    scope = narrowed.scope if narrowed.is_narrow else Scope(day=context.today, since=context.now)
    given = real if narrowed.is_narrow else [talk for talk in real if _is_upcoming(context, talk)]
    most = max(SHORT, min((talk.length for talk in given), default=SHORT))
    return replace(narrowed, talks=tuple(talk for talk in given if talk.length <= most), scope=scope)


def _is_upcoming(context: QuestionContext, talk: Talk) -> bool:
    return talk.start >= context.now and context.day_of(talk.start) == context.today


def talks_of_level(context: QuestionContext, talks: Sequence[Talk], *, by_text: bool = False) -> list[Talk]:
    """The talks of the asked level: by the schedule's levels, or by titles and subtitles; or those whose texts name it."""
    index, named, headline = context.index, set[str](), fields.TITLE | fields.SUBTITLE
    levels = context.question.language.levels[context.question.level]
    for phrase in (phrase for phrase in levels if all(word in index.vocabulary for word in phrase)):
        for number in having_all(index, phrase, fields.FIELDS if len(phrase) == 1 else headline):
            if number < len(index.talks):
                talk, mark = index.talks[number], index.mark(index.vocabulary[phrase[0]], number)
                if by_text or mark & (fields.KIND if talk.level else headline):
                    named.add(talk.id)
    return [talk for talk in talks if talk.id in named]
