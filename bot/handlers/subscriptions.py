"""Turning a channel's reminders on and off: what it would mean first, then a word to everyone, once."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.errors import BotError
from bot.handlers.boundary import Boundary, Listener
from bot.handlers.desk import Desk
from bot.handlers.people import People
from bot.handlers.reply import answer
from bot.questions.subscriptions import Choose, ListAll, RemindHere, RemindMe, StopHere, parse, resolve
from bot.reminders.subscribers import Subscribers
from bot.schedule.model import Schedule
from bot.store.subscriptions import Subscription
from bot.views import ids
from bot.views import subscriptions as views
from bot.views.message import Message

_NOT_THERE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


class NotInvitedError(BotError):
    """The bot cannot post in this channel."""

    def __init__(self, bot_user: str | None) -> None:
        super().__init__(f"I cannot post here yet. First `/invite` <@{bot_user}>, then ask again.")


class Subscriptions:
    def __init__(self, desk: Desk, people: People, subscribers: Subscribers, remind_me: Listener) -> None:
        self._desk = desk
        self._people = people
        self._subscribers = subscribers
        self._remind_me = remind_me

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.REMIND_ME)(boundary.guarded(self._remind_me))
        app.action(ids.REMIND_PREVIEW)(boundary.guarded(self.here_pressed))
        app.action(ids.REMIND_ON)(boundary.guarded(self.confirmed))
        app.action(ids.PAUSE)(boundary.guarded(self.paused))
        app.action(ids.RESUME)(boundary.guarded(self.resumed))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon remind …`"""
        request = parse(str(args.body.get("text", "")).strip().partition(" ")[2])
        if isinstance(request, RemindMe):
            await self._remind_me(args)
        else:
            await answer(args, await self._reply(args, request))

    async def here_pressed(self, args: AsyncArgs) -> None:
        """[Here, in this channel]"""
        await args.ack()
        message = await self._what_it_means(args, _request(args))
        await args.respond(**message.payload(), replace_original=True)

    async def confirmed(self, args: AsyncArgs) -> None:
        """[Turn on]"""
        await args.ack()
        message = await self._turn_on(args, _request(args))
        await args.respond(**message.payload(), replace_original=True)

    async def paused(self, args: AsyncArgs) -> None:
        """[Pause all sending]"""
        await args.ack()
        await self._people.demand_organiser(args)
        await self._subscribers.pause(args.context.team_id or "", args.context.user_id or "")
        await args.respond(**(await self._listing(args)).payload(), replace_original=True)

    async def resumed(self, args: AsyncArgs) -> None:
        """[Send again]"""
        await args.ack()
        await self._people.demand_organiser(args)
        await self._subscribers.resume(args.context.team_id or "")
        await args.respond(**(await self._listing(args)).payload(), replace_original=True)

    async def _reply(self, args: AsyncArgs, request: Choose | RemindHere | StopHere | ListAll) -> Message:
        match request:
            case Choose():
                return views.choice(args.body["command"])
            case RemindHere():
                return await self._what_it_means(args, request)
            case StopHere():
                return await self._turn_off(args)
            case ListAll():
                return await self._listing(args)

    async def _what_it_means(self, args: AsyncArgs, request: RemindHere) -> Message:
        await self._people.demand_organiser(args)
        await _demand_membership(args)
        subscription, schedule = self._subscription(args, request), self._desk.edition.schedule
        preview = self._subscribers.preview(subscription)
        if preview.first is None:
            return views.nothing_to_come(_scope(subscription, schedule))
        scope = _scope(subscription, schedule)
        return views.what_it_means(
            request.written, request.lead_minutes, preview.posts, preview.first, scope, schedule.conference
        )

    async def _turn_on(self, args: AsyncArgs, request: RemindHere) -> Message:
        await self._people.demand_organiser(args)
        await _demand_membership(args)
        subscription = self._subscription(args, request)
        if not await self._subscribers.turn_on(subscription):
            return views.on_already()
        scope = _scope(subscription, self._desk.edition.schedule)
        told = views.turned_on(subscription.turned_on_by, subscription.lead, scope, self._desk.command(args))
        await args.client.chat_postMessage(channel=subscription.conversation, **told.payload())
        return views.done()

    async def _turn_off(self, args: AsyncArgs) -> Message:
        await self._people.demand_organiser(args)
        user = args.context.user_id or ""
        was_on = await self._subscribers.turn_off(args.context.team_id or "", args.context.channel_id or "", user)
        return views.turned_off(was_on=was_on)

    async def _listing(self, args: AsyncArgs) -> Message:
        schedule = self._desk.edition.schedule
        workspace = args.context.team_id or ""
        found = await self._subscribers.of_workspace(workspace)
        return views.listing(
            [(one.conversation, one.lead, _scope(one, schedule)) for one in found],
            self._desk.command(args),
            paused=await self._subscribers.is_paused(workspace),
            organiser=await self._people.is_organiser(args),
        )

    def _subscription(self, args: AsyncArgs, request: RemindHere) -> Subscription:
        meant = resolve(request, self._desk.edition.schedule)
        return Subscription(
            workspace=args.context.team_id or "",
            conversation=args.context.channel_id or "",
            lead=request.lead_minutes,
            turned_on_by=args.context.user_id or "",
            track=meant if request.narrowed == "track" else "",
            room=meant if request.narrowed == "room" else "",
        )


def _request(args: AsyncArgs) -> RemindHere:
    """What the button was made for."""
    request = parse(args.payload["value"])
    if not isinstance(request, RemindHere):
        raise TypeError("the button's value is no request for a channel")
    return request


def _scope(subscription: Subscription, schedule: Schedule) -> str:
    """The track's or room's name; the id where the schedule no longer has it, empty for the whole conference."""
    if subscription.track:
        track = schedule.track_by_id.get(subscription.track)
        return track.title if track else subscription.track
    if subscription.room:
        room = schedule.room_by_id.get(subscription.room)
        return room.name if room else subscription.room
    return ""


async def _demand_membership(args: AsyncArgs) -> None:
    """Raises NotInvitedError where the bot is not a member, since posting and reading back need that."""
    if (args.context.channel_id or "").startswith("D"):
        return  # in a direct message with itself it always is
    try:
        channel = (await args.client.conversations_info(channel=args.context.channel_id or ""))["channel"]
    except SlackApiError as error:
        if error.response.get("error") in _NOT_THERE:
            raise NotInvitedError(args.context.bot_user_id) from error
        raise
    if not channel.get("is_member") or channel.get("is_archived"):
        raise NotInvitedError(args.context.bot_user_id)
