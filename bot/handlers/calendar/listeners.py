"""Listen to people who ask for the address of their calendar feed, renew it, or turn it off."""

from dataclasses import dataclass

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.db.database import Database
from bot.handlers.calendar import feeds, messages
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.slack.request import SlackRequest
from bot.slack.routing import on_action, on_subcommand


@dataclass(frozen=True, slots=True)
class CalendarHandlers:
    context: RequestContext
    presenter: Presenter
    database: Database
    public_url: str  # below which calendars find the feed; empty where the bot has no public address

    @on_subcommand("calendar")
    @on_action(action_ids.CALENDAR)
    async def on_calendar(self, request: SlackRequest) -> None:
        """`/qcon calendar`, [Calendar]"""
        if self.public_url:
            token = await self.database.write(feeds.feed_token, request.workspace, request.user)
            message = messages.feed_message(messages.feed_url(self.public_url, token))
        else:
            message = messages.no_feed_message(self.context.command_for(request))
        await self.presenter.show_message(request, message, title="Calendar")

    @on_action(action_ids.LINK)
    async def on_link_opened(self, request: SlackRequest) -> None:
        """Do nothing: a link was opened, which Slack reports like a press that must be acknowledged."""

    @on_action(action_ids.NEW_FEED)
    async def on_renewed(self, request: SlackRequest) -> None:
        token = await self.database.write(feeds.renew_feed, request.workspace, request.user)
        message = messages.feed_message(messages.feed_url(self.public_url, token))
        await self.presenter.show_message(request, message, replace=True)

    @on_action(action_ids.END_FEED)
    async def on_ended(self, request: SlackRequest) -> None:
        await self.database.write(feeds.end_feed, request.workspace, request.user)
        ended = Message("Your calendar feed is off. Its address no longer works.")
        await self.presenter.show_message(request, ended, replace=True)
