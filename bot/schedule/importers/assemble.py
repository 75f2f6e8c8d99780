"""A programme -> a schedule, and an account of everything that was in it."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.redaction import HIDDEN, redacted
from bot.schedule import wall
from bot.schedule.check import LATE
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.placing import WIDE, Account, Placed, with_merged_breaks
from bot.schedule.importers.programme import Hints, Programme
from bot.schedule.importers.sections import Sections, link
from bot.schedule.importers.trees import refused
from bot.schedule.importers.zones import UNTOLD, zone_of
from bot.schedule.model import Conference
from bot.schedule.texts import one_line

# Parts of addresses that say nothing of the conference.
GENERIC = frozenset({"all", "api", "conference", "events", "export", "json", "latest", "schedule", "talks", "widgets"})


def assemble(programme: Programme, name: str, hints: Hints) -> Imported:
    """The schedule of a programme; `name` is what problems call its file. Raises ScheduleError where nothing is left."""
    zone, guess = zone_of(programme, hints)
    account = Account(zone)
    placed = [item for item in map(account.placed, programme.entries) if item]
    placed.sort(key=lambda item: (item.start, item.end, item.title, item.place))
    distinct = list(account.distinct(placed))
    merged = list(with_merged_breaks(distinct))
    conference = _conference(programme, name, hints, zone, merged)
    if conference is None:
        raise refused(name, f"Nothing in this {programme.format} has a title and a time. Is it the whole schedule?")
    return Imported(
        schedule=Sections(conference, programme.entries).schedule(merged),
        format=programme.format,
        version=one_line(programme.version),
        entries=len(programme.entries),
        merged=len(distinct) - len(merged),
        left_out=tuple(account.left_out),
        guessed=tuple(_guesses(programme, name, hints, guess, merged)),
        zone_is_told=guess != UNTOLD,
    )


def _conference(
    programme: Programme, name: str, hints: Hints, zone: ZoneInfo, placed: Iterable[Placed]
) -> Conference | None:
    """The conference; nothing where there is not one day on which it could be."""
    found = {item.start.astimezone(zone) for item in placed}
    days = _days(found) | {day for day in programme.days if day.year in wall.YEARS}
    called = one_line(hints.name) or one_line(programme.name) or _name_of(name)
    return Conference(called, zone, tuple(sorted(days)), link(programme.url)) if days else None


def _days(starts: Iterable[datetime]) -> set[date]:
    """The days on which something starts; the hours after midnight belong to the day before, if that is one."""
    local = [start.replace(tzinfo=None) for start in starts]
    days = {start.date() for start in local if start - LATE >= datetime.combine(start.date(), datetime.min.time())}
    return days | {start.date() for start in local if start.date() - timedelta(days=1) not in days}


def _name_of(source: str) -> str:
    """A conference's name from its file or address, whose last part may tell nothing: `…/democon/schedule.json`."""
    parts = redacted(source).split("?", maxsplit=1)[0].replace("\\", "/").strip("/").split("/")
    names = (
        one_line(re.sub(r"\.[a-zA-Z]{2,5}$", "", part).replace("-", " ").replace("_", " ")) for part in parts[::-1]
    )
    return next((name for name in names if name and HIDDEN not in name and name.lower() not in GENERIC), "Conference")


def _guesses(programme: Programme, name: str, hints: Hints, zone: str, placed: list[Placed]) -> Iterator[str]:
    if not (one_line(hints.name) or one_line(programme.name)):
        yield f"The conference's name is not told: called {_name_of(name)} after the file. Name it: --name"
    if zone:
        yield zone
    yield from programme.guessed
    dropped = [url for item in placed for url in (item.entry.url, item.entry.stream) if url.strip() and not link(url)]
    if dropped:
        yield f"Links that are no web addresses were dropped: {len(dropped)}."
    if wide := sum(len(item.entry.rooms) > 1 and not item.is_break for item in placed):
        yield f"Talks in several rooms at once: {wide}. Where they are {WIDE} or more, no room is given."
