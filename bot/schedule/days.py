"""The days of a conference: each ends when its last talk ends, which may be after midnight."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]  # the start and the end of a talk; aware

LATE_HOUR = timedelta(hours=6)  # a talk that starts before this hour may belong to the evening before

LONG = timedelta(hours=12)  # a talk that lasts longer, such as an exhibition, holds no day open

_NOON, _DAY = timedelta(hours=12), timedelta(days=1)


def night_ends(talks: Iterable[Interval], zone: ZoneInfo, days: Collection[date]) -> Mapping[date, datetime]:
    """The moments at which conference days end after midnight, in UTC, each by the calendar day that it falls on.

    Talks in the small hours belong to the evening before if they are nearer to it than to the morning after: the longest
    time between two starts parts one day from the next. `days` are the days of the conference.
    """
    intervals = sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in talks)
    starts = [start for start, _ in intervals]
    ends: dict[date, datetime] = {}
    dates = {start.astimezone(zone).date() for start in starts}
    for day in sorted(dates | {day + _DAY for day in dates}):
        midnight = _at(day, timedelta(), zone)
        next_start = _first_start_of(day, starts, zone, days)
        evening = _at(day - _DAY, LATE_HOUR, zone)
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
    return ends.get(day) or _at(day, timedelta(), zone), ends.get(after) or _at(after, timedelta(), zone)


def ends_on_another_day(start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a talk goes on into another day, rather than into the night of its own."""
    return (end.astimezone(zone) - LATE_HOUR).date() > start.astimezone(zone).date() and end - start > LATE_HOUR


def _first_start_of(day: date, starts: Sequence[datetime], zone: ZoneInfo, days: Collection[date]) -> datetime:
    """The first start that belongs to this day rather than to the night before; noon if there is none."""
    midnight, morning, noon = (_at(day, hour, zone) for hour in (timedelta(), LATE_HOUR, _NOON))
    evening = max(_between(_at(day - _DAY, LATE_HOUR, zone), midnight, starts), default=None)
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


def _at(day: date, hour: timedelta, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day, time()) + hour).replace(tzinfo=zone).astimezone(UTC)
