"""Resolve expressions of time to spans on a conference's days."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from bot.questions.meals import pauses
from bot.questions.time_expressions import TimeExpression
from bot.schedule.models import Conference, Schedule

DAY = 24 * 60  # minutes
SMALL_HOURS = 4 * 60  # until when a night belongs to the day before
EARLIER, LATER = timedelta(minutes=20), timedelta(minutes=35)  # what starts "around" a time
_USUAL = {"breakfast": (8 * 60, 9 * 60), "lunch": (12 * 60, 13 * 60), "dinner": (19 * 60, 20 * 60)}


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
    start, whole = conference.at_minute(day, minutes[0]), _whole_day(day, schedule)
    evening = start + timedelta(hours=12)
    if told.relation == "after" and not told.sure and start < now < evening < whole.end:
        start = evening  # after 8, asked in the afternoon
    if told.relation == "between":
        last = minutes[-1]
        while last <= minutes[0]:
            last += 12 * 60
        return [Span(start, whole.end if last > DAY else conference.at_minute(day, last))]
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
    moment = schedule.conference.at_minute(day, minutes)
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
    early = schedule.conference.at_minute(day, minutes)
    late = schedule.conference.at_minute(day, minutes + 12 * 60)
    if opens <= early < closes and not (opens <= late < closes and minutes < 7 * 60):
        return minutes
    close = opens - timedelta(hours=1) <= late <= closes + timedelta(hours=1)
    return minutes + 12 * 60 if close or minutes < 7 * 60 else minutes


def _around_meal(told: TimeExpression, day: date, schedule: Schedule, now: datetime) -> list[Span]:
    """The span before, in or after a meal, at its usual time if the schedule has none."""
    conference = schedule.conference
    found = pauses(told.meal, schedule, day)
    if told.minutes:  # after the morning tea
        opens, closes = (conference.at_minute(day, minutes) for minutes in told.minutes)
        found = tuple(pause for pause in found if opens <= pause.start < closes) or found
    elif told.meal in ("break", "coffee", "meal"):  # the next of them
        found = tuple(pause for pause in found if pause.end > now) or found
    if found:
        start, end = found[0].start, found[0].end
    else:
        start, end = (conference.at_minute(day, minutes) for minutes in _USUAL.get(told.meal, (12 * 60, 13 * 60)))
    whole = _whole_day(day, schedule)
    if told.relation == "before":
        return [Span(whole.start, start)]
    return [Span(end, whole.end)] if told.relation == "after" else [Span(start, end)]
