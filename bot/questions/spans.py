"""Binds what was said about time to a conference's days: the spans that are meant."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from bot.questions.when import Time
from bot.schedule.models import Conference, Schedule


class Span(NamedTuple):
    """A stretch of time: talks that start in it, or with `running` those that run at its beginning."""

    start: datetime
    end: datetime
    running: bool = False


class Bound(NamedTuple):
    """A Time in a conference's calendar: its spans, or the day that lies outside."""

    spans: tuple[Span, ...]
    outside: date | None = None


def bind(told: Time, schedule: Schedule, now: datetime) -> Bound:
    """The spans that are meant, in UTC, soonest first. A day outside the conference comes back as `outside`."""
    days, outside = _days(told, schedule.conference, now)
    if told.relation in ("in", "within"):
        later = now + timedelta(minutes=told.minutes[0])
        return Bound((Span(later, later, running=True) if told.relation == "in" else Span(now, later),))
    if not told.relation:
        return Bound(tuple(_whole(day, schedule.conference) for day in days), outside)
    return Bound(tuple(span for day in days for span in _on(told, day, schedule)), outside)


def _days(told: Time, conference: Conference, now: datetime) -> tuple[tuple[date, ...], date | None]:
    today = conference.day_of(now)
    if told.day == "month":
        return _month(told.value, conference)
    if not told.day:
        return ((today,) if today in conference.days else conference.days), None
    meant = _meant(told, conference, today)
    if meant is None:
        return (), today
    return ((meant,), None) if meant in conference.days else ((), meant)


def _month(value: tuple[int, ...], conference: Conference) -> tuple[tuple[date, ...], date | None]:
    """The conference's days in a month, or the first of that month as outside."""
    month, year = value
    days = tuple(day for day in conference.days if day.month == month and year in (0, day.year))
    return days, None if days else date(year or conference.days[0].year, month, 1)


def _meant(told: Time, conference: Conference, today: date) -> date | None:
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
    for one in days:
        if one.day == day and month in (0, one.month) and year in ([], [one.year]):
            return one
    try:
        return date(year[0] if year else days[0].year, month or today.month, day)
    except ValueError:
        return None


def _whole(day: date, conference: Conference) -> Span:
    return Span(_at(day, 0, conference), _at(day, 24 * 60, conference))


def _at(day: date, minutes: int, conference: Conference) -> datetime:
    """A venue's wall clock as UTC; 24 hours and more is the next day."""
    wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=conference.timezone).astimezone(UTC)


def _on(told: Time, day: date, schedule: Schedule) -> list[Span]:
    conference = schedule.conference
    if told.meal:
        return _around(told, day, schedule)
    minutes = [_likely(minute, told.sure, day, schedule) for minute in told.minutes]
    start = _at(day, minutes[0], conference)
    if told.relation == "between":
        last = minutes[-1] if minutes[-1] > minutes[0] else minutes[-1] + 12 * 60
        return [Span(start, _at(day, last, conference))]
    whole = _whole(day, conference)
    if told.relation == "before":
        return [Span(whole.start, start)]
    return [Span(start, whole.end)] if told.relation == "after" else [Span(start, start, running=True)]


def _likely(minutes: int, sure: bool, day: date, schedule: Schedule) -> int:
    """Of 3:00 and 15:00 the one at which there is something on, in doubt the later."""
    if sure or minutes >= 12 * 60:
        return minutes
    talks = schedule.talks_on(day)
    if not talks:
        return minutes + 12 * 60 if minutes < 8 * 60 else minutes
    opens, closes = min(talk.start for talk in talks), max(talk.end for talk in talks)
    early = _at(day, minutes, schedule.conference)
    late = _at(day, minutes + 12 * 60, schedule.conference)
    if opens <= early < closes and not (opens <= late < closes and minutes < 7 * 60):
        return minutes
    return (
        minutes + 12 * 60
        if opens - timedelta(hours=1) <= late <= closes + timedelta(hours=1) or minutes < 7 * 60
        else minutes
    )


def _around(told: Time, day: date, schedule: Schedule) -> list[Span]:
    """Before, in or after a meal: the break of that name, or for lunch the longest gap around noon."""
    found = [
        talk for talk in schedule.talks_on(day) if talk.is_break and told.meal in f"{talk.kind} {talk.title}".lower()
    ]
    whole = _whole(day, schedule.conference)
    if found:
        start, end = found[0].start, found[0].end
    else:
        start, end = (_at(day, minutes, schedule.conference) for minutes in _USUAL.get(told.meal, (12 * 60, 13 * 60)))
    if told.relation == "before":
        return [Span(whole.start, start)]
    return [Span(end, whole.end)] if told.relation == "after" else [Span(start, end)]


_USUAL = {"breakfast": (8 * 60, 9 * 60), "dinner": (19 * 60, 20 * 60)}
