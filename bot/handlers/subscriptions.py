"""Turning a channel's reminders on and off: what it would mean first, then a word to everyone, once."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.errors import BotError
from bot.handlers.boundary import Boundary, Listener
from bot.handlers.desk import Desk
from bot.handlers.people import People
from bot.questions.subscriptions import Choose, ListAll, RemindHere, RemindMe, StopHere, parse, resolve
from bot.reminders.channels import ChannelReminders
from bot.store.subscriptions import Subscription
from bot.views import ids
from bot.views import subscriptions as views
from bot.views.message import Message

_NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


class NotInvitedError(BotError):
    """The bot cannot post in this channel."""

    def __init__(self, bot_user: str) -> None:
        super().__init__(f"I cannot post here yet. First `/invite` <@{bot_user}>, then ask again.")


class Subscriptions:
    def __init__(self, desk: Desk, people: People, reminders: ChannelReminders, remind_me: Listener) -> None:
        self._desk = desk
        self._people = people
        self._reminders = reminders
        self._remind_me = remind_me

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.REMIND_ME)(boundary.guarded(self.me_pressed))
        app.action(ids.REMIND_PREVIEW)(boundary.guarded(self.here_pressed))
        app.action(ids.REMIND_ON)(boundary.guarded(self.turned_on))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon remind …`"""
        request = parse(str(args.body.get("text", "")).strip().partition(" ")[2])
        match request:
            case RemindMe():
                await self._remind_me(args)
            case Choose():
                await args.ack(**views.choice(args.body["command"]).payload())
            case RemindHere():
                await args.ack(**(await self._what_it_means(args, request)).payload())
            case StopHere():
                await args.ack(**(await self._stop(args)).payload())
            case ListAll():
                await args.ack(**(await self._list(args)).payload())

    async def me_pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._remind_me(args)

    async def here_pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        request = parse(args.payload["value"])
        assert isinstance(request, RemindHere)
        await _instead(args, await self._what_it_means(args, request))
