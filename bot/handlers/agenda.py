"""A person's own talks: save, take off, look at the agenda, and choose when to be reminded."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.schedule.agenda import agenda
from bot.schedule.model import Talk
from bot.store.people import Choices
from bot.views import agenda as views
from bot.views import choices as choice_views
from bot.views import ids
from bot.views.message import Message


class Agendas:
    def __init__(self, desk: Desk, attendees: Attendees) -> None:
        self._desk = desk
        self._attendees = attendees

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.any_of(ids.SAVE))(boundary.guarded(self.save_pressed))
        app.action(ids.any_of(ids.UNSAVE))(boundary.guarded(self.unsave_pressed))
        app.action(ids.UNSAVE_CHOSEN)(boundary.guarded(self.unsave_chosen))
        app.action(ids.SEND_AGENDA)(boundary.guarded(self.sent_along))
        app.action(ids.SETTINGS)(boundary.guarded(self.settings_pressed))
        app.action(ids.CHOOSE_LEAD)(boundary.guarded(self.lead_chosen))
        app.action(ids.CHOOSE_DIGEST)(boundary.guarded(self.digest_chosen))

    async def shown(self, args: AsyncArgs) -> None:
        """`/qcon agenda`"""
        await args.ack(**(await self._agenda(args)).payload())

    async def save_asked(self, args: AsyncArgs) -> None:
        """`/qcon save <words>`: the one talk that fits, or the question which."""
        found = self._desk.talks_meant(_rest(args))
        message = (
            await self._save(args, found[0])
            if len(found) == 1
            else views.which_one(found, self._desk.edition.schedule.conference)
        )
        await args.ack(**message.payload())

    async def unsave_asked(self, args: AsyncArgs) -> None:
        """`/qcon unsave <words>`, among what is saved."""
        mine = await self._attendees.saved(args)
        found = [talk for talk in self._desk.talks_meant(_rest(args)) if talk.id in mine]
        if len(found) == 1:
            await args.ack(**(await self._unsave(args, found[0])).payload())
        else:
            await args.ack(**(await self._agenda(args)).payload())

    async def settings_asked(self, args: AsyncArgs) -> None:
        """`/qcon settings`"""
        await args.ack(**_settings(await self._attendees.choices(args)).payload())

    async def remind_me(self, args: AsyncArgs) -> None:
        """`/qcon remind me`, typed or pressed."""
        if "command" in args.body:
            await args.ack(**_settings(await self._attendees.remind(args)).payload())
        else:
            await args.ack()
            await _tell(args, _settings(await self._attendees.remind(args)), instead=True)

    async def save_pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        await _tell(args, await self._save(args, self._desk.talk(args.payload["value"])))

    async def unsave_pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        await _tell(args, await self._unsave(args, self._desk.talk(args.payload["value"])))

    async def unsave_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._attendees.unsave(args, args.payload["selected_option"]["value"])
        await _tell(args, await self._agenda(args), instead=True)

    async def sent_along(self, args: AsyncArgs) -> None:
        await args.ack()
        channel = (await args.client.conversations_open(users=args.context.user_id))["channel"]["id"]
        await args.client.chat_postMessage(channel=channel, **(await self._agenda(args, to_take_along=False)).payload())

    async def settings_pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        await _tell(args, _settings(await self._attendees.choices(args)))

    async def lead_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        lead = args.payload["selected_option"]["value"]
        chosen = self._attendees.never_remind(args) if lead == "off" else self._attendees.remind(args, int(lead))
        await _tell(args, _settings(await chosen), instead=True)

    async def digest_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        wanted = args.payload["selected_option"]["value"] == "on"
        await _tell(args, _settings(await self._attendees.digest(args, wanted=wanted)), instead=True)

    async def _agenda(self, args: AsyncArgs, *, to_take_along: bool = True) -> Message:
        mine = await self._attendees.saved(args)
        days = agenda(self._desk.talks_of(mine), self._desk.edition.schedule.conference)
        return views.message(
            days, self._desk.edition.schedule.conference, self._desk.command(args), to_take_along=to_take_along
        )

    async def _save(self, args: AsyncArgs, talk: Talk) -> Message:
        chosen = await self._attendees.save(args, talk.id)
        return views.saved(
            talk,
            self._desk.edition.schedule.conference,
            chosen.lead if chosen.reminded else None,
            self._desk.command(args),
        )

    async def _unsave(self, args: AsyncArgs, talk: Talk) -> Message:
        await self._attendees.unsave(args, talk.id)
        return views.removed(talk)


def _settings(chosen: Choices) -> Message:
    return choice_views.message(chosen.lead if chosen.reminded else None, chosen.digest)


def _rest(args: AsyncArgs) -> str:
    """What follows the first word of a command."""
    return str(args.body.get("text", "")).strip().partition(" ")[2]


async def _tell(args: AsyncArgs, message: Message, *, instead: bool = False) -> None:
    """Only the person sees it; `instead` takes the place of the message whose button was pressed, if that is theirs."""
    mine = args.body.get("container", {}).get("is_ephemeral", False)
    await args.respond(**message.payload(), response_type="ephemeral", replace_original=instead and mine)
