"""Listen to people who turn reminders on and off.

For a channel they first see a preview. When reminders are turned on, the channel is told once.
"""

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.delivery.recipients import SubscriptionService
from bot.delivery.recipients_repository import Subscription
from bot.errors import BotError
from bot.handlers.delivery_control import DeliveryControl
from bot.handlers.request_context import RequestContext
from bot.handlers.subscriptions import messages
from bot.handlers.subscriptions.form import (
    ChooseReminder,
    ListAll,
    RemindHere,
    RemindMe,
    StopHere,
    parse_reminder_command,
    resolve_scope,
)
from bot.schedule.models import Schedule
from bot.slack.request import SlackRequest
from bot.slack.request_guard import Listener
from bot.slack.responses import respond_to_command
from bot.slack.routing import on_action
from bot.slack.users import Users

_NOT_A_MEMBER = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


class NotInvited(BotError):
    """The bot is not a member of this channel, so it cannot post there."""

    def __init__(self, bot_user: str | None) -> None:
        super().__init__(f"I cannot post here yet. First `/invite` <@{bot_user}>, then ask again.")


class SubscriptionHandlers:
    def __init__(
        self,
        context: RequestContext,
        users: Users,
        subscriptions: SubscriptionService,
        delivery: DeliveryControl,
        on_remind_me: Listener,
    ) -> None:
        """`on_remind_me` answers who wants direct messages instead of posts in a channel."""
        self._context = context
        self._users = users
        self._subscriptions = subscriptions
        self._delivery = delivery
        self._on_remind_me = on_remind_me

    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon remind …`"""
        reminder = parse_reminder_command(request.arguments)
        if isinstance(reminder, RemindMe):
            await self._on_remind_me(request)
        else:
            await respond_to_command(request, await self._reply(request, reminder))

    @on_action(action_ids.REMIND_PREVIEW)
    async def on_remind_here(self, request: SlackRequest) -> None:
        """[Here, in this channel]"""
        message = await self._preview(request, _reminder_of_button(request))
        await request.respond(**message.payload(), replace_original=True)

    @on_action(action_ids.REMIND_ON)
    async def on_confirmed(self, request: SlackRequest) -> None:
        """[Turn on]"""
        message = await self._turn_on(request, _reminder_of_button(request))
        await request.respond(**message.payload(), replace_original=True)

    @on_action(action_ids.PAUSE)
    async def on_pause(self, request: SlackRequest) -> None:
        """[Pause all sending]"""
        await self._users.require_organiser(request)
        await self._delivery.pause(request)
        await request.respond(**(await self._listing(request)).payload(), replace_original=True)

    @on_action(action_ids.RESUME)
    async def on_resume(self, request: SlackRequest) -> None:
        """[Send again]"""
        await self._users.require_organiser(request)
        await self._delivery.resume(request)
        await request.respond(**(await self._listing(request)).payload(), replace_original=True)

    async def _reply(
        self, request: SlackRequest, reminder: ChooseReminder | RemindHere | StopHere | ListAll
    ) -> Message:
        match reminder:
            case ChooseReminder():
                return messages.choose_message(request.body["command"])
            case RemindHere():
                return await self._preview(request, reminder)
            case StopHere():
                return await self._turn_off(request)
            case ListAll():
                return await self._listing(request)

    async def _preview(self, request: SlackRequest, reminder: RemindHere) -> Message:
        await self._users.require_organiser(request)
        await _require_membership(request)
        subscription, schedule = self._subscription(request, reminder), self._context.snapshot.schedule
        preview = self._subscriptions.preview(subscription)
        if preview.first is None:
            return messages.nothing_to_come_message(_scope_name(subscription, schedule))
        scope = _scope_name(subscription, schedule)
        return messages.preview_message(
            reminder.to_text, reminder.lead_minutes, preview.posts, preview.first, scope, schedule.conference
        )

    async def _turn_on(self, request: SlackRequest, reminder: RemindHere) -> Message:
        await self._users.require_organiser(request)
        await _require_membership(request)
        subscription = self._subscription(request, reminder)
        if not await self._subscriptions.turn_on(subscription):
            return messages.already_on_message()
        scope = _scope_name(subscription, self._context.snapshot.schedule)
        announcement = messages.turned_on_message(
            subscription.turned_on_by, subscription.lead, scope, self._context.command_for(request)
        )
        await request.client.chat_postMessage(channel=subscription.conversation, **announcement.payload())
        return messages.done_message()

    async def _turn_off(self, request: SlackRequest) -> Message:
        await self._users.require_organiser(request)
        user = request.user
        was_on = await self._subscriptions.turn_off(request.workspace, request.channel, user)
        return messages.turned_off_message(was_on=was_on)

    async def _listing(self, request: SlackRequest) -> Message:
        schedule = self._context.snapshot.schedule
        workspace = request.workspace
        subscriptions = await self._subscriptions.of_workspace(workspace)
        return messages.subscriptions_message(
            [(each.conversation, each.lead, _scope_name(each, schedule)) for each in subscriptions],
            self._context.command_for(request),
            paused=await self._delivery.is_paused(request),
            organiser=await self._users.is_organiser(request),
        )

    def _subscription(self, request: SlackRequest, reminder: RemindHere) -> Subscription:
        scope_id = resolve_scope(reminder, self._context.snapshot.schedule)
        return Subscription(
            workspace=request.workspace,
            conversation=request.channel,
            lead=reminder.lead_minutes,
            turned_on_by=request.user,
            track=scope_id if reminder.narrowed == "track" else "",
            room=scope_id if reminder.narrowed == "room" else "",
        )


def _reminder_of_button(request: SlackRequest) -> RemindHere:
    """The reminder that the button stands for."""
    reminder = parse_reminder_command(request.value)
    if not isinstance(reminder, RemindHere):
        raise TypeError("the button's value is no reminder for a channel")
    return reminder


def _scope_name(subscription: Subscription, schedule: Schedule) -> str:
    """The name of the track or room; its id where the schedule no longer has it; empty for the whole conference."""
    if subscription.track:
        track = schedule.track_by_id.get(subscription.track)
        return track.title if track else subscription.track
    if subscription.room:
        room = schedule.room_by_id.get(subscription.room)
        return room.name if room else subscription.room
    return ""


async def _require_membership(request: SlackRequest) -> None:
    """Raise NotInvited where the bot is not a member, since posting and reading back need that."""
    if request.channel.startswith("D"):
        return  # the bot is a member of its own direct messages
    try:
        channel = (await request.client.conversations_info(channel=request.channel))["channel"]
    except SlackApiError as error:
        if error.response.get("error") in _NOT_A_MEMBER:
            raise NotInvited(request.bot_user) from error
        raise
    if not channel.get("is_member") or channel.get("is_archived"):
        raise NotInvited(request.bot_user)
