"""Turning a channel's reminders on and off: what it would mean first, then a word to everyone, once."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.delivery.recipients import SubscriptionService
from bot.delivery.recipients_repository import Subscription
from bot.errors import BotError
from bot.handlers.request_context import QuestionService
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
from bot.slack.request_guard import Listener, RequestGuard
from bot.slack.responses import respond_to_command
from bot.slack.users import Users

_NOT_A_MEMBER = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


class NotInvited(BotError):
    """The bot cannot post in this channel."""

    def __init__(self, bot_user: str | None) -> None:
        super().__init__(f"I cannot post here yet. First `/invite` <@{bot_user}>, then ask again.")


class SubscriptionHandlers:
    def __init__(
        self, questions: QuestionService, users: Users, subscriptions: SubscriptionService, on_remind_me: Listener
    ) -> None:
        self._questions = questions
        self._users = users
        self._subscriptions = subscriptions
        self._on_remind_me = on_remind_me

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.REMIND_ME)(guard.wrap(self._on_remind_me))
        app.action(action_ids.REMIND_PREVIEW)(guard.wrap(self.on_remind_here))
        app.action(action_ids.REMIND_ON)(guard.wrap(self.on_confirmed))
        app.action(action_ids.PAUSE)(guard.wrap(self.on_pause))
        app.action(action_ids.RESUME)(guard.wrap(self.on_resume))

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon remind …`"""
        request = parse_reminder_command(str(args.body.get("text", "")).strip().partition(" ")[2])
        if isinstance(request, RemindMe):
            await self._on_remind_me(args)
        else:
            await respond_to_command(args, await self._reply(args, request))

    async def on_remind_here(self, args: AsyncArgs) -> None:
        """[Here, in this channel]"""
        await args.ack()
        message = await self._preview(args, _request_of_button(args))
        await args.respond(**message.payload(), replace_original=True)

    async def on_confirmed(self, args: AsyncArgs) -> None:
        """[Turn on]"""
        await args.ack()
        message = await self._turn_on(args, _request_of_button(args))
        await args.respond(**message.payload(), replace_original=True)

    async def on_pause(self, args: AsyncArgs) -> None:
        """[Pause all sending]"""
        await args.ack()
        await self._users.require_organiser(args)
        await self._subscriptions.pause(args.context.team_id or "", args.context.user_id or "")
        await args.respond(**(await self._listing(args)).payload(), replace_original=True)

    async def on_resume(self, args: AsyncArgs) -> None:
        """[Send again]"""
        await args.ack()
        await self._users.require_organiser(args)
        await self._subscriptions.resume(args.context.team_id or "")
        await args.respond(**(await self._listing(args)).payload(), replace_original=True)

    async def _reply(self, args: AsyncArgs, request: ChooseReminder | RemindHere | StopHere | ListAll) -> Message:
        match request:
            case ChooseReminder():
                return messages.choose_message(args.body["command"])
            case RemindHere():
                return await self._preview(args, request)
            case StopHere():
                return await self._turn_off(args)
            case ListAll():
                return await self._listing(args)

    async def _preview(self, args: AsyncArgs, request: RemindHere) -> Message:
        await self._users.require_organiser(args)
        await _require_membership(args)
        subscription, schedule = self._subscription(args, request), self._questions.snapshot.schedule
        preview = self._subscriptions.preview(subscription)
        if preview.first is None:
            return messages.nothing_to_come_message(_scope_name(subscription, schedule))
        scope = _scope_name(subscription, schedule)
        return messages.preview_message(
            request.to_text, request.lead_minutes, preview.posts, preview.first, scope, schedule.conference
        )

    async def _turn_on(self, args: AsyncArgs, request: RemindHere) -> Message:
        await self._users.require_organiser(args)
        await _require_membership(args)
        subscription = self._subscription(args, request)
        if not await self._subscriptions.turn_on(subscription):
            return messages.already_on_message()
        scope = _scope_name(subscription, self._questions.snapshot.schedule)
        told = messages.turned_on_message(
            subscription.turned_on_by, subscription.lead, scope, self._questions.command_for(args)
        )
        await args.client.chat_postMessage(channel=subscription.conversation, **told.payload())
        return messages.done_message()

    async def _turn_off(self, args: AsyncArgs) -> Message:
        await self._users.require_organiser(args)
        user = args.context.user_id or ""
        was_on = await self._subscriptions.turn_off(args.context.team_id or "", args.context.channel_id or "", user)
        return messages.turned_off_message(was_on=was_on)

    async def _listing(self, args: AsyncArgs) -> Message:
        schedule = self._questions.snapshot.schedule
        workspace = args.context.team_id or ""
        found = await self._subscriptions.of_workspace(workspace)
        return messages.subscriptions_message(
            [(one.conversation, one.lead, _scope_name(one, schedule)) for one in found],
            self._questions.command_for(args),
            paused=await self._subscriptions.is_paused(workspace),
            organiser=await self._users.is_organiser(args),
        )

    def _subscription(self, args: AsyncArgs, request: RemindHere) -> Subscription:
        meant = resolve_scope(request, self._questions.snapshot.schedule)
        return Subscription(
            workspace=args.context.team_id or "",
            conversation=args.context.channel_id or "",
            lead=request.lead_minutes,
            turned_on_by=args.context.user_id or "",
            track=meant if request.narrowed == "track" else "",
            room=meant if request.narrowed == "room" else "",
        )


def _request_of_button(args: AsyncArgs) -> RemindHere:
    """What the button was made for."""
    request = parse_reminder_command(args.payload["value"])
    if not isinstance(request, RemindHere):
        raise TypeError("the button's value is no request for a channel")
    return request


def _scope_name(subscription: Subscription, schedule: Schedule) -> str:
    """The track's or room's name; the id where the schedule no longer has it, empty for the whole conference."""
    if subscription.track:
        track = schedule.track_by_id.get(subscription.track)
        return track.title if track else subscription.track
    if subscription.room:
        room = schedule.room_by_id.get(subscription.room)
        return room.name if room else subscription.room
    return ""


async def _require_membership(args: AsyncArgs) -> None:
    """Raises NotInvited where the bot is not a member, since posting and reading back need that."""
    if (args.context.channel_id or "").startswith("D"):
        return  # in a direct message with itself it always is
    try:
        channel = (await args.client.conversations_info(channel=args.context.channel_id or ""))["channel"]
    except SlackApiError as error:
        if error.response.get("error") in _NOT_A_MEMBER:
            raise NotInvited(args.context.bot_user_id) from error
        raise
    if not channel.get("is_member") or channel.get("is_archived"):
        raise NotInvited(args.context.bot_user_id)
