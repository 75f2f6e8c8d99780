"""Listen to people who turn reminders on and off.

For a channel they first see a preview. When reminders are turned on, the channel is told once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.db.database import Database
from bot.delivery import recipients, recipients_repository
from bot.delivery.pauses import DeliveryControl
from bot.delivery.recipients_repository import Subscription
from bot.errors import BotError
from bot.handlers.request_context import RequestContext
from bot.handlers.subscriptions import messages
from bot.handlers.subscriptions.messages import (
    BareCommand,
    RemindHere,
    RemindMe,
    parse_reminder_command,
    resolve_scope,
)
from bot.slack.client import posting_refusal
from bot.slack.posting import Failure, RateLimited, Refused, call_result
from bot.slack.request import SlackRequest, replace_pressed, respond
from bot.slack.routing import on_action, on_event, on_subcommand
from bot.slack.users import Users, for_organisers


class NotInvited(BotError):
    """The bot is not a member of this channel, so it cannot post there."""


class NotAChannel(BotError):
    """A direct message between people: the bot can never post there."""


class FirstPostFailed(BotError):
    """Slack did not take the message that tells the channel, so its reminders are as they were before."""


@dataclass(frozen=True, slots=True)
class SubscriptionHandlers:
    context: RequestContext
    users: Users
    database: Database
    delivery: DeliveryControl
    # For people who want direct messages instead; how many minutes before a talk, or None for as many as before.
    on_remind_me: Callable[[SlackRequest, int | None], Awaitable[None]]

    @on_subcommand("remind")
    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon remind …`"""
        reminder = parse_reminder_command(request.arguments)
        match reminder:
            case BareCommand.CHOOSE:
                await respond(request, messages.choose_message(self.context.command_for(request)))
            case RemindMe(lead):
                await self.on_remind_me(request, lead)
            case RemindHere():
                await respond(request, await self._preview(request, reminder))
            case BareCommand.STOP_HERE:
                await self._turn_off(request)
            case BareCommand.LIST_ALL:
                await respond(request, await self._listing(request))

    @on_action(action_ids.REMIND_PREVIEW)
    async def on_remind_here(self, request: SlackRequest) -> None:
        """[This channel]"""
        await replace_pressed(request, await self._preview(request, _reminder_of_button(request)))

    @on_action(action_ids.REMIND_ON)
    async def on_confirmed(self, request: SlackRequest) -> None:
        """[Turn on]"""
        await replace_pressed(request, await self._turn_on(request, _reminder_of_button(request)))

    @on_event("channel_id_changed")
    async def on_channel_id_changed(self, request: SlackRequest) -> None:
        """Slack gave a channel another id, as when it becomes shared with another workspace."""
        old, new = request.payload["old_channel_id"], request.payload["new_channel_id"]
        await self.database.write(recipients_repository.follow_channel, request.workspace, old, new)

    @on_action(action_ids.PAUSE, action_ids.RESUME)
    @for_organisers
    async def on_pause_or_resume(self, request: SlackRequest) -> None:
        """[Pause all sending], [Resume sending]"""
        paused = request.payload["action_id"] == action_ids.PAUSE
        await self.delivery.set_paused(request.workspace, request.user, paused=paused)
        await replace_pressed(request, await self._listing(request))

    @for_organisers
    async def _preview(self, request: SlackRequest, reminder: RemindHere) -> Message:
        await self._require_postable(request)
        subscription, ctx = self._subscription(request, reminder), await self.context.render_context(request)
        preview = recipients.preview_subscription(subscription, ctx.schedule, ctx.now)
        return messages.preview_message(reminder, subscription, preview, ctx)

    @for_organisers
    async def _turn_on(self, request: SlackRequest, reminder: RemindHere) -> Message:
        await self._require_postable(request)
        subscription, channel = self._subscription(request, reminder), (request.workspace, request.channel)
        before = await self.database.read(recipients_repository.subscriptions_of_channel, *channel)
        if not await self.database.write(recipients.turn_on, subscription, self.context.now):
            return Message("These reminders are already on.")
        schedule, command = self.context.snapshot.schedule, self.context.command_for(request)
        failure = await _post(request, messages.turned_on_message(subscription, schedule, command))
        if isinstance(failure, Refused | RateLimited):
            because = "the first post failed"
            await self.database.write(recipients.restore, *channel, before, because, self.context.now)
            why = "Slack is busy" if isinstance(failure, RateLimited) else "Slack won't let me post here"
            raise FirstPostFailed(f"Nothing has changed: {why}. Try again in a minute.")
        return Message("Reminders are on. I've let everyone in this channel know.")

    @for_organisers
    async def _turn_off(self, request: SlackRequest) -> None:
        because = f"turned off by {request.user}"
        was_on = await self.database.write(recipients.turn_off, request.workspace, request.channel, because)
        told = "Reminders are off in this channel." if was_on else "Reminders were already off in this channel."
        await respond(request, Message(told))
        if was_on:  # where this post fails, nobody misses more than the news of it
            await _post(request, messages.turned_off_announcement(request.user, self.context.command_for(request)))

    async def _listing(self, request: SlackRequest) -> Message:
        return messages.subscriptions_message(
            await self.database.read(recipients_repository.subscriptions_of_workspace, request.workspace),
            self.context.snapshot.schedule,
            self.context.command_for(request),
            paused=await self.delivery.is_paused(request.workspace),
            organiser=await self.users.is_organiser(request),
        )

    async def _require_postable(self, request: SlackRequest) -> None:
        """Raise NotAChannel or NotInvited where the bot cannot post."""
        if await _is_postable(request):
            return
        if _is_between_people(request):
            remind_me = f"{self.context.command_for(request)} remind me"
            raise NotAChannel(
                f"I can't post in a conversation between people. Ask in a channel I'm in, or type `{remind_me}`."
            )
        raise NotInvited(f"I can't post here yet. First `/invite` <@{request.bot_user}>, then ask again.")

    def _subscription(self, request: SlackRequest, reminder: RemindHere) -> Subscription:
        scope = resolve_scope(reminder, self.context.snapshot.schedule)
        return Subscription(request.workspace, request.channel, reminder.lead_minutes, request.user, **scope)


def _reminder_of_button(request: SlackRequest) -> RemindHere:
    reminder = parse_reminder_command(request.value)
    if not isinstance(reminder, RemindHere):
        raise TypeError("the button's value is no reminder for a channel")
    return reminder


def _is_between_people(request: SlackRequest) -> bool:
    """Tell whether the request comes from a direct message of two or more people."""
    name = request.body.get("channel_name") or (request.body.get("channel") or {}).get("name") or ""
    return request.channel.startswith("D") or str(name).startswith("mpdm-")


async def _post(request: SlackRequest, message: Message) -> Failure | None:
    """Post to the channel of the request; the result is the reason why that failed, if it did."""
    call = request.client.chat_postMessage(channel=request.channel, **message.payload())
    answer = await call_result(call)
    return None if isinstance(answer, AsyncSlackResponse) else answer


async def _is_postable(request: SlackRequest) -> bool:
    """Tell whether the bot is in the conversation, since posting and reading back need that."""
    if request.channel.startswith("D"):  # Slack tells about no direct message: it may be with the bot, or not
        return await request.direct_message() == request.channel
    return not await posting_refusal(request.client, request.channel)
