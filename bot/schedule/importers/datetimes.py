"""Dates, times and durations as published files write them.

Which time zone the venue is in, by what a programme says, shows or lets guess."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.schedule import local_time
from bot.schedule.importers.models import ImportHints, Programme, ProgrammeEntry
from bot.schedule.yaml.problems import quote_value

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


HOUR = timedelta(hours=1)

ZONE_HINT = "Is it another? Name it: --timezone Europe/London"

UNKNOWN_ZONE_TEXT = "The time zone is not told: times were read as UTC. Name it: --timezone Europe/London."

SeenOffsets = tuple[datetime, timedelta]  # a moment in UTC, and how far ahead of it the venue's clocks were


def find_zone(programme: Programme, hints: ImportHints) -> tuple[ZoneInfo, str]:
    """The venue's time zone, and what had to be guessed: a sentence, or nothing."""
    if told := local_time.zone_named(hints.zone) if hints.zone else None:
        return told, ""
    shown = list(_offsets_shown(programme.entries))
    named = zone_named_like(programme.zone)
    if named and _fits_offsets(named, shown):
        return named, "" if named.key == programme.zone.strip() else _guess(
            named, f"from {quote_value(programme.zone)}"
        )
    if not named and (near := _zone_of_city(programme.city)) and _fits_offsets(near, shown):
        return near, _guess(near, f"from the city, {quote_value(programme.city)}")
    seen = shown or ([] if named else list(_offsets_given(programme.entries)))
    if seen and (fitting := _zone_fitting(seen)):
        return fitting, _guess(fitting, f"from how its times are written ({_offsets_text(seen)})")
    if named:
        return named, ""
    return ZoneInfo("UTC"), UNKNOWN_ZONE_TEXT


def to_utc(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """A moment of the programme in UTC; without a zone of its own it is what clocks in `zone` show. None if unusable."""
    if moment.year not in local_time.YEARS:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def _guess(zone: ZoneInfo, why: str) -> str:
    return f"The time zone is {zone.key}, {why}. {ZONE_HINT}."


def zone_named_like(name: str) -> ZoneInfo | None:
    """The time zone of this name, or the one that is named for this city: `Berlin` -> Europe/Berlin."""
    name = name.strip()
    return (local_time.zone_named(name) if name else None) or _zone_of_city(name)


def _zone_of_city(city: str) -> ZoneInfo | None:
    """The one zone whose name ends with the city's: `Berlin` -> Europe/Berlin."""
    end = "/" + city.strip().replace(" ", "_").casefold()
    found = [name for name in local_time.zone_names() if name.casefold().endswith(end)] if city.strip() else []
    return local_time.zone_named(found[0]) if len(found) == 1 else None


def _offsets_shown(entries: Iterable[ProgrammeEntry]) -> Iterator[SeenOffsets]:
    """What entries with both a moment and the venue's time tell of the zone."""
    for entry in entries:
        if entry.start and entry.start.tzinfo and entry.shown and entry.start.year in local_time.YEARS:
            start = entry.start.astimezone(UTC)
            yield start, entry.shown - start.replace(tzinfo=None)


def _offsets_given(entries: Iterable[ProgrammeEntry]) -> Iterator[SeenOffsets]:
    """What offsets tell of the zone. That of UTC itself tells nothing: files are written in UTC all over the world."""
    for entry in entries:
        if entry.start and entry.start.year in local_time.YEARS and (ahead := entry.start.utcoffset()):
            yield entry.start.astimezone(UTC), ahead


def _fits_offsets(zone: ZoneInfo, seen: list[SeenOffsets]) -> bool:
    """Whether at most half of what was seen speaks against the zone: single entries may be wrong."""
    agreed = sum(moment.astimezone(zone).utcoffset() == ahead for moment, ahead in seen)
    return 2 * agreed >= len(seen)


def _zone_fitting(seen: list[SeenOffsets]) -> ZoneInfo | None:
    """A zone whose clocks showed all this: one without summer time where one offset was seen, else the first by name."""
    ahead, _ = Counter(ahead for _, ahead in seen).most_common(1)[0]
    fixed = _fixed_offset(ahead)
    if fixed and _fits_offsets(fixed, seen):
        return fixed
    zones = (local_time.zone_named(name) for name in local_time.zone_names() if "/" in name)
    few = seen[:: max(1, len(seen) // 20)]
    return next((zone for zone in zones if zone and _fits_offsets(zone, few)), None)


def _fixed_offset(ahead: timedelta) -> ZoneInfo | None:
    hours, rest = divmod(ahead, HOUR)
    return (
        None if rest else local_time.zone_named(f"Etc/GMT{-hours:+d}")
    )  # the names count the other way: Etc/GMT-2 is UTC+2


def _offsets_text(seen: list[SeenOffsets]) -> str:
    ahead, _ = Counter(ahead for _, ahead in seen).most_common(1)[0]
    minutes = ahead // timedelta(minutes=1)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
