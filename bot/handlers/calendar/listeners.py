"""A person's calendar feed: where it is, another address, no feed any more."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.db.database import Database
from bot.handlers.calendar import feeds, messages
from bot.handlers.presenter import Presenter
from bot.slack.request_guard import RequestGuard
from bot.slack.responses import respond_to_command


class CalendarHandlers:
    def __init__(self, presenter: Presenter, database: Database) -> None:
        self._presenter = presenter
        self._database = database

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.matching(action_ids.LINK))(guard.wrap(self.on_link_opened))
        app.action(action_ids.CALENDAR)(guard.wrap(self.on_button))
        app.action(action_ids.NEW_FEED)(guard.wrap(self.on_renewed))
        app.action(action_ids.END_FEED)(guard.wrap(self.on_ended))

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon calendar`"""
        await respond_to_command(args, await self._feed(args))

    async def on_link_opened(self, args: AsyncArgs) -> None:
        """A link was opened; Slack tells that as if it were a press, and wants it acknowledged."""
        await args.ack()

    async def on_button(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.show_message(args, await self._feed(args))

    async def on_renewed(self, args: AsyncArgs) -> None:
        await args.ack()
        token = await self._database.write(feeds.renew_feed, args.context.team_id or "", args.context.user_id or "")
        await self._presenter.show_message(
            args, messages.feed_message(messages.feed_url(self._presenter.public_url, token)), replace=True
        )

    async def on_ended(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._database.write(feeds.end_feed, args.context.team_id or "", args.context.user_id or "")
        await self._presenter.show_message(args, messages.feed_ended_message(), replace=True)

    async def _feed(self, args: AsyncArgs) -> Message:
        if not self._presenter.public_url:
            return messages.no_feed_message(self._presenter.questions.command_for(args))
        token = await self._database.write(feeds.feed_token, args.context.team_id or "", args.context.user_id or "")
        return messages.feed_message(messages.feed_url(self._presenter.public_url, token))
