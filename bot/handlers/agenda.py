"""A person's own talks: save, take off, look at the agenda, and take it along."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.errors import BotError
from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.handlers.reply import answer, words_after
from bot.handlers.surfaces import Surfaces
from bot.schedule.agenda import agenda, clashes
from bot.schedule.model import Conference, Talk
from bot.views import agenda as views
from bot.views import ids
from bot.views.message import Message


class NoWordsError(BotError):
    """`save` alone does not say which talk."""

    def __init__(self, command: str) -> None:
        super().__init__(f"Which talk? Say so in a few words, like `{command} save terraform`.")


class Agendas:
    def __init__(self, desk: Desk, attendees: Attendees, surfaces: Surfaces) -> None:
        self._desk = desk
        self._attendees = attendees
        self._surfaces = surfaces

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.any_of(ids.SAVE, ids.SAVE_CHOSEN, ids.SAVE_FOUND))(boundary.guarded(self.save_pressed))
        app.action(ids.any_of(ids.SAVE_INSTEAD, ids.SAVE_CHOSEN_INSTEAD))(boundary.guarded(self.save_instead))
        app.action(ids.UNSAVE)(boundary.guarded(self.unsave_pressed))
        app.action(ids.UNSAVE_INSTEAD)(boundary.guarded(self.unsave_instead))
        app.action(ids.UNSAVE_CHOSEN)(boundary.guarded(self.unsave_chosen))
        app.action(ids.AGENDA)(boundary.guarded(self.pressed))
        app.action(ids.SEND_AGENDA)(boundary.guarded(self.sent_along))

    async def shown(self, args: AsyncArgs) -> None:
        """`/qcon agenda`"""
        await answer(args, await self._agenda(args))

    async def save_asked(self, args: AsyncArgs) -> None:
        """`/qcon save <words>`: the one talk that fits, or the question which."""
        words = words_after(args)
        if not words:
            raise NoWordsError(self._desk.command(args))
        meant = self._desk.meant(words)
        if len(meant.talks) == 1:
            message = await self._save(args, meant.talks[0])
        elif meant.talks:
            message = views.which_to_save(meant.talks, self._conference)
        else:
            message = views.none_found(words, meant.closest, self._conference)
        await answer(args, message)

    async def unsave_asked(self, args: AsyncArgs) -> None:
        """`/qcon unsave <words>`, among what is saved."""
        mine, words = await self._attendees.saved(args), words_after(args)
        found = [talk for talk in self._desk.meant(words).talks if talk.id in mine] if words else []
        if len(found) == 1:
            message = await self._unsave(args, found[0])
        elif found:
            message = views.which_to_remove(found, self._conference)
        else:
            message = await self._agenda(args, note="None of your saved talks fits that." if words and mine else "")
        await answer(args, message)

    async def save_pressed(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._surfaces.show(args, await self._save(args, self._desk.chosen(args)))

    async def save_instead(self, args: AsyncArgs) -> None:
        """[Undo] of a removal, or the answer to "which one?"."""
        await args.ack()
        await self._surfaces.show(args, await self._save(args, self._desk.chosen(args)), instead=True)

    async def unsave_pressed(self, args: AsyncArgs) -> None:
        """[Take off my agenda]"""
        await args.ack()
        await self._surfaces.show(args, await self._unsave(args, self._desk.chosen(args)))

    async def unsave_instead(self, args: AsyncArgs) -> None:
        """[Undo] of a save."""
        await args.ack()
        await self._surfaces.show(args, await self._unsave(args, self._desk.chosen(args)), instead=True)

    async def unsave_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        talk = self._desk.chosen(args)
        await self._attendees.unsave(args, talk.id)
        await self._surfaces.show(
            args, await self._agenda(args, note=views.removed(talk, self._conference).text), instead=True
        )

    async def pressed(self, args: AsyncArgs) -> None:
        """[My agenda]"""
        await args.ack()
        await self._surfaces.present(args, await self._agenda(args))

    async def sent_along(self, args: AsyncArgs) -> None:
        await args.ack()
        channel = (await args.client.conversations_open(users=args.context.user_id))["channel"]["id"]
        await args.client.chat_postMessage(channel=channel, **(await self._agenda(args, to_take_along=False)).payload())
        await self._surfaces.present(args, views.sent_along())

    @property
    def _conference(self) -> Conference:
        return self._desk.edition.schedule.conference

    async def _agenda(self, args: AsyncArgs, *, to_take_along: bool = True, note: str = "") -> Message:
        mine = self._desk.talks_of(await self._attendees.saved(args))
        return views.message(
            agenda(mine, self._conference),
            self._conference,
            self._desk.command(args),
            to_take_along=to_take_along,
            note=note,
        )

    async def _save(self, args: AsyncArgs, talk: Talk) -> Message:
        fresh, chosen = await self._attendees.save(args, talk.id)
        others = clashes(talk, self._desk.talks_of(await self._attendees.saved(args)))
        lead = chosen.lead if chosen.reminded else None
        return views.saved(talk, others, self._conference, lead, self._desk.command(args), fresh=fresh)

    async def _unsave(self, args: AsyncArgs, talk: Talk) -> Message:
        await self._attendees.unsave(args, talk.id)
        return views.removed(talk, self._conference)
