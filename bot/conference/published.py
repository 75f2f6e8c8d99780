"""A schedule as it is published at an address: a file of any format, or a pretalx event."""

import asyncio
import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from bot.conference.fetch import NOTHING_SEEN, FetchError, Seen, fetch
from bot.errors import ScheduleError
from bot.schedule.importers.formats import import_event, import_schedule, is_web_page
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import NO_HINTS, Hints

EXPORT = "/schedule/export/schedule.json"
WIDGET = "/schedule/widgets/schedule.json"
# The pages of a pretalx event, any of which may be at hand.
PAGES = re.compile(r"/(?:schedule|talk|speaker|featured|sneak|cfp)(?:/.*)?$")


@dataclass(frozen=True, slots=True)
class Published:
    """A schedule that was fetched, and what to ask with whether there is a newer one."""

    imported: Imported
    seen: Seen


async def published(
    url: str, hints: Hints = NO_HINTS, seen: Seen = NOTHING_SEEN, *, private: bool = False
) -> Published | None:
    """The schedule at an address; nothing where it is what was `seen`. Raises FetchError or ScheduleError.

    Reading it takes a second for a big one, so it is done beside the event loop.
    """
    fetched = await fetch(url, seen, private=private)
    if fetched is None:
        return None
    if is_web_page(fetched.data):
        return Published(await _of_event(fetched.url, url, hints, private=private), NOTHING_SEEN)
    return Published(await asyncio.to_thread(import_schedule, fetched.data, url, hints), fetched.seen)


async def _of_event(page: str, asked: str, hints: Hints, *, private: bool) -> Imported:
    """The schedule of the pretalx event that has this page."""
    event = _event(page)
    export = await _file(event + EXPORT, private=private)
    if export is None:
        raise FetchError(f"{asked} is a web page, and no pretalx event's. Give the address of the schedule's export.")
    widget = await _file(event + WIDGET, private=private)
    try:
        if widget is not None:
            return await asyncio.to_thread(import_event, export, widget, event, hints)
    except ScheduleError:
        pass  # then without the widget
    imported = await asyncio.to_thread(import_schedule, export, event, hints)
    return replace(
        imported, guessed=(*imported.guessed, "Breaks could not be read: the event's widget does not answer.")
    )


def _event(page: str) -> str:
    """The address of an event, without the page of it that was asked for."""
    parts = urlsplit(page)
    return urlunsplit((parts.scheme, parts.netloc, PAGES.sub("", parts.path.rstrip("/")), "", ""))


async def _file(url: str, *, private: bool) -> bytes | None:
    """What is at the address; nothing where there is none, or a page instead."""
    try:
        fetched = await fetch(url, private=private)
    except FetchError:
        return None
    return fetched.data if fetched and not is_web_page(fetched.data) else None
