"""The private addresses at which people's calendars ask for what they saved.

Calendar files over HTTP: one talk, and each person's private feed of what they saved."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import blake2s

from aiohttp import web
from sqlalchemy import delete, select

from bot.db import tables
from bot.db.database import Database, Transaction
from bot.delivery import recipients_repository
from bot.delivery.recipients_repository import Preferences
from bot.handlers.calendar import messages
from bot.live_schedule import repository
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.schedule.ical_export import CalendarEntry, calendar_file
from bot.schedule.models import find_by_short_id

BYTES = 24  # of chance in a token: nobody guesses it


async def feed_token(tx: Transaction, workspace: str, person: str) -> str:
    """The token of this person's feed, made now if there is none."""
    await _insert_feed(tx, workspace, person)
    c = tables.FEEDS.c
    found: str = (await tx.execute(select(c.token).where(c.workspace == workspace, c.person == person))).scalar_one()
    return found


async def renew_feed(tx: Transaction, workspace: str, person: str) -> str:
    """Another token; the one before opens nothing any more."""
    await end_feed(tx, workspace, person)
    return await feed_token(tx, workspace, person)


async def end_feed(tx: Transaction, workspace: str, person: str) -> None:
    """No feed any more."""
    c = tables.FEEDS.c
    await tx.execute(delete(tables.FEEDS).where(c.workspace == workspace, c.person == person))


async def feed_owner(tx: Transaction, token: str) -> tuple[str, str] | None:
    """The workspace and person whose feed this is; nothing for a token that was made up or taken back."""
    c = tables.FEEDS.c
    row = (await tx.execute(select(c.workspace, c.person).where(c.token == token))).one_or_none()
    return (row.workspace, row.person) if row else None


async def _insert_feed(tx: Transaction, workspace: str, person: str) -> None:
    here = {"workspace": workspace, "person": person, "token": secrets.token_urlsafe(BYTES)}
    made = tx.insert(tables.FEEDS).values(here | {"made_at": await tx.now()})
    await tx.execute(made.on_conflict_do_nothing())


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
            web.get(f"{messages.FEEDS}/talk/{{handle}}.ics", self.talk_file),
            web.get(f"{messages.FEEDS}/mine/{{token}}.ics", self.personal_feed),
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
            published = await self._database.read(repository.published_at, edition.revision)
            self._stamp = (edition.revision, published or datetime(1970, 1, 1, tzinfo=UTC))
        return self._stamp[1]


def _feed_file(entries: list[CalendarEntry], edition: Snapshot, stamp: datetime, chosen: Preferences) -> bytes:
    conference = edition.schedule.conference
    alarm = timedelta(minutes=chosen.lead)
    return calendar_file(entries, conference, stamp, title=f"{conference.name}: my talks", alarm=alarm, refresh=REFRESH)


async def _feed_content(tx: Transaction, token: str) -> tuple[frozenset[str], Preferences] | None:
    """What the owner of this token saved and chose."""
    owner = await feed_owner(tx, token)
    if owner is None:
        return None
    return await recipients_repository.saved(tx, *owner), await recipients_repository.preferences(
        tx, *owner
    ) or Preferences()


def _file_response(request: web.Request, file: bytes) -> web.Response:
    """The file, or that it has not changed since it was last asked for."""
    tag = f'"{blake2s(file, digest_size=12).hexdigest()}"'
    headers = _HEADERS | {"ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=file, content_type="text/calendar", charset="utf-8", headers=headers)
