"""What the bot keeps about the one who asks: to see it, to take it along, to have it deleted."""

from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import RequestGuard
from bot.handlers.reply import respond, respond_to_command
from bot.store import personal
from bot.store.database import Database
from bot.store.personal import RowsByTable
from bot.views import ids
from bot.views import personal as views


class MyDataHandlers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(ids.SEND_MY_DATA)(guard.wrap(self.on_export))
        app.action(ids.DELETE_MY_DATA)(guard.wrap(self.on_delete))

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon my-data`"""
        await respond_to_command(args, views.stored_data_message(await self._stored_rows(args)))

    async def on_export(self, args: AsyncArgs) -> None:
        """[Send me all of it]"""
        await args.ack()
        channel = (await args.client.conversations_open(users=args.context.user_id))["channel"]["id"]
        for message in views.export_messages(await self._stored_rows(args)):
            await args.client.chat_postMessage(channel=channel, **message.payload())
        await respond(args, views.sent_message())

    async def on_delete(self, args: AsyncArgs) -> None:
        """[Delete it all]"""
        await args.ack()
        await self._database.write(
            personal.delete_personal_rows, args.context.team_id or "", args.context.user_id or ""
        )
        await respond(args, views.deleted_message(), replace=True)

    async def _stored_rows(self, args: AsyncArgs) -> Mapping[str, RowsByTable]:
        return await self._database.read(personal.personal_rows, args.context.team_id or "", args.context.user_id or "")
