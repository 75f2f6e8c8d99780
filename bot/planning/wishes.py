"""Read what a plan should be like: `saturday: rust and databases, no keynotes, lunch at 12:30, end by 17:00`."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.errors import BotError
from bot.planning.day_plan import Meal, Span
from bot.questions.language import wish_words
from bot.questions.meals import pauses
from bot.questions.time_expressions import NO_TIME, TimeExpression, extract
from bot.questions.time_resolution import resolve
from bot.questions.tokens import clean, tokens_of
from bot.schedule.models import Schedule, Talk
from bot.search.lexicon import stem
from bot.search.tokenizer import words

LUNCH_LENGTH = timedelta(minutes=45)
PAUSE_LENGTH = timedelta(minutes=30)  # of another meal, and of a time off that has no end: `no talks at 13:40`
SHORTEST_MEAL = timedelta(minutes=15)  # of which the end of the plan, or now, leaves so much
USUAL_LUNCH = (12 * 60, 13 * 60 + 15)  # minutes since midnight between which it begins
_MARKS = r"[,;\n]|:(?!\d)|\.\s"  # between clauses


class NotADay(BotError):
    """The conference has no such day."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """A plan as somebody wants it, bound to a day of the conference."""

    day: date
    start: datetime  # aware, in UTC; no talk begins before …
    end: datetime  # … or ends after
    topics: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # words of talks that are left out
    lunch: Meal | None = None
    anything: bool = False  # whatever fits into the time will do, where nothing is known of the person
    pauses: tuple[tuple[str, Span], ...] = ()  # other meals and times off; from when to when

    def allows(self, talk: Talk) -> bool:
        """Tell whether the talk is within the day's times and nothing that was excluded."""
        if talk.is_break or talk.start < self.start or talk.end > self.end:
            return False
        if any(talk.start < end and talk.end > start for _, (start, end) in self.pauses):
            return False
        track = talk.track.title if talk.track else ""
        said = {stem(word) for word in words(f"{talk.kind} {talk.title} {talk.subtitle} {track}")}
        return not any(said.issuperset(stem(word) for word in words(excluded)) for excluded in self.without)


@dataclass(frozen=True, slots=True)
class _Part:
    """A few words of the text: a time, or a topic."""

    told: TimeExpression
    rest: str  # the words that are not part of the time and say something
    excludes: bool
    anything: bool
    meal: str  # lunch, dinner, coffee …; empty for none

    @property
    def is_time_off(self) -> bool:
        """Tell whether it excludes nothing but a time: `no talks before ten`."""
        return self.excludes and bool(self.told.relation) and not self.rest


def read_wishes(text: str, schedule: Schedule, now: datetime) -> Wishes:
    """Read a text; without a day, it is about today, or the next day of the conference. Raises NotADay."""
    parts = list(_read_parts(text))
    day = _day(parts, schedule, now)
    start, end = schedule.span_of(day)
    start = max(start, now) if start <= now < end else start
    lunch = _usual_lunch(schedule, day)
    kept_free: list[tuple[str, Span]] = []
    for part in parts:
        told = replace(part.told, day="date", value=(day.day, day.month, day.year), others=())
        spans = resolve(told, schedule, now).spans if told.relation else ()
        if part.meal == "lunch" and part.excludes:
            lunch = None
        elif not spans or (part.meal and part.excludes):
            continue
        elif part.meal == "lunch":
            lunch = Meal(spans[0].start, spans[0].start, LUNCH_LENGTH)
        elif part.meal:
            kept_free.append((part.meal, (spans[0].start, spans[0].start + PAUSE_LENGTH)))
        else:
            span = spans[0].start, spans[0].start + PAUSE_LENGTH if spans[0].running else spans[0].end
            start, end = _narrowed(part, (start, end), span)
            kept_free += [("free", span)] if part.is_time_off else []
    topics = tuple(part.rest for part in parts if part.rest and not part.excludes and not part.meal)
    without = tuple(part.rest for part in parts if part.rest and part.excludes and not part.meal)
    anything = any(part.anything for part in parts)
    planned = tuple((name, span) for name, span in kept_free if span[0] < end and span[1] > start)
    return Wishes(day, start, end, topics, without, _within(lunch, start, end), anything, planned)


def _narrowed(part: _Part, planned: Span, told: Span) -> Span:
    """The times of the plan within those that a part tells; of times off, those at an end of the plan are cut off."""
    (start, end), (since, until) = planned, told
    if part.is_time_off:
        return max(start, until) if since <= start else start, min(end, since) if until >= end else end
    starts = part.told.relation not in ("before", "within")
    ends = part.told.relation in ("before", "within", "between")
    return max(start, since) if starts else start, min(end, until) if ends else end


def _read_parts(text: str) -> Iterator[_Part]:
    without, ends, fits = wish_words("without"), wish_words("ends"), wish_words("fits")
    silent = wish_words("fillers") | without | fits
    for clause in clauses_of(clean(text)):
        excludes, time_off = False, ""
        for part in (piece for topic in topics_of(clause) for piece in _pieces(topic, without, silent)):
            tokens, language = tokens_of(part)
            said = [token.word for token in tokens]
            told, places = extract(said, language)
            leads = {place - 1 for place in places} - places  # “in the morning”
            left = [
                token
                for place, token in enumerate(tokens)
                if not (place in places or token.is_sign or (place in leads and token.word in language.grammar))
            ]
            # “no talks before ten and after five”, but “no talks before ten and done by five”
            goes_on = not told or (time_off and not left and {time_off, told.relation} not in ({"before"}, {"after"}))
            excludes = bool(excludes and goes_on) or not without.isdisjoint(said)
            unsaid = silent | language.known if excludes and told else silent  # “no talks before ten”
            topic = [token for token in left if token.word not in unsaid]
            if told and ends.issuperset(
                token.word for token in topic
            ):  # “home by five”, but not “home automation at five”
                if topic and not excludes and told.relation in ("at", "around"):
                    told = replace(told, relation="before")
                topic = []
            rest = " ".join(token.typed for token in topic)
            meals = (language.time.meals.get((token.word,), "") for token in left)
            read = _Part(told, rest, excludes, not fits.isdisjoint(said), next(filter(None, meals), ""))
            time_off = told.relation if read.is_time_off else ""
            yield read


def _pieces(part: str, without: Collection[str], silent: Collection[str]) -> Iterator[str]:
    """Cut before `not` and the like, after a time or a topic: `rust | not after 16:00`, but `i do not want rust`."""
    so_far = ""
    for piece in re.split(rf"\s+(?=(?:{'|'.join(sorted(without))})\b)", part, flags=re.IGNORECASE):
        tokens, language = tokens_of(so_far)
        said = [token.word for token in tokens]
        if extract(said, language)[0] or not language.known.union(language.weak, silent).issuperset(said):
            yield so_far
            so_far = ""
        so_far = f"{so_far} {piece}".strip()
    yield so_far


def asks_what_fits(text: str) -> bool:
    """Tell whether a text asks for anything at a time, without a topic: `what fits before lunch`."""
    fits = wish_words("fits")
    if fits.isdisjoint(re.findall(r"\w+", text.casefold())):  # nearly all texts, so quickly
        return False
    tokens, language = tokens_of(clean(text))
    told, places = extract([token.word for token in tokens], language)
    left = (token for place, token in enumerate(tokens) if place not in places and not token.is_sign)
    rest = {token.word for token in left} - wish_words("fillers") - wish_words("ends")
    return bool(told.relation) and bool(rest) and rest <= fits


def clauses_of(text: str) -> list[str]:
    """The parts of a text between commas and the like, and around `but`."""
    return re.split(rf"{_MARKS}|\b(?:{'|'.join(sorted(wish_words('apart')))})\b", text, flags=re.IGNORECASE)


def topics_of(clause: str) -> list[str]:
    """The parts of a clause that `and`, `or` and the like join; not before a number, as in `between 10 and 12`."""
    joined = "|".join(sorted(wish_words("joined")))
    return re.split(rf"\s(?:{joined})\s(?!\d)|\s[+&/]\s", clause, flags=re.IGNORECASE)


def _day(parts: Sequence[_Part], schedule: Schedule, now: datetime) -> date:
    told = next((part.told for part in parts if part.told.day), NO_TIME)
    if told:
        bound = resolve(replace(told, relation="", minutes=(), meal=""), schedule, now)
        if not bound.spans:
            days = ", ".join(f"{day:%A %-d %B}" for day in schedule.conference.days)
            raise NotADay(f"The conference has no such day. It's on {days}.")
        return schedule.day_of(bound.spans[0].start)
    ahead = [talk for talk in schedule.given if talk.start > now and not talk.is_break]
    return schedule.day_of(min(talk.start for talk in ahead)) if ahead else schedule.conference.days[-1]


def _usual_lunch(schedule: Schedule, day: date) -> Meal | None:
    """The conference's own lunch, or some time around noon."""
    own = next((pause for pause in pauses("lunch", schedule, day) if pause.talk), None)
    if own:
        return Meal(own.start, own.start, min(own.end - own.start, timedelta(hours=1)))
    earliest, latest = (schedule.conference.at_minute(day, minute) for minute in USUAL_LUNCH)
    return Meal(earliest, latest, LUNCH_LENGTH)


def _within(lunch: Meal | None, start: datetime, end: datetime) -> Meal | None:
    """The part of a meal within the times of the plan: nobody is told when to eat outside of it."""
    if lunch is None:
        return None
    earliest = max(lunch.earliest, start)
    latest = max(earliest, min(lunch.latest, end - lunch.length))
    length = min(lunch.length, min(end, lunch.latest + lunch.length) - earliest)
    return Meal(earliest, latest, length) if length >= SHORTEST_MEAL else None
