"""Calendar files over HTTP: one talk, and each person's private feed of what they saved."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import blake2s

from aiohttp import web

from bot.conference.running import LiveSchedule, Snapshot
from bot.schedule.calendar import CalendarEntry, calendar_file
from bot.schedule.handles import find_by_short_id
from bot.store import agenda, feeds, people, revisions
from bot.store.database import Database, Transaction
from bot.store.people import Preferences
from bot.views.calendar import FEEDS

REFRESH = timedelta(minutes=15)  # how often a calendar may ask again
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


class CalendarFeeds:
    """Written from what is served now; a talk that is gone is there too, as cancelled."""

    def __init__(self, database: Database, conference: LiveSchedule) -> None:
        self._database = database
        self._conference = conference
        self._stamp = (0, datetime(1970, 1, 1, tzinfo=UTC))  # of which revision, and when that was published

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{FEEDS}/talk/{{handle}}.ics", self.talk_file),
            web.get(f"{FEEDS}/mine/{{token}}.ics", self.personal_feed),
        ]

    async def talk_file(self, request: web.Request) -> web.Response:
        """One talk, to keep."""
        edition = self._conference.current
        talk = find_by_short_id(request.match_info["handle"], edition.schedule.talk_by_id)
        if talk is None:
            raise web.HTTPNotFound(text="There is no such talk, or no longer.")
        stamp = await self._published_at(edition)
        entry = CalendarEntry(talk, edition.revision)
        return _file_response(
            request, await asyncio.to_thread(calendar_file, [entry], edition.schedule.conference, stamp)
        )

    async def personal_feed(self, request: web.Request) -> web.Response:
        """A person's saved talks, to follow."""
        found = await self._database.read(_feed_content, request.match_info["token"])
        if found is None:
            raise web.HTTPNotFound(text="This address shows nothing, or no longer. Ask the bot for a new one.")
        saved, chosen = found
        edition = self._conference.current
        held = sorted(saved & edition.schedule.talk_by_id.keys())
        entries = [CalendarEntry(edition.schedule.talk_by_id[id], edition.revision) for id in held]
        return _file_response(
            request, await asyncio.to_thread(_feed_file, entries, edition, await self._published_at(edition), chosen)
        )

    async def _published_at(self, edition: Snapshot) -> datetime:
        """When what is served was published, so that an unchanged feed is the same to the byte."""
        if self._stamp[0] != edition.revision:
            published = await self._database.read(revisions.published_at, edition.revision)
            self._stamp = (edition.revision, published or datetime(1970, 1, 1, tzinfo=UTC))
        return self._stamp[1]


def _feed_file(entries: list[CalendarEntry], edition: Snapshot, stamp: datetime, chosen: Preferences) -> bytes:
    conference = edition.schedule.conference
    alarm = timedelta(minutes=chosen.lead)
    return calendar_file(entries, conference, stamp, title=f"{conference.name}: my talks", alarm=alarm, refresh=REFRESH)


async def _feed_content(tx: Transaction, token: str) -> tuple[frozenset[str], Preferences] | None:
    """What the owner of this token saved and chose."""
    owner = await feeds.feed_owner(tx, token)
    if owner is None:
        return None
    return await agenda.saved(tx, *owner), await people.preferences(tx, *owner) or Preferences()


def _file_response(request: web.Request, file: bytes) -> web.Response:
    """The file, or that it has not changed since it was last asked for."""
    tag = f'"{blake2s(file, digest_size=12).hexdigest()}"'
    headers = _HEADERS | {"ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=file, content_type="text/calendar", charset="utf-8", headers=headers)
