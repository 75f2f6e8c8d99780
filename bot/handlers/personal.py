"""What the bot keeps about the one who asks: to see it, to take it along, to have it deleted."""

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary
from bot.handlers.reply import answer, tell
from bot.store import personal
from bot.store.database import Database
from bot.store.personal import Rows
from bot.views import ids
from bot.views import personal as views


class Personal:
    def __init__(self, database: Database) -> None:
        self._database = database

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.SEND_MY_DATA)(boundary.guarded(self.sent_along))
        app.action(ids.DELETE_MY_DATA)(boundary.guarded(self.deleted))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon my-data`"""
        await answer(args, views.kept(await self._held(args)))

    async def sent_along(self, args: AsyncArgs) -> None:
        """[Send me all of it]"""
        await args.ack()
        channel = (await args.client.conversations_open(users=args.context.user_id))["channel"]["id"]
        for message in views.export(await self._held(args)):
            await args.client.chat_postMessage(channel=channel, **message.payload())
        await tell(args, views.sent())

    async def deleted(self, args: AsyncArgs) -> None:
        """[Delete it all]"""
        await args.ack()
        await self._database.write(personal.forget, args.context.team_id or "", args.context.user_id or "")
        await tell(args, views.deleted(), instead=True)

    async def _held(self, args: AsyncArgs) -> Mapping[str, Rows]:
        return await self._database.read(personal.everything, args.context.team_id or "", args.context.user_id or "")
