"""Organisers announce: the words and to whom, the message as it will be read and how many will, and then it goes out."""

import secrets
from datetime import timedelta

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit import action_ids
from bot.db.database import Database
from bot.delivery import announcements
from bot.delivery.announcements import Announcement, AnnouncementAudience
from bot.delivery.audience import Audience
from bot.errors import InvalidForm
from bot.handlers.announce import messages
from bot.handlers.announce.form import RECIPIENTS, TEXT, AnnouncementDraft, parse_announcement
from bot.handlers.organise.listeners import DeliveryControl
from bot.handlers.presenter import Presenter, View
from bot.handlers.request_context import QuestionService
from bot.search.beginnings import named
from bot.slack.request_guard import RequestGuard
from bot.slack.responses import form_values
from bot.slack.users import Users

ANNOUNCEMENT_USEFUL_FOR = timedelta(hours=3)

MAX_OPTIONS = 20  # tracks, and talks, while one types


class AnnounceHandlers:
    def __init__(
        self,
        questions: QuestionService,
        users: Users,
        presenter: Presenter,
        database: Database,
        delivery: DeliveryControl,
    ) -> None:
        self._questions = questions
        self._users = users
        self._presenter = presenter
        self._database = database
        self._delivery = delivery

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.matching(action_ids.ANNOUNCE))(
            guard.wrap(self._users.organisers_only(self.on_announce_clicked))
        )
        app.action(action_ids.STOP_ANNOUNCING)(guard.wrap(self._users.organisers_only(self.on_stopped)))
        app.view(action_ids.ANNOUNCE_FORM)(guard.wrap(self._users.organisers_only(self.on_form_submitted)))
        app.view(action_ids.ANNOUNCE_CONFIRM)(guard.wrap(self._users.organisers_only(self.on_confirmed)))
        app.options(action_ids.RECIPIENTS_FOUND)(guard.wrap(self.recipient_options))

    async def on_announce_clicked(self, args: AsyncArgs) -> None:
        """[Announce…], or from a session to those who saved it."""
        await args.ack()
        talk = self._questions.find_talk(args.payload["value"]) if args.payload.get("value") else None
        conference = self._questions.snapshot.schedule.conference
        await self._presenter.open_modal(args, messages.announcement_form(secrets.token_hex(6), talk, conference))

    async def recipient_options(self, args: AsyncArgs) -> None:
        schedule, typed = self._questions.snapshot.schedule, args.payload["value"]
        tracks = named(typed, {track.id: track.title for track in schedule.tracks}, MAX_OPTIONS)
        talks = self._questions.complete_talks(typed)[:MAX_OPTIONS]
        found = [schedule.track_by_id[one] for one in tracks]
        await args.ack(option_groups=messages.recipient_options(found, talks, schedule.conference))

    async def on_form_submitted(self, args: AsyncArgs) -> None:
        view, schedule = args.body["view"], self._questions.snapshot.schedule
        given = form_values(view)
        try:
            draft = parse_announcement(view["private_metadata"], given[TEXT], given[RECIPIENTS], schedule)
            audience = await self._database.read(announcements.count_recipients, _recipients(args, draft))
            if not audience.size:
                raise InvalidForm({RECIPIENTS: messages.no_recipients_text(draft)})
        except InvalidForm as error:
            await args.ack(response_action="errors", errors=error.problems)
        else:
            await args.ack(response_action="push", view=await self._preview(args, draft, audience))

    async def on_confirmed(self, args: AsyncArgs) -> None:
        draft, now = AnnouncementDraft.from_json(args.body["view"]["private_metadata"]), self._questions.now
        by = args.context.user_id or ""
        announcement = Announcement(
            draft.number, draft.text, _recipients(args, draft), by, now, now + ANNOUNCEMENT_USEFUL_FOR
        )
        made = await self._database.write(announcements.announce, announcement)
        self._delivery.wake()
        paused = await self._delivery.is_paused(args)
        done = messages.done_view(draft.number, made, self._delivery.time_to_send(made), paused=paused)
        await args.ack(response_action="update", view=done)

    async def on_stopped(self, args: AsyncArgs) -> None:
        await args.ack()
        workspace, by = args.context.team_id or "", args.context.user_id or ""
        number = await self._database.write(announcements.cancel_announcement, workspace, args.payload["value"], by)
        await args.client.views_update(view_id=args.body["view"]["id"], view=messages.stopped_view(number))

    async def _preview(self, args: AsyncArgs, draft: AnnouncementDraft, audience: Audience) -> View:
        takes, paused = self._delivery.time_to_send(audience.size), await self._delivery.is_paused(args)
        schedule = self._questions.snapshot.schedule
        return messages.confirm_view(draft, schedule, audience.people, audience.channels, takes, paused=paused)


def _recipients(args: AsyncArgs, draft: AnnouncementDraft) -> AnnouncementAudience:
    return AnnouncementAudience(args.context.team_id or "", draft.track, draft.talk)
