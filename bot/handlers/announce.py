"""Organisers announce: the words and to whom, the message as it will be read and how many will, and then it goes out."""

import secrets
from datetime import timedelta

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.handlers.forms import filled
from bot.handlers.people import People
from bot.handlers.sending import Sending
from bot.handlers.surfaces import Surfaces, View
from bot.questions.announcing import TEXT, WHOM, Draft, drafted
from bot.questions.organising import UnfitError
from bot.search.beginnings import named
from bot.store import announcements
from bot.store.announcements import Announcement, Whom
from bot.store.audience import Audience
from bot.store.database import Database
from bot.views import announce as views
from bot.views import ids

USEFUL_FOR = timedelta(hours=3)
OFFERED = 20  # tracks, and talks, while one types


class Announce:
    def __init__(self, desk: Desk, people: People, surfaces: Surfaces, database: Database, sending: Sending) -> None:
        self._desk = desk
        self._people = people
        self._surfaces = surfaces
        self._database = database
        self._sending = sending

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.any_of(ids.ANNOUNCE))(boundary.guarded(self._people.for_organisers(self.begun)))
        app.action(ids.STOP_ANNOUNCING)(boundary.guarded(self._people.for_organisers(self.stopped)))
        app.view(ids.ANNOUNCE_FORM)(boundary.guarded(self._people.for_organisers(self.form_given)))
        app.view(ids.ANNOUNCE_CONFIRM)(boundary.guarded(self._people.for_organisers(self.confirmed)))
        app.options(ids.WHOM_FOUND)(boundary.guarded(self.whoms_typed))

    async def begun(self, args: AsyncArgs) -> None:
        """[Announce…], or from a session to those who saved it."""
        await args.ack()
        talk = self._desk.talk(args.payload["value"]) if args.payload.get("value") else None
        conference = self._desk.edition.schedule.conference
        await self._surfaces.open(args, views.form(secrets.token_hex(6), talk, conference))

    async def whoms_typed(self, args: AsyncArgs) -> None:
        schedule, typed = self._desk.edition.schedule, args.payload["value"]
        tracks = named(typed, {track.id: track.title for track in schedule.tracks}, OFFERED)
        talks = self._desk.talks_beginning(typed)[:OFFERED]
        found = [schedule.track_by_id[one] for one in tracks]
        await args.ack(option_groups=views.whom_options(found, talks, schedule.conference))

    async def form_given(self, args: AsyncArgs) -> None:
        view, schedule = args.body["view"], self._desk.edition.schedule
        given = filled(view)
        try:
            draft = drafted(view["private_metadata"], given[TEXT], given[WHOM], schedule)
            audience = await self._database.read(announcements.audience, _whom(args, draft))
            if not audience.size:
                raise UnfitError({WHOM: views.nobody(draft)})
        except UnfitError as error:
            await args.ack(response_action="errors", errors=error.problems)
        else:
            await args.ack(response_action="push", view=await self._preview(args, draft, audience))

    async def confirmed(self, args: AsyncArgs) -> None:
        draft, now = Draft.from_json(args.body["view"]["private_metadata"]), self._desk.now
        by = args.context.user_id or ""
        announcement = Announcement(draft.number, draft.text, _whom(args, draft), by, now, now + USEFUL_FOR)
        made = await self._database.write(announcements.announce, announcement)
        self._sending.wake()
        paused = await self._sending.is_paused(args)
        done = views.done(draft.number, made, self._sending.takes(made), paused=paused)
        await args.ack(response_action="update", view=done)

    async def stopped(self, args: AsyncArgs) -> None:
        await args.ack()
        workspace, by = args.context.team_id or "", args.context.user_id or ""
        number = await self._database.write(announcements.stop, workspace, args.payload["value"], by)
        await args.client.views_update(view_id=args.body["view"]["id"], view=views.stopped(number))

    async def _preview(self, args: AsyncArgs, draft: Draft, audience: Audience) -> View:
        takes, paused = self._sending.takes(audience.size), await self._sending.is_paused(args)
        schedule = self._desk.edition.schedule
        return views.confirm(draft, schedule, audience.people, audience.channels, takes, paused=paused)


def _whom(args: AsyncArgs, draft: Draft) -> Whom:
    return Whom(args.context.team_id or "", draft.track, draft.talk)
