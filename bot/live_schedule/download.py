"""A schedule as it is published at an address: a file of any format, or a pretalx event."""

import asyncio
import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from bot.errors import ScheduleError
from bot.live_schedule.fetch import NO_VALIDATORS, FetchError, Validators, fetch
from bot.schedule.importers.formats import import_event, import_schedule, is_html
from bot.schedule.importers.models import NO_HINTS, ImportHints, ImportResult

EXPORT_PATH = "/schedule/export/schedule.json"

WIDGET_PATH = "/schedule/widgets/schedule.json"

# The pages of a pretalx event, any of which may be at hand.
EVENT_PAGES = re.compile(r"/(?:schedule|talk|speaker|featured|sneak|cfp)(?:/.*)?$")


@dataclass(frozen=True, slots=True)
class DownloadedSchedule:
    """A schedule that was fetched, and what to ask with whether there is a newer one."""

    imported: ImportResult
    validators: Validators


async def download(
    url: str, hints: ImportHints = NO_HINTS, validators: Validators = NO_VALIDATORS, *, private: bool = False
) -> DownloadedSchedule | None:
    """The schedule at an address; nothing where it is what was `validators`. Raises FetchError or ScheduleError.

    Reading it takes a second for a big one, so it is done beside the event loop.
    """
    fetched = await fetch(url, validators, private=private)
    if fetched is None:
        return None
    if is_html(fetched.data):
        return DownloadedSchedule(await _download_event(fetched.url, url, hints, private=private), NO_VALIDATORS)
    return DownloadedSchedule(await asyncio.to_thread(import_schedule, fetched.data, url, hints), fetched.validators)


async def _download_event(page: str, url: str, hints: ImportHints, *, private: bool) -> ImportResult:
    """The schedule of the pretalx event that has this page."""
    event = _event_url(page)
    export = await _fetch_file(event + EXPORT_PATH, private=private)
    if export is None:
        raise FetchError(f"{url} is a web page, and no pretalx event's. Give the address of the schedule's export.")
    widget = await _fetch_file(event + WIDGET_PATH, private=private)
    try:
        if widget is not None:
            return await asyncio.to_thread(import_event, export, widget, event, hints)
    except ScheduleError:
        pass  # then without the widget
    imported = await asyncio.to_thread(import_schedule, export, event, hints)
    return replace(
        imported, guessed=(*imported.guessed, "Breaks could not be read: the event's widget does not answer.")
    )


def _event_url(page: str) -> str:
    """The address of an event, without the page of it that was asked for."""
    parts = urlsplit(page)
    return urlunsplit((parts.scheme, parts.netloc, EVENT_PAGES.sub("", parts.path.rstrip("/")), "", ""))


async def _fetch_file(url: str, *, private: bool) -> bytes | None:
    """What is at the address; nothing where there is none, or a page instead."""
    try:
        fetched = await fetch(url, private=private)
    except FetchError:
        return None
    return fetched.data if fetched and not is_html(fetched.data) else None
