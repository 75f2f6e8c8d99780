"""Downloading a schedule from a web address: a file of any known format, or the page of a pretalx event."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from bot.live_schedule.fetch import NO_VALIDATORS, FetchError, NoSuchFileError, Validators, fetch
from bot.live_schedule.import_turns import import_in_turn
from bot.schedule.importers.formats import import_event, import_schedule, is_html
from bot.schedule.importers.models import NO_HINTS, ImportHints, ImportResult

EXPORT_PATH = "/schedule/export/schedule.json"

WIDGET_PATH = "/schedule/widgets/schedule.json"

# The pages of a pretalx event; people may give the address of any of them.
EVENT_PAGES = re.compile(r"/(?:schedule|talk|speaker|featured|sneak|cfp)(?:/.*)?$")


@dataclass(frozen=True, slots=True)
class DownloadedSchedule:
    """A downloaded schedule, and the validators with which to ask for a newer one."""

    imported: ImportResult
    validators: Validators


async def download(
    url: str, hints: ImportHints = NO_HINTS, validators: Validators = NO_VALIDATORS, *, private: bool = False
) -> DownloadedSchedule | None:
    """Download and import the schedule at an address; `None` if it has not changed since `validators`.

    The import of a large schedule takes half a second, so it runs in turn. Raises FetchError or ScheduleError.
    """
    fetched = await fetch(url, validators, private=private)
    if fetched is None:
        return None
    if is_html(fetched.data):
        return DownloadedSchedule(await _download_event(fetched.url, url, hints, private=private), NO_VALIDATORS)
    return DownloadedSchedule(await import_in_turn(import_schedule, fetched.data, url, hints), fetched.validators)


async def _download_event(page: str, url: str, hints: ImportHints, *, private: bool) -> ImportResult:
    """Import the pretalx event to which this page belongs."""
    event = _event_url(page)
    export = await _fetch_file(event + EXPORT_PATH, private=private)
    if export is None:
        raise FetchError(f"{url} is a web page, but not a pretalx event's. Give the address of the schedule's export.")
    widget = await _fetch_file(event + WIDGET_PATH, private=private)
    if widget is not None:
        return await import_in_turn(import_event, export, widget, event, hints)
    imported = await import_in_turn(import_schedule, export, event, hints)
    return replace(imported, guessed=(*imported.guessed, "Breaks could not be read: the event has no widget."))


def _event_url(page: str) -> str:
    """The address of the event to which a page belongs."""
    parts = urlsplit(page)
    return urlunsplit((parts.scheme, parts.netloc, EVENT_PAGES.sub("", parts.path.rstrip("/")), "", ""))


async def _fetch_file(url: str, *, private: bool) -> bytes | None:
    """Fetch a file; `None` if the address has none, or has a web page instead.

    Raises FetchError if that is not known: without the file the schedule would look complete, and lack its breaks.
    """
    try:
        fetched = await fetch(url, private=private)
    except NoSuchFileError:
        return None
    return fetched.data if fetched and not is_html(fetched.data) else None
