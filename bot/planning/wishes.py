"""Read what a plan should be like: `saturday: rust and databases, no keynotes, lunch at 12:30, end by 17:00`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.errors import BotError
from bot.planning.day_plan import Meal
from bot.questions.language import Language
from bot.questions.time_expressions import NO_TIME, Time, find
from bot.questions.time_resolution import at_minute, bind, pauses
from bot.questions.tokens import clean, tokens_of
from bot.schedule.models import Schedule, Talk
from bot.search.lexicon import stem
from bot.search.tokenizer import words

LUNCH_LENGTH = timedelta(minutes=45)
USUAL_LUNCH = (12 * 60, 13 * 60 + 15)  # minutes since midnight between which it begins
_CLAUSES = re.compile(r"[,;\n]|:(?!\d)|\.\s|\b(?:but|aber|pero|mais)\b", re.IGNORECASE)
_PARTS = re.compile(r"\s(?:and|or|und|oder|y|o|et|ou)\s(?!\d)|[+&/]", re.IGNORECASE)
_WITHOUT = frozenset({"no", "not", "without", "except", "kein", "keine", "ohne", "sin", "sans", "pas", "nothing"})
_FILLERS = frozenset({
    "plan", "my", "me", "the", "a", "an", "day", "for", "on", "of", "please", "agenda", "schedule", "with", "about", "something",
    "end", "ends", "finish", "start", "starts", "begin", "leave", "home", "out", "done", "stop", "be", "at", "by", "am",
    "mein", "meinen", "tag", "ende", "mi", "dia", "ma", "journee",
})  # fmt: skip


class NotADay(BotError):
    """The conference has no such day."""

    def __init__(self, days: Sequence[date]) -> None:
        super().__init__(f"The conference has no such day. It's on {', '.join(f'{day:%A %-d %B}' for day in days)}.")


@dataclass(frozen=True, slots=True)
class Wishes:
    """A plan as somebody wants it, bound to a day of the conference."""

    day: date
    start: datetime  # aware, in UTC; no talk begins before …
    end: datetime  # … or ends after
    topics: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # words of talks that are left out
    lunch: Meal | None = None

    def allows(self, talk: Talk) -> bool:
        """Whether the talk is within the day's times and nothing that was excluded."""
        if talk.is_break or talk.start < self.start or talk.end > self.end:
            return False
        track = talk.track.title if talk.track else ""
        said = {stem(word) for word in words(f"{talk.kind} {talk.title} {talk.subtitle} {track}")}
        return not any(said.issuperset(stem(word) for word in words(excluded)) for excluded in self.without)


@dataclass(frozen=True, slots=True)
class _Part:
    """A few words of the text: a time, or a topic."""

    told: Time
    rest: str  # the words that are not part of the time and say something
    excludes: bool
    lunch: bool


def read_wishes(text: str, schedule: Schedule, now: datetime) -> Wishes:
    """Read a text; without a day, it is about today, or the next day of the conference. Raises NotADay."""
    parts = list(_read_parts(text))
    day = _day(parts, schedule, now)
    start, end = schedule.span_of(day)
    start = max(start, now) if start <= now < end else start
    lunch = _usual_lunch(schedule, day, now)
    for part in parts:
        spans = bind(_on_day(part.told, day), schedule, now).spans if part.told.relation else ()
        if part.lunch and part.excludes:
            lunch = None
        elif part.lunch and spans:
            lunch = Meal(spans[0].start, spans[0].start, LUNCH_LENGTH)
        elif spans and part.told.relation in ("before", "within"):
            end = min(end, spans[0].end)
        elif spans and part.told.relation == "between":
            start, end = max(start, spans[0].start), min(end, spans[0].end)
        elif spans:
            start = max(start, spans[0].start)
    topics = tuple(part.rest for part in parts if part.rest and not part.excludes and not part.lunch)
    without = tuple(part.rest for part in parts if part.rest and part.excludes and not part.lunch)
    return Wishes(day, start, end, topics, without, _within(lunch, start, end))


def _read_parts(text: str) -> Iterator[_Part]:
    for clause in _CLAUSES.split(clean(text)):
        excludes = False
        for part in _PARTS.split(clause):
            tokens, language = tokens_of(part)
            said = [token.word for token in tokens]
            told, places = find(said, language)
            left = [word for place, word in enumerate(said) if place not in places]
            excludes = (excludes and not told) or not _WITHOUT.isdisjoint(said)
            rest = " ".join(word for word in left if word not in _FILLERS | _WITHOUT)
            yield _Part(told, rest, excludes, _is_lunch(left, language))


def _is_lunch(said: Sequence[str], language: Language) -> bool:
    return any(language.time.meals.get((word,)) == "lunch" for word in said)


def _day(parts: Sequence[_Part], schedule: Schedule, now: datetime) -> date:
    told = next((part.told for part in parts if part.told.day), NO_TIME)
    if told:
        bound = bind(replace(told, relation="", minutes=(), meal=""), schedule, now)
        if not bound.spans:
            raise NotADay(schedule.conference.days)
        return schedule.day_of(bound.spans[0].start)
    ahead = [talk for talk in schedule.given if talk.start > now and not talk.is_break]
    return schedule.day_of(min(talk.start for talk in ahead)) if ahead else schedule.conference.days[-1]


def _on_day(told: Time, day: date) -> Time:
    return replace(told, day="date", value=(day.day, day.month, day.year))


def _usual_lunch(schedule: Schedule, day: date, now: datetime) -> Meal | None:
    """The conference's own lunch, or some time around noon."""
    own = next((pause for pause in pauses("lunch", schedule, day, now) if pause.talk), None)
    if own:
        return Meal(own.start, own.start, min(own.end - own.start, timedelta(hours=1)))
    earliest, latest = (at_minute(day, minute, schedule.conference) for minute in USUAL_LUNCH)
    return Meal(earliest, latest, LUNCH_LENGTH)


def _within(lunch: Meal | None, start: datetime, end: datetime) -> Meal | None:
    """The meal where it is within the times of the plan; nobody is told when to eat outside of it."""
    return lunch if lunch and start <= lunch.earliest and lunch.latest + lunch.length <= end else None
