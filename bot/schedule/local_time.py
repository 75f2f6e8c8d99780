"""Local times of the venue as schedule files write them, `2019-03-05 10:35`, and moments in UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?) ?(Z|[+-][0-9]{2}:[0-9]{2})?")

_ZONE = re.compile(
    "[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}"
)  # without a limit, Python would look up a name of a thousand parts

YEARS = range(1980, 2200)  # any other year is a typing error


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
    if not _DAY.fullmatch(text):
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
