"""The venue's wall clock as a schedule file writes it: `2019-03-05 10:35` and back."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?) ?(Z|[+-][0-9]{2}:[0-9]{2})?")

_ZONE = re.compile("[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")  # Python looks even for a thousand parts

YEARS = range(1980, 2200)  # beyond them a year is a slip of the finger


class UnclearTime(ValueError):
    """A time that cannot be told; `str` says why, and what to write instead."""


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of that name; nothing if there is none."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_names() -> list[str]:
    """All time zones this machine knows, in order. Looks through its files, so ask for mistakes only."""
    return sorted(available_timezones())


def parse_day(text: str) -> date:
    """`2019-03-05`. Raises UnclearTime."""
    if not _DAY.fullmatch(text):
        raise UnclearTime("write a day like 2019-03-05")
    try:
        found = date.fromisoformat(text)
    except ValueError as why:
        raise UnclearTime(f"there is no such day ({why})") from None
    if found.year not in YEARS:
        raise UnclearTime(f"is the year {found.year} meant? A year is one from {YEARS[0]} to {YEARS[-1]}")
    return found


def parse_local(text: str, zone: ZoneInfo) -> datetime:
    """`2019-03-05 10:35` on the clocks of that zone, as a moment in UTC. Raises UnclearTime.

    A time that comes twice, as clocks go back, is told apart by its offset: `2019-10-27 01:30+01:00`.
    """
    found = _MOMENT.fullmatch(text)
    if not found:
        raise UnclearTime("write a time like 2019-03-05 10:35, as the clocks at the venue show it")
    on, clock, offset = found.groups()
    parse_day(on)
    try:
        local = datetime.fromisoformat(f"{on}T{clock}")
    except ValueError as why:
        raise UnclearTime(f"there is no such time ({why}); midnight is 00:00 of the day that begins") from None
    return _with_offset(local, offset, zone) if offset else _unambiguous(local, zone)


def format_local(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as the format writes it, to the second; with its offset only where the time comes twice."""
    local = moment.astimezone(zone)
    text = f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
    return text if len(_possible_moments(local.replace(tzinfo=None), zone)) == 1 else text + _offset(moment, zone)


def _possible_moments(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """When clocks in the zone show this: mostly once, never as they go forward, twice as they go back."""
    both = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(one for one in both if one.astimezone(zone).replace(tzinfo=None, fold=0) == local)


def _unambiguous(local: datetime, zone: ZoneInfo) -> datetime:
    found = _possible_moments(local, zone)
    if not found:
        later = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
        raise UnclearTime(f"clocks in {zone} skip this time; {later:%H:%M} is when it would be")
    if len(found) == 2:
        first, second = (f"{local:%Y-%m-%d %H:%M}{_offset(one, zone)}" for one in found)
        raise UnclearTime(
            f"clocks in {zone} show this time twice; write {first} for the first, {second} for the second"
        )
    return found[0]


def _with_offset(local: datetime, offset: str, zone: ZoneInfo) -> datetime:
    offset = "+00:00" if offset == "Z" else offset
    found = {_offset(one, zone): one for one in _possible_moments(local, zone)}
    if offset not in found:
        there = " or ".join(found) or "nowhere, as clocks skip this time"
        raise UnclearTime(f"{zone} is at {there} then, not at {offset}; write the venue's time without an offset")
    return found[offset]


def _offset(moment: datetime, zone: ZoneInfo) -> str:
    minutes = (moment.astimezone(zone).utcoffset() or timedelta()) // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
