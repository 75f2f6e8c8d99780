"""Local times of the venue as schedule files write them, `2019-03-05 10:35`, and the days of a conference.

A day ends when its last talk ends, which may be after midnight.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_WRITTEN_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?) ?(Z|[+-][0-9]{2}:[0-9]{2})?")

# Without a limit, Python would look up a name of a thousand parts.
_ZONE = re.compile("[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")

YEARS = range(1980, 2200)  # any other year is a typing error

Interval = tuple[datetime, datetime]  # the start and the end of a talk; aware

LATE_HOUR = timedelta(hours=6)  # a talk that starts before this hour may belong to the evening before

LONG = timedelta(hours=12)  # a talk that lasts longer, such as an exhibition, holds no day open

_NOON, _DAY = timedelta(hours=12), timedelta(days=1)


class UnclearTime(ValueError):
    """A time that cannot be read. `str(error)` gives the reason and what to write instead."""


def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone of this name, or `None` if there is no such zone."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_names() -> list[str]:
    """List all known time zones in alphabetical order. This searches files, so call it only to explain an error."""
    return sorted(available_timezones())


def parse_day(text: str) -> date:
    """Read a day such as `2019-03-05`. Raises UnclearTime."""
    if not _WRITTEN_DAY.fullmatch(text):
        raise UnclearTime("write a day like 2019-03-05")
    try:
        day = date.fromisoformat(text)
    except ValueError as why:
        raise UnclearTime(f"there is no such day ({why})") from None
    if day.year not in YEARS:
        raise UnclearTime(f"is the year {day.year} right? A year can be from {YEARS[0]} to {YEARS[-1]}")
    return day


def parse_local(text: str, zone: ZoneInfo) -> datetime:
    """Read a local time of the zone, such as `2019-03-05 10:35`, and return it in UTC. Raises UnclearTime.

    A time that occurs twice because clocks go back needs its offset: `2019-10-27 01:30+01:00`.
    """
    match = _MOMENT.fullmatch(text)
    if not match:
        raise UnclearTime("write a time like 2019-03-05 10:35, as the clocks at the venue show it")
    day, clock, offset = match.groups()
    parse_day(day)
    try:
        local = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError as why:
        raise UnclearTime(f"there is no such time ({why}); midnight is 00:00 of the next day") from None
    return _with_offset(local, offset, zone) if offset else _unambiguous(local, zone)


def format_local(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment as a local time, to the second. The offset is added only if the local time occurs twice."""
    local = moment.astimezone(zone)
    text = f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
    return text if len(_possible_moments(local.replace(tzinfo=None), zone)) == 1 else text + _offset(moment, zone)


def _possible_moments(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments at which clocks in the zone show this time: usually one, none when skipped, two when repeated."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():  # nearly always: clocks do not change here
        return [first.astimezone(UTC)]
    candidates = {first.astimezone(UTC), second.astimezone(UTC)}
    return sorted(moment for moment in candidates if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local)


def _unambiguous(local: datetime, zone: ZoneInfo) -> datetime:
    moments = _possible_moments(local, zone)
    if not moments:
        later = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
        raise UnclearTime(f"clocks in {zone} skip this time, and show {later:%H:%M} instead")
    if len(moments) == 2:
        first, second = (f"{local:%Y-%m-%d %H:%M}{_offset(moment, zone)}" for moment in moments)
        raise UnclearTime(
            f"clocks in {zone} show this time twice; write {first} for the first, {second} for the second"
        )
    return moments[0]


def _with_offset(local: datetime, offset: str, zone: ZoneInfo) -> datetime:
    offset = "+00:00" if offset == "Z" else offset
    moments = {_offset(moment, zone): moment for moment in _possible_moments(local, zone)}
    if offset not in moments:
        valid = " or ".join(moments)
        why = f"{zone} is at {valid} then, not at {offset}" if moments else f"clocks in {zone} skip this time"
        raise UnclearTime(f"{why}; write the venue's time without an offset")
    return moments[offset]


def _offset(moment: datetime, zone: ZoneInfo) -> str:
    minutes = (moment.astimezone(zone).utcoffset() or timedelta()) // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def night_ends(talks: Iterable[Interval], zone: ZoneInfo, days: Collection[date]) -> Mapping[date, datetime]:
    """The moments at which conference days end after midnight, in UTC, each by the calendar day that it falls on.

    Talks in the small hours belong to the evening before if they are nearer to it than to the morning after: the
    longest time between two starts parts one day from the next. `days` are the days of the conference.
    """
    intervals = sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in talks)
    starts = [start for start, _ in intervals]
    ends: dict[date, datetime] = {}
    dates = {start.astimezone(zone).date() for start in starts}
    for day in sorted(dates | {day + _DAY for day in dates}):
        midnight = wall_clock(day, timedelta(), zone)
        next_start = _first_start_of(day, starts, zone, days)
        evening = wall_clock(day - _DAY, LATE_HOUR, zone)
        busy = [end for start, end in intervals if evening <= start < next_start and end - start <= LONG]
        # A talk of the day itself ends the night, and so does noon.
        end = min(max(busy, default=midnight), max(next_start, midnight))
        if end > midnight:
            ends[day] = end
    return ends


def day_at(moment: datetime, zone: ZoneInfo, ends: Mapping[date, datetime]) -> date:
    """The day of the conference at an aware moment; `ends` are what `night_ends` returned."""
    day = moment.astimezone(zone).date()
    return day - _DAY if day in ends and moment < ends[day] else day


def span_of(day: date, zone: ZoneInfo, ends: Mapping[date, datetime]) -> Interval:
    """The beginning and the end of a conference day, in UTC: where the night before is over, and its own night."""
    after = day + _DAY
    return ends.get(day) or wall_clock(day, timedelta(), zone), ends.get(after) or wall_clock(after, timedelta(), zone)


def ends_on_another_day(start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a talk goes on into another day, rather than into the night of its own."""
    return (end.astimezone(zone) - LATE_HOUR).date() > start.astimezone(zone).date() and end - start > LATE_HOUR


def _first_start_of(day: date, starts: Sequence[datetime], zone: ZoneInfo, days: Collection[date]) -> datetime:
    """The first start that belongs to this day rather than to the night before; noon if there is none."""
    midnight, morning, noon = (wall_clock(day, hour, zone) for hour in (timedelta(), LATE_HOUR, _NOON))
    evening = max(_between(wall_clock(day - _DAY, LATE_HOUR, zone), midnight, starts), default=None)
    if evening is None and day - _DAY not in days:
        return midnight
    night = _between(midnight, morning, starts)
    following = _between(morning, noon, starts)[:1] or [noon]
    if not night or day not in days:
        return following[0]
    if evening is None:
        return night[0]
    points = [evening, *night, *following]
    return max(pairwise(points), key=lambda pair: pair[1] - pair[0])[1]


def _between(first: datetime, last: datetime, starts: Sequence[datetime]) -> list[datetime]:
    return [start for start in starts if first <= start < last]


def wall_clock(day: date, hour: timedelta, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, this long after midnight on the venue's clock; 24 hours or more is the next day."""
    return (datetime.combine(day, time()) + hour).replace(tzinfo=zone).astimezone(UTC)
