"""Dates, times and durations as published files write them, and the time zone of the venue."""

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

DAY_CHANGE_HOUR = time(
    5
)  # an earlier start that is listed without its own date is after midnight, on the next calendar day


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


def start_on_day(listed: date | None, start: time | None, change: time | None) -> datetime | None:
    """Combine a day with a start that is listed under it. A start before the hour of `change` is on the next day."""
    if listed is None or start is None:
        return None
    try:
        return datetime.combine(listed, start) + timedelta(days=start < (change or DAY_CHANGE_HOUR))
    except OverflowError:
        return None


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


HOUR = timedelta(hours=1)

ZONE_HINT = "Is it another? Name it: --timezone Europe/London"

UNKNOWN_ZONE_TEXT = "The time zone is not told: times were read as UTC. Name it: --timezone Europe/London."

SeenOffsets = tuple[datetime, timedelta]  # a moment in UTC, and the venue's offset from UTC then


def find_zone(programme: Programme, hints: ImportHints) -> tuple[ZoneInfo, str]:
    """Find the venue's time zone. The second value is a sentence about what was guessed, or empty.

    A hint counts most, then the zone that the programme names, its city, and the offsets of its times.
    """
    if hinted := local_time.zone_named(hints.zone) if hints.zone else None:
        return hinted, ""
    shown = list(_offsets_shown(programme.entries))
    named = zone_named_like(programme.zone)
    if named and _fits_offsets(named, shown):
        return named, "" if named.key == programme.zone.strip() else _guess(
            named, f"from {quote_value(programme.zone)}"
        )
    if not named and (city_zone := _zone_of_city(programme.city)) and _fits_offsets(city_zone, shown):
        return city_zone, _guess(city_zone, f"from the city, {quote_value(programme.city)}")
    seen = shown or ([] if named else list(_offsets_given(programme.entries)))
    if seen and (fitting := _zone_fitting(seen)):
        return fitting, _guess(fitting, f"from how its times are written ({_offsets_text(seen)})")
    if named:
        return named, ""
    return ZoneInfo("UTC"), UNKNOWN_ZONE_TEXT


def to_utc(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Convert a moment of the programme to UTC; a naive one is local time in `zone`. `None` if the year is absurd."""
    if moment.year not in local_time.YEARS:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def _guess(zone: ZoneInfo, why: str) -> str:
    return f"The time zone is {zone.key}, {why}. {ZONE_HINT}."


def zone_named_like(name: str) -> ZoneInfo | None:
    """Find the time zone of this name, or the zone of a city of this name: `Berlin` -> Europe/Berlin."""
    name = name.strip()
    return (local_time.zone_named(name) if name else None) or _zone_of_city(name)


def _zone_of_city(city: str) -> ZoneInfo | None:
    """Find the only zone whose name ends with the city's name: `Berlin` -> Europe/Berlin."""
    end = "/" + city.strip().replace(" ", "_").casefold()
    names = [name for name in local_time.zone_names() if name.casefold().endswith(end)] if city.strip() else []
    return local_time.zone_named(names[0]) if len(names) == 1 else None


def _offsets_shown(entries: Iterable[ProgrammeEntry]) -> Iterator[SeenOffsets]:
    """Yield the offsets of entries that have both an aware moment and the local time."""
    for entry in entries:
        if entry.start and entry.start.tzinfo and entry.shown and entry.start.year in local_time.YEARS:
            start = entry.start.astimezone(UTC)
            yield start, entry.shown - start.replace(tzinfo=None)


def _offsets_given(entries: Iterable[ProgrammeEntry]) -> Iterator[SeenOffsets]:
    """Yield the offsets that moments are written with. UTC is left out: it is used in files all over the world."""
    for entry in entries:
        if entry.start and entry.start.year in local_time.YEARS and (ahead := entry.start.utcoffset()):
            yield entry.start.astimezone(UTC), ahead


def _fits_offsets(zone: ZoneInfo, seen: list[SeenOffsets]) -> bool:
    """True if the zone fits at least half of the offsets. Single entries may be wrong."""
    agreed = sum(moment.astimezone(zone).utcoffset() == ahead for moment, ahead in seen)
    return 2 * agreed >= len(seen)


def _zone_fitting(seen: list[SeenOffsets]) -> ZoneInfo | None:
    """Find a zone that fits the offsets: one without summer time if there is a single offset, else the first by name."""
    ahead, _ = Counter(ahead for _, ahead in seen).most_common(1)[0]
    fixed = _fixed_offset(ahead)
    if fixed and _fits_offsets(fixed, seen):
        return fixed
    zones = (local_time.zone_named(name) for name in local_time.zone_names() if "/" in name)
    sample = seen[:: max(1, len(seen) // 20)]
    return next((zone for zone in zones if zone and _fits_offsets(zone, sample)), None)


def _fixed_offset(ahead: timedelta) -> ZoneInfo | None:
    hours, rest = divmod(ahead, HOUR)
    return (
        None if rest else local_time.zone_named(f"Etc/GMT{-hours:+d}")
    )  # the sign in these names is reversed: Etc/GMT-2 is UTC+2


def _offsets_text(seen: list[SeenOffsets]) -> str:
    ahead, _ = Counter(ahead for _, ahead in seen).most_common(1)[0]
    minutes = ahead // timedelta(minutes=1)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
