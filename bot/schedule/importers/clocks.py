"""Dates, times and durations as published files write them."""

import re
from datetime import date, datetime, time, timedelta

_CLOCK = re.compile(r"\s*([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?\s*")
_HOURS = re.compile(r"\s*([0-9]{1,3}):([0-9]{2})\s*")
_WITH_SECONDS = re.compile(r"\s*([0-9]{2}):([0-9]{2}):[0-9]{1,2}\s*")
_WITH_DAYS = re.compile(r"\s*([0-9]):([0-9]{2}):([0-9]{2})\s*")
_MINUTES = re.compile(r"\s*([0-9]{1,4})\s*")
DAY_CHANGE_HOUR = time(5)  # what starts before, and is listed without its own date, belongs to the evening before


def parse_moment(text: str) -> datetime | None:
    """`2024-02-03T09:30:00+01:00`, aware; without an offset, without a zone. Nothing where it cannot be told."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if ":" in text else None  # a day alone is no moment


def parse_day(text: str) -> date | None:
    """`2024-02-03`, also as the beginning of a moment."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def parse_clock(text: str) -> time | None:
    """`09:30`."""
    found = _CLOCK.fullmatch(text)
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def parse_duration(text: str) -> timedelta | None:
    """`00:30` (hours and minutes), `00:30:00` (and seconds), `1:00:30` (days before them), or `30` (minutes)."""
    if found := _MINUTES.fullmatch(text):
        return timedelta(minutes=int(found[1]))
    if found := _HOURS.fullmatch(text) or _WITH_SECONDS.fullmatch(text):
        return timedelta(hours=int(found[1]), minutes=int(found[2]))
    if found := _WITH_DAYS.fullmatch(text):
        return timedelta(days=int(found[1]), hours=int(found[2]), minutes=int(found[3]))
    return None


def start_on_day(listed: date | None, start: time | None, change: time | None) -> datetime | None:
    """The moment of a start that is listed under a day: before the hour at which days change, it is the next day's."""
    if listed is None or start is None:
        return None
    try:
        return datetime.combine(listed, start) + timedelta(days=start < (change or DAY_CHANGE_HOUR))
    except OverflowError:
        return None


def nearest_local(start: datetime | None, shown: time | None) -> datetime | None:
    """The start as the venue's clocks show it: `shown`, on the day that makes it less than 12 hours from `start`."""
    if start is None or shown is None or not 1 < start.year < 9999:
        return None
    days = (datetime.combine(start.date() + timedelta(days=more), shown) for more in (-1, 0, 1))
    return min(days, key=lambda local: abs(local - start.replace(tzinfo=None)))


def end_after(start: datetime | None, length: timedelta | None) -> datetime | None:
    """The end of something that lasts `length`."""
    try:
        return start + length if start is not None and length is not None else None
    except OverflowError:
        return None
