"""Which time zone the venue is in, by what a programme says, shows or lets guess."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedule import wall
from bot.schedule.importers.programme import Entry, Hints, Programme
from bot.schedule.problems import quoted

HOUR = timedelta(hours=1)
SAY = "Is it another? Name it: --timezone Europe/London"
UNTOLD = "The time zone is not told: times were read as UTC. Name it: --timezone Europe/London."

Seen = tuple[datetime, timedelta]  # a moment in UTC, and how far ahead of it the venue's clocks were


def zone_of(programme: Programme, hints: Hints) -> tuple[ZoneInfo, str]:
    """The venue's time zone, and what had to be guessed: a sentence, or nothing."""
    if told := wall.zone(hints.zone) if hints.zone else None:
        return told, ""
    shown = list(_shown(programme.entries))
    named = zone_named(programme.zone)
    if named and _fits(named, shown):
        return named, "" if named.key == programme.zone.strip() else _guess(named, f"from {quoted(programme.zone)}")
    if not named and (near := _of_city(programme.city)) and _fits(near, shown):
        return near, _guess(near, f"from the city, {quoted(programme.city)}")
    seen = shown or ([] if named else list(_offsets(programme.entries)))
    if seen and (fitting := _fitting(seen)):
        return fitting, _guess(fitting, f"from how its times are written ({_told(seen)})")
    if named:
        return named, ""
    return ZoneInfo("UTC"), UNTOLD


def in_utc(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """A moment of the programme in UTC; without a zone of its own it is what clocks in `zone` show. None if unusable."""
    if moment.year not in wall.YEARS:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def _guess(zone: ZoneInfo, why: str) -> str:
    return f"The time zone is {zone.key}, {why}. {SAY}."


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of this name, or the one that is named for this city: `Berlin` -> Europe/Berlin."""
    name = name.strip()
    return (wall.zone(name) if name else None) or _of_city(name)


def _of_city(city: str) -> ZoneInfo | None:
    """The one zone whose name ends with the city's: `Berlin` -> Europe/Berlin."""
    end = "/" + city.strip().replace(" ", "_").casefold()
    found = [name for name in wall.zone_names() if name.casefold().endswith(end)] if city.strip() else []
    return wall.zone(found[0]) if len(found) == 1 else None


def _shown(entries: Iterable[Entry]) -> Iterator[Seen]:
    """What entries with both a moment and the venue's time tell of the zone."""
    for entry in entries:
        if entry.start and entry.start.tzinfo and entry.shown and entry.start.year in wall.YEARS:
            start = entry.start.astimezone(UTC)
            yield start, entry.shown - start.replace(tzinfo=None)


def _offsets(entries: Iterable[Entry]) -> Iterator[Seen]:
    """What offsets tell of the zone. That of UTC itself tells nothing: files are written in UTC all over the world."""
    for entry in entries:
        if entry.start and entry.start.year in wall.YEARS and (ahead := entry.start.utcoffset()):
            yield entry.start.astimezone(UTC), ahead


def _fits(zone: ZoneInfo, seen: list[Seen]) -> bool:
    """Whether at most half of what was seen speaks against the zone: single entries may be wrong."""
    agreed = sum(moment.astimezone(zone).utcoffset() == ahead for moment, ahead in seen)
    return 2 * agreed >= len(seen)


def _fitting(seen: list[Seen]) -> ZoneInfo | None:
    """A zone whose clocks showed all this: one without summer time where one offset was seen, else the first by name."""
    ahead, _ = Counter(ahead for _, ahead in seen).most_common(1)[0]
    fixed = _fixed(ahead)
    if fixed and _fits(fixed, seen):
        return fixed
    zones = (wall.zone(name) for name in wall.zone_names() if "/" in name)
    few = seen[:: max(1, len(seen) // 20)]
    return next((zone for zone in zones if zone and _fits(zone, few)), None)


def _fixed(ahead: timedelta) -> ZoneInfo | None:
    hours, rest = divmod(ahead, HOUR)
    return None if rest else wall.zone(f"Etc/GMT{-hours:+d}")  # the names count the other way: Etc/GMT-2 is UTC+2


def _told(seen: list[Seen]) -> str:
    ahead, _ = Counter(ahead for _, ahead in seen).most_common(1)[0]
    minutes = ahead // timedelta(minutes=1)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
