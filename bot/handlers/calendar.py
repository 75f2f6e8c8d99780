"""A person's calendar feed: where it is, another address, no feed any more."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary
from bot.handlers.reply import answer
from bot.handlers.surfaces import Surfaces
from bot.store import feeds
from bot.store.database import Database
from bot.views import calendar as views
from bot.views import ids
from bot.views.message import Message


class Calendars:
    def __init__(self, surfaces: Surfaces, database: Database) -> None:
        self._surfaces = surfaces
        self._database = database

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.any_of(ids.LINK))(boundary.guarded(self.followed))
        app.action(ids.CALENDAR)(boundary.guarded(self.pressed))
        app.action(ids.NEW_FEED)(boundary.guarded(self.renewed))
        app.action(ids.END_FEED)(boundary.guarded(self.ended))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon calendar`"""
        await answer(args, await self._feed(args))

    async def followed(self, args: AsyncArgs) -> None:
        """A link was opened; Slack tells that as if it were a press, and wants it acknowledged."""
        await args.ack()

    async def pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._surfaces.present(args, await self._feed(args))

    async def renewed(self, args: AsyncArgs) -> None:
        await args.ack()
        token = await self._database.write(feeds.renew, args.context.team_id or "", args.context.user_id or "")
        await self._surfaces.present(args, views.feed(views.feed_url(self._surfaces.public_url, token)), instead=True)

    async def ended(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._database.write(feeds.end, args.context.team_id or "", args.context.user_id or "")
        await self._surfaces.present(args, views.ended(), instead=True)

    async def _feed(self, args: AsyncArgs) -> Message:
        if not self._surfaces.public_url:
            return views.no_feed(self._surfaces.desk.command(args))
        token = await self._database.write(feeds.token, args.context.team_id or "", args.context.user_id or "")
        return views.feed(views.feed_url(self._surfaces.public_url, token))
