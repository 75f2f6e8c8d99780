"""Organisers run the day: a menu, a form for each deed, what it will come to, and then it is so; and undoing."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.conference.running import Edition
from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.handlers.forms import answered, filled
from bot.handlers.people import People
from bot.handlers.reply import words_after
from bot.handlers.sending import Sending
from bot.handlers.surfaces import Surfaces, View
from bot.questions.organising import Form, UnfitError, understood
from bot.reminders import compensation
from bot.schedule.amendments import Edit, amend
from bot.schedule.changes import changes
from bot.schedule.deeds import Deed, new_clashes
from bot.schedule.model import Talk
from bot.search.beginnings import named
from bot.store import amendments, notices
from bot.store.amendments import Amendment
from bot.store.database import Database
from bot.views import deeds as forms
from bot.views import ids
from bot.views import organise as views
from bot.views.blocks import OPTIONS
from bot.views.organise import Change, Plan

CHANGED = "The schedule has changed meanwhile. Look again, please."


class Publishing(Protocol):
    """Lays changes over the schedule, and takes them back."""

    async def amend(self, edits: Sequence[Edit], deed: str, by: str, on: Edition) -> Edition: ...

    async def undo(self, amendment: int, by: str) -> Edition: ...


class Organise:
    def __init__(
        self,
        desk: Desk,
        people: People,
        surfaces: Surfaces,
        publishing: Publishing,
        database: Database,
        sending: Sending,
    ) -> None:
        self._desk = desk
        self._people = people
        self._surfaces = surfaces
        self._publishing = publishing
        self._database = database
        self._sending = sending

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        for action, listener in (
            (ids.any_of(ids.ORGANISE, ids.ORGANISE_FOUND), self.talk_chosen),
            (ids.any_of(ids.DEED), self.deed_chosen),
            (ids.any_of(ids.LIST_CHANGES), self.changes_listed),
            (ids.any_of(ids.UNDO), self.undone),
            (ids.any_of(ids.PAUSE_HERE), self.paused),
            (ids.any_of(ids.RESUME_HERE), self.resumed),
        ):
            app.action(action)(boundary.guarded(self._people.for_organisers(listener)))
        app.view(ids.DEED_FORM)(boundary.guarded(self._people.for_organisers(self.form_given)))
        app.view(ids.DEED_CONFIRM)(boundary.guarded(self._people.for_organisers(self.confirmed)))
        app.options(ids.ROOM_FOUND)(boundary.guarded(self.rooms_typed))
        app.options(ids.WHERE_FOUND)(boundary.guarded(self.wheres_typed))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon organise`, or with the words for one session."""
        await self._people.demand_organiser(args)
        words = words_after(args)
        meant = self._desk.meant(words).talks if words else ()
        view = await self._menu(args, meant[0] if len(meant) == 1 else None)
        await args.ack()
        await args.client.views_open(trigger_id=args.body["trigger_id"], view=view)

    async def talk_chosen(self, args: AsyncArgs) -> None:
        """A session was found in the menu, or [Organise…] pressed on its card: the menu takes the card's place."""
        await args.ack()
        await self._show_here(args, await self._menu(args, self._desk.chosen(args)))

    async def deed_chosen(self, args: AsyncArgs) -> None:
        await args.ack()
        deed, _, id = args.payload["value"].partition(" ")
        talk = self._desk.talk(id) if id else None
        number = secrets.token_hex(4)
        form = forms.form(deed, talk, self._desk.edition.schedule, self._desk.now, number)
        await self._surfaces.open(args, form or views.confirm(await self._plan(args, Form(deed, id, number))))

    async def form_given(self, args: AsyncArgs) -> None:
        view = args.body["view"]
        form = replace(Form.from_json(view["private_metadata"]), fields=filled(view))
        try:
            plan = await self._plan(args, form)
        except UnfitError as error:
            await args.ack(response_action="errors", errors=error.problems)
        else:
            await args.ack(response_action="push", view=views.confirm(plan))

    async def confirmed(self, args: AsyncArgs) -> None:
        form, revision = views.confirmed(args.body["view"]["private_metadata"])
        edition = self._desk.edition
        plan = await self._plan(args, form, edition)
        if revision == edition.revision:
            await answered(args, self._carry_out(args, plan, edition), views.working())
        else:
            await args.ack(response_action="update", view=views.confirm(plan, CHANGED))

    async def changes_listed(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._surfaces.open(args, await self._changes())

    async def undone(self, args: AsyncArgs) -> None:
        await args.ack()
        number = int(args.payload["value"])
        await self._publishing.undo(number, args.context.user_id or "")
        self._sending.wake()
        if args.body["view"]["callback_id"] == ids.CHANGES:
            await self._show_here(args, await self._changes())
        else:
            words = [one.deed for one in await self._recent() if one.id == number]
            await self._show_here(args, views.undone("".join(words)))

    async def paused(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._sending.pause(args)
        await self._show_here(args, await self._same_menu(args))

    async def resumed(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._sending.resume(args)
        await self._show_here(args, await self._same_menu(args))

    async def rooms_typed(self, args: AsyncArgs) -> None:
        rooms, typed = self._desk.edition.schedule.room_by_id, args.payload["value"]
        found = named(typed, {room.id: room.place for room in rooms.values()}, OPTIONS)
        await args.ack(options=forms.room_options([rooms[one] for one in found], typed))

    async def wheres_typed(self, args: AsyncArgs) -> None:
        schedule, typed = self._desk.edition.schedule, args.payload["value"]
        rooms = {room.id: room.place for room in schedule.rooms}
        tracks = {track.id: track.title for track in schedule.tracks}
        found = ([(id, names[id]) for id in named(typed, names, OPTIONS)] for names in (rooms, tracks))
        await args.ack(option_groups=forms.where_options(*found))

    async def _menu(self, args: AsyncArgs, talk: Talk | None) -> View:
        paused = await self._sending.is_paused(args)
        return views.menu(self._desk.edition.schedule, self._desk.now, talk, paused=paused)

    async def _same_menu(self, args: AsyncArgs) -> View:
        """The menu that something was pressed in, as it is now."""
        talk = self._desk.edition.schedule.talk_by_id.get(args.body["view"]["private_metadata"])
        return await self._menu(args, talk)

    async def _plan(self, args: AsyncArgs, form: Form, edition: Edition | None = None) -> Plan:
        """What the form comes to; raises as `understood` does. It takes a while for a whole day of hundreds."""
        edition = edition or self._desk.edition
        plan = await asyncio.to_thread(_planned, form, edition, self._desk)
        return replace(plan, told=await self._told(args, plan))

    async def _told(self, args: AsyncArgs, plan: Plan) -> str:
        news = compensation.news(compensation.concerning(changes(plan.before, plan.after), self._desk.now))
        if not news:
            return views.quietly()
        audience = await self._database.read(notices.audience, news)
        takes, paused = self._sending.takes(audience.size), await self._sending.is_paused(args)
        return views.told(audience.people, audience.channels, takes, paused=paused)

    async def _carry_out(self, args: AsyncArgs, plan: Plan, on: Edition) -> View:
        by = args.context.user_id or ""
        await self._publishing.amend(plan.deed.edits, plan.deed.words, by, on)
        self._sending.wake()
        return views.done(plan.deed.words, plan.told, await self._number_of(plan.deed, by))

    async def _number_of(self, deed: Deed, by: str) -> int:
        """Of the amendment that was just made; 0 when it is not among the last any more."""
        made = (one.id for one in await self._recent() if (one.by, one.edits) == (by, deed.edits))
        return next(made, 0)

    async def _recent(self) -> Sequence[Amendment]:
        return await self._database.read(amendments.recent, views.CHANGES)

    async def _changes(self) -> View:
        made = [
            Change(one.id, self._desk.conference_at(one.at), one.by, one.deed, one.undone_by)
            for one in await self._recent()
        ]
        return views.changes(made, self._desk.edition.schedule.conference)

    async def _show_here(self, args: AsyncArgs, view: dict[str, Any]) -> None:
        """In the place of the modal that something was pressed in."""
        await args.client.views_update(view_id=args.body["view"]["id"], view=view)


def _planned(form: Form, edition: Edition, desk: Desk) -> Plan:
    before = edition.schedule
    deed = understood(form, before, desk.now)
    after = amend(before, deed.edits).schedule
    clashes = new_clashes(before, after, [edit.talk for edit in deed.edits])
    return Plan(form, deed, before, after, edition.revision, clashes)
