"""Listen to organisers who announce something: they fill in a form, see a preview, confirm, and may stop the rest."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.blockkit import action_ids
from bot.db.database import Database
from bot.delivery import broadcasts
from bot.delivery.broadcasts import Announcement, AnnouncementAudience
from bot.delivery.rate_limits import DeliveryControl
from bot.delivery.recipients_repository import Audience
from bot.errors import InvalidForm
from bot.handlers.announce import messages
from bot.handlers.announce.messages import RECIPIENTS, AnnouncementDraft, parse_announcement
from bot.handlers.presenter import Presenter, View
from bot.handlers.request_context import RequestContext
from bot.search.autocomplete import names_like
from bot.slack.request import SlackRequest, ack_with_next_view, form_values, replace_view
from bot.slack.routing import on_action, on_options, on_view
from bot.slack.users import Users, for_organisers

ANNOUNCEMENT_USEFUL_FOR = timedelta(hours=3)

MAX_OPTIONS = 20  # of each kind, in the menu of recipients


@dataclass(frozen=True, slots=True)
class AnnounceHandlers:
    context: RequestContext
    users: Users
    presenter: Presenter
    database: Database
    delivery: DeliveryControl

    @on_action(action_ids.ANNOUNCE)
    @for_organisers
    async def on_announce_clicked(self, request: SlackRequest) -> None:
        """[Announce…], or [Message people who saved it…] of a talk."""
        talk = self.context.find_talk(request.value) if request.payload.get("value") else None
        conference, now = self.context.snapshot.schedule.conference, self.context.now
        form = messages.announcement_form(secrets.token_hex(6), talk, conference, now)
        await self.presenter.open_modal(request, form)

    @on_options(action_ids.RECIPIENTS_FOUND)
    async def recipient_options(self, request: SlackRequest) -> None:
        """The tracks and talks whose people may be written to, while an organiser types."""
        schedule, typed = self.context.snapshot.schedule, request.value
        tracks = names_like(typed, {track.id: track.title for track in schedule.tracks}, MAX_OPTIONS)
        talks = self.context.talk_search.complete(typed)[:MAX_OPTIONS]
        matches = [schedule.track_by_id[track_id] for track_id in tracks]
        await request.ack(option_groups=messages.recipient_options(matches, talks, schedule.conference))

    @on_view(action_ids.ANNOUNCE_FORM)
    @for_organisers
    async def on_form_submitted(self, request: SlackRequest) -> None:
        """Show the announcement and how many will get it."""
        number, fields = request.view["private_metadata"], form_values(request.view)
        draft = parse_announcement(number, fields, self.context.snapshot.schedule, self.context.now)
        audience = await self.database.read(broadcasts.count_recipients, _recipients(request, draft))
        if not audience.size:
            raise InvalidForm({RECIPIENTS: messages.no_recipients_text(draft)})
        await ack_with_next_view(request, await self._preview(request, draft, audience))

    @on_view(action_ids.ANNOUNCE_CONFIRM)
    @for_organisers
    async def on_confirmed(self, request: SlackRequest) -> None:
        """Send the announcement, or plan it for its time."""
        draft, now = AnnouncementDraft.from_json(request.view["private_metadata"]), self.context.now
        by = request.user
        due = max(draft.due or now, now)
        announcement = Announcement(
            draft.number, draft.text, _recipients(request, draft), by, due, due + ANNOUNCEMENT_USEFUL_FOR
        )
        count = await self.database.write(broadcasts.announce, announcement)
        self.delivery.wake()
        send_at = messages.send_time(draft, self.context.snapshot.schedule.conference) if due > now else ""
        done = messages.done_view(draft.number, count, await self.delivery.pace(request.workspace, count), send_at)
        await request.ack(response_action="update", view=done)

    @on_action(action_ids.STOP_ANNOUNCING)
    @for_organisers
    async def on_stopped(self, request: SlackRequest) -> None:
        workspace, by = request.workspace, request.user
        number = await self.database.write(broadcasts.cancel_announcement, workspace, request.value, by)
        await replace_view(request, messages.stopped_view(number))

    async def _preview(self, request: SlackRequest, draft: AnnouncementDraft, audience: Audience) -> View:
        pace = await self.delivery.pace(request.workspace, audience.size)
        return messages.confirm_view(draft, self.context.snapshot.schedule, audience, pace)


def _recipients(request: SlackRequest, draft: AnnouncementDraft) -> AnnouncementAudience:
    return AnnouncementAudience(request.workspace, draft.track, draft.talk, draft.everyone)
