"""Dates, times and durations as published files write them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.schedule import local_time

_CLOCK = re.compile(r"\s*([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?\s*")

_HOURS = re.compile(r"\s*([0-9]{1,3}):([0-9]{2})\s*")

_WITH_SECONDS = re.compile(r"\s*([0-9]{2}):([0-9]{2}):[0-9]{1,2}\s*")

_WITH_DAYS = re.compile(r"\s*([0-9]):([0-9]{2}):([0-9]{2})\s*")

_MINUTES = re.compile(r"\s*([0-9]{1,4})\s*")

DAY_CHANGE_HOUR = time(5)  # an earlier start, listed under a day without a date of its own, is after midnight


def parse_moment(text: str) -> datetime | None:
    """Read a moment such as `2024-02-03T09:30:00+01:00`; `None` if it cannot be read.

    The result is aware if the text has an offset, otherwise naive.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if ":" in text else None  # a day alone is no moment


def parse_day(text: str) -> date | None:
    """Read a day such as `2024-02-03`, also from the beginning of a moment."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def parse_clock(text: str) -> time | None:
    """Read a time of day such as `09:30`."""
    match = _CLOCK.fullmatch(text)
    try:
        return time(int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def parse_duration(text: str) -> timedelta | None:
    """Read a duration: `00:30` (hours, minutes), `00:30:00` (and seconds), `1:00:30` (days first) or `30` (minutes)."""
    if match := _MINUTES.fullmatch(text):
        return timedelta(minutes=int(match[1]))
    if match := _HOURS.fullmatch(text) or _WITH_SECONDS.fullmatch(text):
        return timedelta(hours=int(match[1]), minutes=int(match[2]))
    if match := _WITH_DAYS.fullmatch(text):
        return timedelta(days=int(match[1]), hours=int(match[2]), minutes=int(match[3]))
    return None


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day under which a file lists starts without dates of their own."""

    date: date | None
    start: datetime | None = None  # when the day begins; it may be naive, or in any zone
    end: datetime | None = None  # when it ends, maybe after midnight
    change: time | None = None  # the hour before which a start is of the night, if the file says so

    def at(self, clock: time | None) -> datetime | None:
        """The start at this time, naive: on the day itself, or after midnight if that comes before the day's end."""
        if self.date is None or clock is None:
            return None
        try:
            start = datetime.combine(self.date, clock)
            return start + timedelta(days=self._is_at_night(start))
        except OverflowError:
            return None

    def _is_at_night(self, start: datetime) -> bool:
        if self.change is not None:
            return start.time() < self.change
        begins, ends = (moment and moment.replace(tzinfo=None) for moment in (self.start, self.end))
        if begins and ends and ends.date() > start.date():
            return start < begins and start + timedelta(days=1) < ends
        return start.time() < min(DAY_CHANGE_HOUR, begins.time() if begins else DAY_CHANGE_HOUR)


def nearest_local(start: datetime | None, shown: time | None) -> datetime | None:
    """Combine the local time `shown` with the day that brings it closest to `start`, as a naive local time."""
    if start is None or shown is None or not 1 < start.year < 9999:
        return None
    days = (datetime.combine(start.date() + timedelta(days=more), shown) for more in (-1, 0, 1))
    return min(days, key=lambda local: abs(local - start.replace(tzinfo=None)))


def end_after(start: datetime | None, length: timedelta | None) -> datetime | None:
    """The end of a session that lasts `length`; `None` if start or length is unknown."""
    try:
        return start + length if start is not None and length is not None else None
    except OverflowError:
        return None


def end_or_length(start: datetime | None, end: str, minutes: float | None) -> datetime | None:
    """The end of a session that a file gives, or else the end by its length in minutes."""
    return parse_moment(end) or end_after(start, timedelta(minutes=minutes or 0))


def to_utc(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Convert a moment of the programme to UTC; a naive one is local time in `zone`. `None` if the year is absurd."""
    if moment.year not in local_time.YEARS:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)
