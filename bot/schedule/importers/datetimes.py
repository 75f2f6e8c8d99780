"""Dates, times and durations as published files write them, and the time zone of the venue.

The zone is as the source names it, or guessed from its city and its times.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bot.schedule import local_time
from bot.schedule.importers.models import ImportHints, Programme, ProgrammeEntry
from bot.schedule.texts import quote_value

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


def parse_days(texts: Iterable[str]) -> tuple[date, ...]:
    """Read the days, and leave out those that cannot be read."""
    return tuple(day for day in map(parse_day, texts) if day)


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


ZONE_HINT = "If that is wrong, set it with --timezone Europe/London"

UNKNOWN_ZONE_TEXT = "The source names no time zone, so times were read as UTC. Set it with --timezone Europe/London."

CONSTANT_SHARE = 0.2  # of the entries; where fewer disagree, they are slips

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """The zone in which a programme is read, with what was guessed and what an organiser has to decide."""

    zone: ZoneInfo
    guessed: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    is_known: bool = True


class WrittenTime(NamedTuple):
    """The start of an entry as the source writes it: the moment, and the venue's clock once or twice."""

    title: str
    moment: datetime  # in UTC
    own: datetime | None  # the clock that the moment is written with, naive; nothing where it is UTC's
    shown: datetime | None  # the clock that is written beside it, naive

    @property
    def clock(self) -> datetime:
        """The venue's clock, naive."""
        return self.shown or self.own or self.moment.replace(tzinfo=None)

    @property
    def ahead(self) -> timedelta:
        """The venue's offset from UTC."""
        return self.clock - self.moment.replace(tzinfo=None)

    def fits(self, zone: ZoneInfo) -> bool:
        """Tell whether the clocks of the zone show the written time."""
        return self.moment.astimezone(zone).utcoffset() == self.ahead


class TwoClocks(NamedTuple):
    """Two times of one entry that disagree, as clocks of the venue, and the one that was read."""

    title: str
    by_date: datetime
    by_start: datetime
    read: datetime


def find_zone(programme: Programme, hints: ImportHints) -> ZoneReading:
    """Find the venue's time zone.

    A hint counts most, then the zone that the programme names, its city, and the offsets of its times. If a zone does
    not fit every written clock, the reading says how many it does not fit.
    """
    written = _written_times(programme.entries)
    if hinted := local_time.zone_named(hints.zone) if hints.zone else None:
        return ZoneReading(hinted, tuple(_misfits(hinted, written)))
    named = zone_named_like(programme.zone)
    if named is None:
        return _guessed_zone(programme, written)
    wrong = [time for time in written if time.shown and not time.fits(named)]
    if 2 * len(wrong) > len(written) and all(time.own == time.shown for time in wrong):
        return _overruled(named, written)
    how = () if named.key == programme.zone.strip() else (_guess(named, f"from {quote_value(programme.zone)}"),)
    clocks = [(time, time.moment.astimezone(named).replace(tzinfo=None)) for time in wrong]
    twice = [TwoClocks(time.title, by_zone, time.clock, by_zone) for time, by_zone in clocks]
    doubts = tuple(_doubts(twice, len(written), f"by its date and time zone ({named.key})"))
    return ZoneReading(named, (*how, *(() if doubts else _misfits(named, written))), doubts)


def zone_named_like(name: str) -> ZoneInfo | None:
    """Find a time zone by its name: `Berlin`, `W. Europe Standard Time`, `/x.org/Europe/Berlin` are Europe/Berlin."""
    name = name.strip()
    path = "/".join(name.split("/")[-2:])
    names = (name, path, _OLSON_OF_WINDOWS.get(name.casefold(), ""))
    return next((zone for name in names if name and (zone := local_time.zone_named(name))), None) or _zone_of_city(name)


_OLSON_OF_WINDOWS = {windows.casefold(): olson for windows, olson in WINDOWS_TO_OLSON.items()}


def _zone_of_city(city: str) -> ZoneInfo | None:
    """Find the only zone whose name ends with the city's name: `Berlin` -> Europe/Berlin."""
    end = "/" + city.strip().replace(" ", "_").casefold()
    names = [name for name in local_time.zone_names() if name.casefold().endswith(end)] if city.strip() else []
    return local_time.zone_named(names[0]) if len(names) == 1 else None


def _written_times(entries: Iterable[ProgrammeEntry]) -> Sequence[WrittenTime]:
    """The times with a venue's clock: those where it is written beside the moment, or else those with an offset.

    Moments in UTC alone are left out: they are used in files all over the world.
    """
    times = [
        WrittenTime(
            entry.title,
            entry.start.astimezone(UTC),
            entry.start.replace(tzinfo=None) if entry.start.utcoffset() else None,
            entry.shown,
        )
        for entry in entries
        if entry.start and entry.start.tzinfo and entry.start.year in local_time.YEARS
    ]
    return [time for time in times if time.shown] or [time for time in times if time.own]


def _guessed_zone(programme: Programme, written: Sequence[WrittenTime]) -> ZoneReading:
    """Guess the zone of a programme that names none that is known."""
    city = _zone_of_city(programme.city)
    if not written and city is None:
        return ZoneReading(ZoneInfo("UTC"), (UNKNOWN_ZONE_TEXT,), is_known=False)
    zone = _best_zone(written, [city] if city else [])
    why = f"from the city, {quote_value(programme.city)}" if zone is city else _offsets_reason(written)
    twice = [
        TwoClocks(time.title, time.own, time.shown, time.shown)
        for time in written
        if time.own and time.shown and time.own != time.shown
    ]
    doubts = tuple(_doubts(twice, len(written), "by its date"))
    return ZoneReading(zone, (_guess(zone, why), *_misfits(zone, written)), doubts)


def _overruled(named: ZoneInfo, written: Sequence[WrittenTime]) -> ZoneReading:
    """Read a programme whose times are all written with another clock than that of the zone it names."""
    zone = _best_zone(written, [])
    guess = (
        f"The source names {named.key}, but its times are written differently. {_guess(zone, _offsets_reason(written))}"
    )
    return ZoneReading(zone, (guess, *_misfits(zone, written)))


def _best_zone(written: Sequence[WrittenTime], preferred: Sequence[ZoneInfo]) -> ZoneInfo:
    """The first zone that fits all clocks, or else most: of the preferred ones, the fixed offsets, and all others."""
    times = list({(time.moment.replace(minute=0), time.ahead): time for time in written}.values())
    ahead, _ = Counter(time.ahead for time in written).most_common(1)[0] if written else (timedelta(), 0)
    best, fitted = ZoneInfo("UTC"), -1
    for zone in (*preferred, *_fixed_offset(ahead), *_all_zones()):
        fits = sum(time.fits(zone) for time in times)
        if fits > fitted:
            best, fitted = zone, fits
        if fits == len(times):
            break
    return best


def _all_zones() -> Iterator[ZoneInfo]:
    """The zones of places, well-known ones first; of those in Asia and Africa, the map has old names."""
    known = [name for name in sorted(WINDOWS_TO_OLSON.values()) if not name.startswith(("Asia/", "Africa/"))]
    names = dict.fromkeys([*known, *local_time.zone_names()])
    yield from (zone for name in names if "/" in name and (zone := local_time.zone_named(name)))


def _fixed_offset(ahead: timedelta) -> Iterator[ZoneInfo]:
    hours, rest = divmod(ahead, _HOUR)
    # The sign in these names is reversed: Etc/GMT-2 is UTC+2.
    zone = None if rest else local_time.zone_named(f"Etc/GMT{-hours:+d}")
    yield from [zone] if zone else []


def _misfits(zone: ZoneInfo, written: Sequence[WrittenTime]) -> Iterator[str]:
    """Say how many talks come out at other times than the source writes, with an example."""
    wrong = [time for time in written if not time.fits(zone)]
    if wrong:
        first = wrong[0]
        yield (
            f"Times that differ from the source's: {len(wrong)} of {len(written)}, such as "
            f"{quote_value(first.title)}: {first.clock:%H:%M} in the source, {first.moment.astimezone(zone):%H:%M} "
            f"in {zone.key}. Is that right?"
        )


def _doubts(pairs: Sequence[TwoClocks], total: int, source: str) -> Iterator[str]:
    """Ask which of two times is right, if they disagree by a constant. `source` says where the first one comes from."""
    differences = {pair.by_start - pair.by_date for pair in pairs}
    if len(differences) != 1 or len(pairs) < CONSTANT_SHARE * total:
        return
    apart, first = abs(differences.pop()) // _MINUTE, pairs[0]
    yield (
        f"Entries with two times, {apart // 60}:{apart % 60:02} hours apart: {len(pairs)} of {total}. "
        f"{quote_value(first.title)} is at {first.by_date:%H:%M} {source}, and at {first.by_start:%H:%M} by its start. "
        f"Which is right? {first.read:%H:%M} was read. If that is wrong, correct the source, or set the time zone with "
        "--timezone Europe/London."
    )


def _guess(zone: ZoneInfo, why: str) -> str:
    return f"The time zone is {zone.key}, {why}. {ZONE_HINT}."


def _offsets_reason(written: Sequence[WrittenTime]) -> str:
    counts = Counter(time.ahead for time in written)
    shown = " and ".join(_offset_text(ahead) for ahead, _ in counts.most_common(2))
    return f"from how its times are written ({shown})"


def _offset_text(ahead: timedelta) -> str:
    minutes = ahead // _MINUTE
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
