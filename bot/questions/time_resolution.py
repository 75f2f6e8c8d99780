"""Resolve expressions of time to spans on a conference's days, and find meals and breaks."""

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from bot.questions.language import languages
from bot.questions.time_expressions import TimeExpression
from bot.schedule.models import Conference, Schedule, Talk
from bot.search.tokenizer import words

DAY = 24 * 60  # minutes
SMALL_HOURS = 4 * 60  # until when a night belongs to the day before
EARLIER, LATER = timedelta(minutes=20), timedelta(minutes=35)  # what starts "around" a time
CHANGEOVER = timedelta(minutes=10)  # no break for coffee, but to change rooms
MOST_TITLES = 20_000  # whose meals are remembered
LONGEST_NAME = 5  # words of a session that is a meal rather than a talk about one
_GAPS = {
    "lunch": (11 * 60 + 15, 14 * 60 + 45, 20),
    "dinner": (17 * 60, 21 * 60, 30),
    "break": (0, DAY, 10),
    "coffee": (0, DAY, 10),
}
_EVENINGS = {"dinner": "social", "social": "dinner"}  # each instead of the other
LEAST_LUNCH = timedelta(minutes=30)  # of a break at noon that has no other name
_USUAL = {"breakfast": (8 * 60, 9 * 60), "lunch": (12 * 60, 13 * 60), "dinner": (19 * 60, 20 * 60)}
_KINDS = {
    "meal": ("breakfast", "lunch", "dinner"),
    "break": ("break", "coffee", "lunch"),
    "coffee": ("coffee", "break"),
}


class Span(NamedTuple):
    """A stretch of time: talks that start in it, or with `running` those that run at its beginning."""

    start: datetime
    end: datetime
    running: bool = False
    over: bool = False  # also the talks that began before and run over into it


class Resolution(NamedTuple):
    """A TimeExpression in a conference's calendar: its spans, or the day outside of the conference."""

    spans: tuple[Span, ...]
    outside: date | None = None
    impossible: bool = False  # there is no such day in any year


class Pause(NamedTuple):
    """A meal or a break: a session of its own, or else the time when nothing else is on."""

    start: datetime
    end: datetime
    talk: Talk | None = None
    name: str = ""  # of the meal, where the schedule has no session of that name: lunch, dinner …


def resolve(told: TimeExpression, schedule: Schedule, now: datetime) -> Resolution:
    """Resolve an expression to spans in UTC, soonest first, or to a day outside of the conference."""
    told = with_date(told, schedule.conference)
    if told.day == "date" and not _is_a_date(told.value, schedule.conference, schedule.day_of(now)):
        return Resolution((), impossible=True)
    if told.others:
        bounds = [resolve(time, schedule, now) for time in told.every]
        spans = sorted({bound.spans for bound in bounds if bound.spans})
        outside = min((bound.outside for bound in bounds if bound.outside), default=None)
        return Resolution(tuple(chain.from_iterable(spans)), None if spans else outside)
    days, outside = _days(told, schedule, now)
    if told.relation in ("in", "within"):
        later = now + timedelta(minutes=told.minutes[0])
        return Resolution((Span(later, later, running=True) if told.relation == "in" else Span(now, later),))
    if not told.relation:
        return Resolution(tuple(_whole_day(day, schedule) for day in days), outside)
    return Resolution(tuple(span for day in days for span in _spans_on(told, day, schedule, now)), outside)


def with_date(told: TimeExpression, conference: Conference) -> TimeExpression:
    """The time with its date. A slash may mean day/month or month/day: the days of the conference decide."""
    if told.day != "slashed":
        return told
    first, second, *year = told.value
    ways = ((first, second, *year), (second, first, *year))
    on_days = [way for way in ways if any((day.day, day.month, day.year)[: len(way)] == way for day in conference.days)]
    with_month = [way for way in ways if 1 <= way[1] <= 12]
    return replace(told, day="date", value=[*on_days, *with_month, *ways][0])


def pauses(meal: str, schedule: Schedule, day: date) -> tuple[Pause, ...]:
    """The meals or breaks of that name on a day, in order: sessions, or else gaps in the programme."""
    talks = [talk for talk in schedule.talks_on(day) if not talk.cancelled]
    if meal == "meal":
        every = [pause for name in _KINDS["meal"] for pause in pauses(name, schedule, day)]
        fed = [talk for talk in talks if talk.is_break and "meal" in _meals_in(talk.title).anywhere]  # Afternoon Snacks
        every += [Pause(talk.start, talk.end, talk) for talk in fed if all(pause.talk != talk for pause in every)]
        return tuple(sorted(every, key=lambda pause: pause.start))
    named = tuple(Pause(talk.start, talk.end, talk) for talk in talks if is_meal(talk, meal))
    if not named and (other := _EVENINGS.get(meal)):
        named = tuple(Pause(talk.start, talk.end, talk, meal) for talk in talks if is_meal(talk, other))
    if named or meal not in _GAPS:
        return named
    first, last, least = _GAPS[meal]
    opens, closes = at_minute(day, first, schedule.conference), at_minute(day, last, schedule.conference)
    if meal == "lunch" and (rests := [talk for talk in talks if _may_be_lunch(talk, opens, closes)]):
        told = [talk for talk in rests if "lunch" in _meals_in(talk.abstract).anywhere]
        rest = max(told or rests, key=lambda talk: talk.length)
        return (Pause(rest.start, rest.end, rest, "" if told else "lunch"),)
    gaps, busy_until = [], None
    for talk in talks:
        free = talk.start - busy_until if busy_until else timedelta(0)
        if busy_until and free >= timedelta(minutes=least) and busy_until < closes and talk.start > opens:
            gaps.append(Pause(busy_until, talk.start, None, meal))
        busy_until = max(busy_until or talk.end, talk.end)
    if meal == "lunch" and gaps:
        return (max(gaps, key=lambda gap: gap.end - gap.start),)
    return tuple(gaps)


def is_meal(talk: Talk, meal: str) -> bool:
    """Tell whether a session is a meal or a break of that name, and no talk about one."""
    kinds, title = _KINDS.get(meal, (meal,)), _meals_in(talk.title)
    if talk.is_break and talk.kind in kinds:
        other = meal == "coffee" and meal not in title.anywhere and not title.anywhere.isdisjoint(_KINDS["meal"])
        return talk.kind == meal or (talk.length > CHANGEOVER and not other)
    kinds = kinds if talk.is_break else tuple(kind for kind in kinds if kind != "break")  # breaking changes
    if title.anywhere.isdisjoint(kinds):
        return False
    if not talk.is_break and title.length > LONGEST_NAME:
        return False
    return not talk.speakers or not title.at_the_end.isdisjoint(kinds)


def _may_be_lunch(talk: Talk, opens: datetime, closes: datetime) -> bool:
    """Tell whether a session is a long break around noon."""
    return talk.kind == "break" and talk.length >= LEAST_LUNCH and opens <= talk.start and talk.end <= closes


def says_meal(talk: Talk, meal: str) -> bool:
    """Tell whether the name or the kind of a session is that of a meal, and not of another break."""
    return talk.kind == meal or meal in _meals_in(talk.title).anywhere


def is_talk(talk: Talk) -> bool:
    """Tell whether people call it a talk: not a break, a dinner, a desk, nor the moment at which a hall opens."""
    if talk.is_break or talk.speakers:
        return not talk.is_break
    meal = not _meals_in(talk.title).at_the_end.isdisjoint((*_KINDS["meal"], "social"))
    return talk.start < talk.end and not meal and not _is_of_desk(talk.title)


class _MealsIn(NamedTuple):
    """The meals that a title names, and how many words it has."""

    length: int
    anywhere: frozenset[str]
    at_the_end: frozenset[str]


@lru_cache(maxsize=MOST_TITLES)
def _meals_in(title: str) -> _MealsIn:
    said, known, none = words(title), _meals_by_name(), frozenset[str]()
    named = [known.get(before + word, none) | known.get(word, none) for before, word in pairwise(("", *said))]
    return _MealsIn(len(title.split()), none.union(*named), named[-1] if named else none)


@lru_cache(maxsize=MOST_TITLES)
def _is_of_desk(title: str) -> bool:
    """Tell whether a title begins with a service, as in `Friday registration`: no summit with pre-registration does."""
    said = tuple(words(title))
    return any(said[at : at + length] in languages()[0].services for at in (0, 1) for length in (1, 2))


@cache
def _meals_by_name() -> dict[str, frozenset[str]]:
    """The meals that a name, folded and without spaces, has in any language."""
    meals: dict[str, frozenset[str]] = {}
    for language in languages():
        for phrase, meal in language.time.meals.items():
            name = "".join(phrase)
            meals[name] = meals.get(name, frozenset()) | {meal}
    return meals


def at_minute(day: date, minutes: int, conference: Conference) -> datetime:
    """A venue's wall clock as UTC; 24 hours and more is the next day."""
    wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=conference.timezone).astimezone(UTC)


def _is_a_date(value: tuple[int, ...], conference: Conference, today: date) -> bool:
    """Tell whether there is such a day: in the given year or month, or in those of the conference and of today."""
    day, month, *year = value
    near = (*conference.days, today)
    dates = {(year[0] if year else other.year, month or other.month) for other in near}
    return any(1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] for year, month in dates if year)


def _days(told: TimeExpression, schedule: Schedule, now: datetime) -> tuple[tuple[date, ...], date | None]:
    conference, today = schedule.conference, schedule.day_of(now)
    if told.day == "month":
        return _month(told.value, conference)
    if told.day in ("", "every"):
        return ((today,) if today in conference.days and not told.day else conference.days), None
    if told.day == "relative" and told.relation == "between" and told.minutes[0] >= 17 * 60:
        local = conference.local(now)  # what is asked about tonight at one in the morning, when all is over
        asked_late = local.hour * 60 < SMALL_HOURS and told.value == (0,)
        today -= timedelta(days=asked_late and today == local.date())
    meant = _resolve_day(told, conference, today)
    return ((meant,), None) if meant in conference.days else ((), meant or today)


def _month(value: tuple[int, ...], conference: Conference) -> tuple[tuple[date, ...], date | None]:
    """The conference's days in a month, or the first of that month as outside."""
    month, year = value
    days = tuple(day for day in conference.days if day.month == month and year in (0, day.year))
    return days, None if days else date(max(1, year) if year else conference.days[0].year, month, 1)


def _resolve_day(told: TimeExpression, conference: Conference, today: date) -> date | None:
    days = conference.days
    if told.day == "relative":
        return today + timedelta(days=told.value[0])
    if told.day == "weekday":
        same = [day for day in days if day.weekday() == told.value[0]]
        ahead = (told.value[0] - today.weekday()) % 7
        return next((day for day in same if day >= today), same[-1]) if same else today + timedelta(days=ahead)
    if told.day == "nth":
        nth = told.value[0]
        return days[nth - 1 if nth > 0 else nth] if -len(days) <= nth <= len(days) and nth else None
    return _date(told.value, days, today)


def _date(value: tuple[int, ...], days: tuple[date, ...], today: date) -> date | None:
    day, month, *year = value
    for known in days:
        if known.day == day and month in (0, known.month) and year in ([], [known.year]):
            return known
    try:
        return date(year[0] if year else days[0].year, month or today.month, day)
    except ValueError:
        return None


def _whole_day(day: date, schedule: Schedule) -> Span:
    return Span(*schedule.span_of(day), over=True)


def _spans_on(told: TimeExpression, day: date, schedule: Schedule, now: datetime) -> list[Span]:
    conference = schedule.conference
    if told.meal:
        return _around_meal(told, day, schedule, now)
    minutes = [
        _at_night(_guess_am_pm(minute, told.sure, day, schedule), told, day, schedule) for minute in told.minutes
    ]
    start, whole = at_minute(day, minutes[0], conference), _whole_day(day, schedule)
    evening = start + timedelta(hours=12)
    if told.relation == "after" and not told.sure and start < now < evening < whole.end:
        start = evening  # after 8, asked in the afternoon
    if told.relation == "between":
        last = minutes[-1]
        while last <= minutes[0]:
            last += 12 * 60
        return [Span(start, whole.end if last > DAY else at_minute(day, last, conference))]
    if told.relation == "around":
        return [Span(start, start, running=True), Span(start - EARLIER, start + LATER)]
    if told.relation == "before":
        return [Span(whole.start, start)]
    return [Span(start, max(start, whole.end))] if told.relation == "after" else [Span(start, start, running=True)]


def _at_night(minutes: int, told: TimeExpression, day: date, schedule: Schedule) -> int:
    """Move a time in the small hours to the night after the day, if its programme goes on until then.

    A weekday or a date may also be meant as the calendar has it: then the night before counts first.
    """
    start, end = schedule.span_of(day)
    moment = at_minute(day, minutes, schedule.conference)
    by_calendar = told.day in ("weekday", "date") and moment < start
    return minutes if by_calendar or moment + timedelta(days=1) >= end else minutes + DAY


def _guess_am_pm(minutes: int, sure: bool, day: date, schedule: Schedule) -> int:
    """Guess between 3:00 and 15:00: the one at which talks are on, or else the later one."""
    if sure or minutes >= 12 * 60:
        return minutes
    talks = schedule.talks_on(day)
    if not talks:
        return minutes + 12 * 60 if minutes < 8 * 60 else minutes
    opens, closes = min(talk.start for talk in talks), max(talk.end for talk in talks)
    early = at_minute(day, minutes, schedule.conference)
    late = at_minute(day, minutes + 12 * 60, schedule.conference)
    if opens <= early < closes and not (opens <= late < closes and minutes < 7 * 60):
        return minutes
    close = opens - timedelta(hours=1) <= late <= closes + timedelta(hours=1)
    return minutes + 12 * 60 if close or minutes < 7 * 60 else minutes


def _around_meal(told: TimeExpression, day: date, schedule: Schedule, now: datetime) -> list[Span]:
    """The span before, in or after a meal, at its usual time if the schedule has none."""
    conference = schedule.conference
    found = pauses(told.meal, schedule, day)
    if told.minutes:  # after the morning tea
        opens, closes = (at_minute(day, minutes, conference) for minutes in told.minutes)
        found = tuple(pause for pause in found if opens <= pause.start < closes) or found
    elif told.meal in ("break", "coffee", "meal"):  # the next of them
        found = tuple(pause for pause in found if pause.end > now) or found
    if found:
        start, end = found[0].start, found[0].end
    else:
        start, end = (at_minute(day, minutes, conference) for minutes in _USUAL.get(told.meal, (12 * 60, 13 * 60)))
    whole = _whole_day(day, schedule)
    if told.relation == "before":
        return [Span(whole.start, start)]
    return [Span(end, whole.end)] if told.relation == "after" else [Span(start, end)]
