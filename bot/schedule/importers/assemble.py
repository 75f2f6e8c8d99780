"""A programme -> a schedule, and an account of everything that was in it."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.redaction import HIDDEN, redacted
from bot.schedule import wall
from bot.schedule.check import LATE_HOUR
from bot.schedule.importers.imported import ImportResult
from bot.schedule.importers.placing import MIN_ROOMS_TO_MERGE, EntrySorter, PlacedEntry, merge_breaks
from bot.schedule.importers.programme import ImportHints, Programme
from bot.schedule.importers.sections import SectionBuilder, valid_link
from bot.schedule.importers.trees import import_refusal
from bot.schedule.importers.zones import UNKNOWN_ZONE_TEXT, find_zone
from bot.schedule.model import Conference
from bot.schedule.texts import single_line

# Parts of addresses that say nothing of the conference.
GENERIC_NAMES = frozenset(
    {"all", "api", "conference", "events", "export", "json", "latest", "schedule", "talks", "widgets"}
)


def build_schedule(programme: Programme, name: str, hints: ImportHints) -> ImportResult:
    """The schedule of a programme; `name` is what problems call its file. Raises ScheduleError where nothing is left."""
    zone, guess = find_zone(programme, hints)
    account = EntrySorter(zone)
    placed = [item for item in map(account.place, programme.entries) if item]
    placed.sort(key=lambda item: (item.start, item.end, item.title, item.place))
    distinct = list(account.deduplicate(placed))
    merged = list(merge_breaks(distinct))
    conference = _conference(programme, name, hints, zone, merged)
    if conference is None:
        raise import_refusal(
            name, f"Nothing in this {programme.format} has a title and a time. Is it the whole schedule?"
        )
    return ImportResult(
        schedule=SectionBuilder(conference, programme.entries).schedule(merged),
        format=programme.format,
        version=single_line(programme.version),
        entries=len(programme.entries),
        merged=len(distinct) - len(merged),
        skipped=tuple(account.skipped),
        guessed=tuple(_guess_notes(programme, name, hints, guess, merged)),
        zone_is_known=guess != UNKNOWN_ZONE_TEXT,
    )


def _conference(
    programme: Programme, name: str, hints: ImportHints, zone: ZoneInfo, placed: Iterable[PlacedEntry]
) -> Conference | None:
    """The conference; nothing where there is not one day on which it could be."""
    found = {item.start.astimezone(zone) for item in placed}
    days = _days(found) | {day for day in programme.days if day.year in wall.YEARS}
    called = single_line(hints.name) or single_line(programme.name) or _conference_name(name)
    return Conference(called, zone, tuple(sorted(days)), valid_link(programme.url)) if days else None


def _days(starts: Iterable[datetime]) -> set[date]:
    """The days on which something starts; the hours after midnight belong to the day before, if that is one."""
    local = [start.replace(tzinfo=None) for start in starts]
    days = {start.date() for start in local if start - LATE_HOUR >= datetime.combine(start.date(), datetime.min.time())}
    return days | {start.date() for start in local if start.date() - timedelta(days=1) not in days}


def _conference_name(source: str) -> str:
    """A conference's name from its file or address, whose last part may tell nothing: `…/democon/schedule.json`."""
    parts = redacted(source).split("?", maxsplit=1)[0].replace("\\", "/").strip("/").split("/")
    names = (
        single_line(re.sub(r"\.[a-zA-Z]{2,5}$", "", part).replace("-", " ").replace("_", " ")) for part in parts[::-1]
    )
    return next(
        (name for name in names if name and HIDDEN not in name and name.lower() not in GENERIC_NAMES), "Conference"
    )


def _guess_notes(
    programme: Programme, name: str, hints: ImportHints, zone: str, placed: list[PlacedEntry]
) -> Iterator[str]:
    if not (single_line(hints.name) or single_line(programme.name)):
        yield f"The conference's name is not told: called {_conference_name(name)} after the file. Name it: --name"
    if zone:
        yield zone
    yield from programme.guessed
    dropped = [
        url for item in placed for url in (item.entry.url, item.entry.stream) if url.strip() and not valid_link(url)
    ]
    if dropped:
        yield f"Links that are no web addresses were dropped: {len(dropped)}."
    if wide := sum(len(item.entry.rooms) > 1 and not item.is_break for item in placed):
        yield f"Talks in several rooms at once: {wide}. Where they are {MIN_ROOMS_TO_MERGE} or more, no room is given."
