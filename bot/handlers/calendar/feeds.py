"""Serve calendar files over HTTP: one talk, or a person's saved talks at a private address. Store its token."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from typing import Any, Protocol

from aiohttp import web
from sqlalchemy import delete, select

from bot.db.database import Database, DatabaseUnavailable, Transaction
from bot.db.tables import FEEDS
from bot.delivery import recipients_repository
from bot.delivery.recipients_repository import Preferences
from bot.handlers.calendar import messages
from bot.live_schedule import repository
from bot.live_schedule.current import LiveSchedule
from bot.schedule.models import Talk, find_by_short_id

BYTES = 24  # of randomness in a token, so that nobody guesses it


async def feed_token(tx: Transaction, workspace: str, person: str) -> str:
    """The token of the person's feed; made now if there is none."""
    c, values = FEEDS.c, {"workspace": workspace, "person": person, "token": secrets.token_hex(BYTES)}
    await tx.execute(tx.insert(FEEDS).values(values | {"made_at": await tx.now()}).on_conflict_do_nothing())
    token: str = (await tx.execute(select(c.token).where(c.workspace == workspace, c.person == person))).scalar_one()
    return token


async def renew_feed(tx: Transaction, workspace: str, person: str) -> str:
    """Replace the token; the earlier one opens nothing any more."""
    await end_feed(tx, workspace, person)
    return await feed_token(tx, workspace, person)


async def end_feed(tx: Transaction, workspace: str, person: str) -> None:
    """Delete the person's token, so that there is no feed any more."""
    c = FEEDS.c
    await tx.execute(delete(FEEDS).where(c.workspace == workspace, c.person == person))


async def feed_owner(tx: Transaction, token: str) -> tuple[str, str] | None:
    """The workspace and person of a token; None for a token that is unknown or was replaced."""
    c = FEEDS.c
    row = (await tx.execute(select(c.workspace, c.person).where(c.token == token))).one_or_none()
    return (row.workspace, row.person) if row else None


RETRY_AFTER_S = "60"

REFRESH = timedelta(minutes=15)  # the interval at which a calendar should ask again

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


class FeedSource(Protocol):
    """The parts of a workspace that calendar files are made of."""

    @property
    def feed_database(self) -> Database: ...

    @property
    def live_schedule(self) -> LiveSchedule: ...


def feed_routes(
    prefix: str, find: Callable[[web.Request], Awaitable[FeedSource | None]], absent: Callable[[], web.HTTPException]
) -> list[web.RouteDef]:
    """The routes of calendar files below a prefix.

    `find` finds the workspace; where there is none, the answer is `absent()`.
    """

    def handler(
        respond: Callable[[FeedSource, web.Request], Awaitable[web.Response]],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            source = await find(request)
            if source is None:
                raise absent()
            try:
                return await respond(source, request)
            except DatabaseUnavailable as error:
                raise web.HTTPServiceUnavailable(text=str(error), headers={"Retry-After": RETRY_AFTER_S}) from error

        return serve

    under = f"{prefix}{messages.FEEDS}"
    return [
        web.get(f"{under}/talk/{{handle}}.ics", handler(_talk_file)),
        web.get(f"{under}/mine/{{token}}.ics", handler(_personal_feed)),
    ]


async def _talk_file(source: FeedSource, request: web.Request) -> web.Response:
    """The calendar file of one talk; a removed talk is in it as cancelled."""
    talk = find_by_short_id(request.match_info["handle"], source.live_schedule.current.schedule.talk_by_id)
    if talk is None:
        raise web.HTTPNotFound(text="This talk isn't in the schedule.")
    return await _calendar(source, request, [talk])


async def _personal_feed(source: FeedSource, request: web.Request) -> web.Response:
    """The calendar file of a person's saved talks, which calendars ask for again and again."""
    content = await source.feed_database.read(_feed_content, request.match_info["token"])
    if content is None:
        raise web.HTTPNotFound(text="This calendar address doesn't work. Ask the bot for a new one.")
    saved, preferences = content
    schedule, alarm = source.live_schedule.current.schedule, timedelta(minutes=preferences.lead)
    talks = [schedule.talk_by_id[id] for id in sorted(saved & schedule.talk_by_id.keys())]
    title = f"{schedule.conference.name}: my talks"
    return await _calendar(source, request, talks, title=title, alarm=alarm, refresh=REFRESH)


async def _calendar(source: FeedSource, request: web.Request, talks: Sequence[Talk], **feed: Any) -> web.Response:
    """Answer with a calendar file of these talks. `feed` are the arguments of `calendar_file` for a feed."""
    snapshot = source.live_schedule.current
    stamp, conference_id = await source.feed_database.read(_origin, snapshot.revision)

    def write() -> bytes:
        from bot.schedule.ical_export import CalendarEntry, calendar_file  # noqa: PLC0415  # icalendar: 3 MiB, 30 ms

        entries = [CalendarEntry(talk, snapshot.revision) for talk in talks]
        return calendar_file(entries, snapshot.schedule.conference, stamp, conference_id, **feed)

    return _file_response(request, await asyncio.to_thread(write))


async def _origin(tx: Transaction, revision: int) -> tuple[datetime, str]:
    """The time when a revision was published, and the id of its conference.

    With these, an unchanged feed is the same to the byte, and its entries keep their ids.
    """
    published = await repository.published_at(tx, revision)
    return published or datetime(1970, 1, 1, tzinfo=UTC), await repository.conference_id(tx)


async def _feed_content(tx: Transaction, token: str) -> tuple[frozenset[str], Preferences] | None:
    """The saved talks and the preferences of the token's owner; None for an unknown token."""
    owner = await feed_owner(tx, token)
    if owner is None:
        return None
    preferences = await recipients_repository.preferences(tx, *owner)
    return await recipients_repository.saved(tx, *owner), preferences or Preferences()


def _file_response(request: web.Request, file: bytes) -> web.Response:
    """Answer with the file, or with 304 where it has not changed since it was last asked for."""
    tag = f'"{blake2s(file, digest_size=12).hexdigest()}"'
    headers = _HEADERS | {"ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=file, content_type="text/calendar", charset="utf-8", headers=headers)
