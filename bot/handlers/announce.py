"""Announcements of organisers: a form, a preview with the number of readers, a confirmation, and a way to stop.

The form and how it is read come first, then the message and the views, then what is listened to.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    OPTIONS,
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    escape,
    escape_entities,
    escape_with_links,
    option,
    paragraphs,
    section,
    shorten,
)
from bot.db.database import Database
from bot.delivery import broadcasts
from bot.delivery.broadcasts import Announcement, AnnouncementAudience
from bot.delivery.pauses import DeliveryControl, SendingPace
from bot.delivery.recipients_repository import Audience
from bot.errors import InvalidForm
from bot.handlers.organise.messages import AT_ONCE_BELOW, recipients_text
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.schedule import local_time, texts
from bot.schedule.local_time import UnclearTime
from bot.schedule.models import Conference, Schedule, Talk, Track, find_by_short_id, short_id
from bot.schedule.texts import counted
from bot.search.autocomplete import named_like
from bot.slack.request import SlackRequest, ack_with_next_view, form_values, replace_view
from bot.slack.routing import on_action, on_options, on_view
from bot.slack.users import Users, for_organisers

TEXT, RECIPIENTS, DAY, SEND_AT = "text", "whom", "day", "at"  # the fields

ALL_CHANNELS = "channels"

EVERYONE = "everyone"

TRACK, SAVERS_OF = "track", "talk"  # a menu's value begins with one of these, before a short id

TEXT_CHARACTERS = 1_400  # so that its JSON fits into the private metadata of a view

ANNOUNCE_TITLE = 120  # characters of a talk's title

DAYS_AHEAD = 7  # days from today that are always offered

ANNOUNCEMENT_USEFUL_FOR = timedelta(hours=3)

MAX_OPTIONS = 20  # of each kind, in the menu of recipients


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    number: str  # random, so that a form that is submitted twice announces once
    text: str
    recipients: AnnouncementAudience
    due: datetime | None = None  # in UTC; None to send it at once

    def to_json(self) -> str:
        due = self.due.isoformat() if self.due else ""
        return json.dumps([self.number, self.text, *astuple(self.recipients), due], ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> "AnnouncementDraft":
        number, text, *recipients, due = json.loads(stored)
        return cls(number, text, AnnouncementAudience(*recipients), datetime.fromisoformat(due) if due else None)


def parse_announcement(number: str, fields: Mapping[str, str], schedule: Schedule, now: datetime) -> AnnouncementDraft:
    """The draft of a filled-in form at an aware `now`. Raises InvalidForm with a problem per field.

    Its day and time are the venue's. Without a day, it is today; without both, it is sent at once.
    """
    problems = {}
    today = f"{schedule.conference.date_of(now)}"
    day, at, due = fields.get(DAY, ""), fields.get(SEND_AT, ""), None
    if at:
        try:
            due = local_time.parse_local(f"{day or today} {at}", schedule.conference.timezone)
        except UnclearTime as unclear:  # such as one that the clocks skip
            problems[SEND_AT] = f"{str(unclear).capitalize()}."
    if due and due <= now:
        problems[SEND_AT] = "That time has passed. Choose a later one, or leave it empty to send now."
    elif not at and day and day != today:
        problems[SEND_AT] = "Choose a time on that day."
    content = texts.paragraphs(fields[TEXT])
    if not content:
        problems[TEXT] = "Enter a message."
    elif len(content) > TEXT_CHARACTERS:
        problems[TEXT] = f"Use at most {TEXT_CHARACTERS:,} characters; this has {len(content):,}."
    recipients = _chosen_recipients(fields[RECIPIENTS], schedule)
    if recipients is None:
        problems[RECIPIENTS] = "Choose who to send it to."
    if recipients is None or problems:
        raise InvalidForm(problems)
    return AnnouncementDraft(number, content, recipients, due)


def _chosen_recipients(value: str, schedule: Schedule) -> AnnouncementAudience | None:
    """The recipients of a menu's value; None for none, or for a track or talk that is gone."""
    kind, _, chosen = value.partition(" ")
    if kind == TRACK and (track := find_by_short_id(chosen, schedule.track_by_id)):
        return AnnouncementAudience(track=track.id)
    if kind == SAVERS_OF and (talk := find_by_short_id(chosen, schedule.talk_by_id)):
        return AnnouncementAudience(talk=talk.id)
    if value == EVERYONE:
        return AnnouncementAudience(everyone=True)
    return AnnouncementAudience() if value == ALL_CHANNELS else None


def announcement_form(number: str, talk: Talk | None, conference: Conference, now: datetime) -> dict[str, Any]:
    """The modal to fill in; from a talk it begins with the people who saved that talk as recipients."""
    chosen = None
    if talk:
        people = f"People who saved {talk_text.clock_time(talk.start, conference)} {talk.title}"
        chosen = people, f"{SAVERS_OF} {short_id(talk.id)}"
    whom, hint = "Everyone, channels, a track or a session…", "Leave it empty to send now."
    at = f"Send at ({talk_text.venue_time_name(conference)})"
    blocks = [
        inputs.text_field(TEXT, "Message", most=TEXT_CHARACTERS, lines=True),
        inputs.search_field(RECIPIENTS, "Send to", action_ids.RECIPIENTS_FOUND, whom, chosen),
        _day_field(conference, now),
        inputs.time_field(SEND_AT, at, "", optional=True, hint=hint),
    ]
    return inputs.modal(action_ids.ANNOUNCE_FORM, "Announce", blocks, submit="Preview", close="Back", metadata=number)


def _day_field(conference: Conference, now: datetime) -> Block:
    """The days on which it can go out: the next ones, and those of the conference that are still to come."""
    today = conference.date_of(now)
    days = {today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)} | {
        day for day in conference.days if day > today
    }
    choices = [(talk_text.day_name(day, conference), day.isoformat()) for day in sorted(days)[:OPTIONS]]
    return inputs.choice_field(DAY, "Day", choices, today.isoformat())


def recipient_options(tracks: Sequence[Track], talks: Sequence[Talk], conference: Conference) -> list[dict[str, Any]]:
    """The options of the recipients: all channels, the channels of a track, the people who saved a talk."""
    of_talks = [
        option(talk["text"]["text"], f"{SAVERS_OF} {talk['value']}") for talk in inputs.talk_options(talks, conference)
    ]
    of_tracks = [option(track.title, f"{TRACK} {short_id(track.id)}") for track in tracks[:OPTIONS]]
    groups = [
        ("Channels", [option("All channels with reminders", ALL_CHANNELS)]),
        ("Everyone", [option("Everyone who gets messages from me, and all channels", EVERYONE)]),
        ("Channels with reminders for", of_tracks),
        ("Everyone who saved", of_talks),
    ]
    return inputs.option_groups(groups)


def announcement_message(text: str, talk: Talk | None, conference: Conference, *, personal: bool) -> Message:
    """The announcement; a person also reads why they get it, and how to stop such messages."""
    head = f"From the organisers of {escape(conference.name)}"
    written = escape_with_links(text, escape_entities)  # with the formatting that they gave it
    blocks: list[Block] = [section(f"*{head}*"), *map(section, paragraphs(written))]
    if personal:
        why = (
            f"You're getting this because you saved *{talk_text.escaped_title(talk, ANNOUNCE_TITLE)}*."
            if talk
            else "You're getting this because you get reminders or other messages from me."
        )
        blocks += [context(why), actions([inputs.settings_button("these messages")])]
    return Message(f"{head}: {written}", tuple(blocks))


def confirm_view(draft: AnnouncementDraft, schedule: Schedule, audience: Audience, pace: SendingPace) -> dict[str, Any]:
    """The message as it will look, and the number of people and channels that will get it."""
    talk = schedule.talk_by_id.get(draft.recipients.talk)
    shown = announcement_message(draft.text, talk, schedule.conference, personal=bool(audience.people)).blocks
    at = send_time(draft, schedule.conference)
    blocks = [
        section(f"To *{recipients_text(audience)}*{_narrowed_text(draft.recipients, schedule)}:"),
        divider(),
        *(block for block in shown if block["type"] != "actions"),
        divider(),
        *([section(f"*Goes out at {at}* to people and channels that get messages from me now.")] if at else []),
        section(_pace_text(pace, at)),
    ]
    submit = f"{'Schedule' if at else 'Send'} {counted(audience.size, 'message')}"
    kept = draft.to_json()
    return inputs.modal(
        action_ids.ANNOUNCE_CONFIRM, "Is this right?", blocks, submit=submit, close="Back", metadata=kept
    )


def send_time(draft: AnnouncementDraft, conference: Conference) -> str:
    """`15:10 on Tue 5 March`, when the announcement goes out at the venue; empty for at once."""
    if draft.due is None:
        return ""
    return f"{talk_text.clock_time(draft.due, conference)} on {talk_text.day_name(draft.due, conference)}"


def done_view(number: str, made: int, pace: SendingPace, send_at: str = "") -> dict[str, Any]:
    """The result, with a button that stops the messages that are not sent yet.

    `send_at` is the time of a scheduled announcement, in words.
    """
    when = _pace_text(pace, send_at)
    if not made:
        told = "This was already sent. Nobody gets it twice."
    elif send_at:
        told = f"Scheduled for {send_at}: {counted(made, 'message')}. {when}"
    else:
        told = f"Done: {counted(made, 'message')} {'waiting' if pace.is_paused else 'being sent'}. {when}"
    blocks = [section(told), actions([button("Stop unsent messages", action_ids.STOP_ANNOUNCING, number)])]
    return inputs.modal(action_ids.ANNOUNCED, "Announced", blocks) | {"clear_on_close": True}


def no_recipients_text(recipients: AnnouncementAudience) -> str:
    """The reason why there is nobody to send it to, shown at the field."""
    if recipients.talk:
        return "Nobody who gets messages from me has saved that talk."
    return "No channel has reminders for that track." if recipients.track else "No channel has reminders yet."


def _narrowed_text(recipients: AnnouncementAudience, schedule: Schedule) -> str:
    if recipients.talk and (talk := schedule.talk_by_id.get(recipients.talk)):
        return f", who saved _{talk_text.escaped_title(talk, ANNOUNCE_TITLE)}_"
    if recipients.track and (track := schedule.track_by_id.get(recipients.track)):
        return f", with reminders for _{escape(shorten(track.title, ANNOUNCE_TITLE))}_"
    return ""


def _pace_text(pace: SendingPace, send_at: str) -> str:
    if pace.is_paused:
        limit = f"three hours of {send_at}" if send_at else "three hours"
        return f"Sending is paused. This only goes out if you resume it within {limit}."
    if pace.takes < AT_ONCE_BELOW:
        return "Everyone will have it within a minute."
    return f"It takes about {talk_text.duration_text(pace.takes)} to reach everyone. Reminders go first."


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
        form = announcement_form(secrets.token_hex(6), talk, conference, now)
        await self.presenter.open_modal(request, form)

    @on_options(action_ids.RECIPIENTS_FOUND)
    async def recipient_options(self, request: SlackRequest) -> None:
        """The tracks and talks whose people may be written to, while an organiser types."""
        schedule, typed = self.context.snapshot.schedule, request.value
        tracks = named_like(typed, schedule.tracks, lambda track: track.title, MAX_OPTIONS)
        talks = self.context.talk_search.complete(typed)[:MAX_OPTIONS]
        await request.ack(option_groups=recipient_options(tracks, talks, schedule.conference))

    @on_view(action_ids.ANNOUNCE_FORM)
    @for_organisers
    async def on_form_submitted(self, request: SlackRequest) -> None:
        number, fields = request.view["private_metadata"], form_values(request.view)
        draft = parse_announcement(number, fields, self.context.snapshot.schedule, self.context.now)
        audience = await self.database.read(broadcasts.count_recipients, request.workspace, draft.recipients)
        if not audience.size:
            raise InvalidForm({RECIPIENTS: no_recipients_text(draft.recipients)})
        pace = await self.delivery.pace(request.workspace, audience.size)
        await ack_with_next_view(request, confirm_view(draft, self.context.snapshot.schedule, audience, pace))

    @on_view(action_ids.ANNOUNCE_CONFIRM)
    @for_organisers
    async def on_confirmed(self, request: SlackRequest) -> None:
        draft, now = AnnouncementDraft.from_json(request.view["private_metadata"]), self.context.now
        due, workspace, by = max(draft.due or now, now), request.workspace, request.user
        until = due + ANNOUNCEMENT_USEFUL_FOR
        announcement = Announcement(draft.number, workspace, draft.text, draft.recipients, by, due, until)
        count = await self.database.write(broadcasts.announce, announcement)
        self.delivery.wake()
        send_at = send_time(draft, self.context.snapshot.schedule.conference) if due > now else ""
        done = done_view(draft.number, count, await self.delivery.pace(request.workspace, count), send_at)
        await request.ack(response_action="update", view=done)

    @on_action(action_ids.STOP_ANNOUNCING)
    @for_organisers
    async def on_stopped(self, request: SlackRequest) -> None:
        workspace, by = request.workspace, request.user
        number = await self.database.write(broadcasts.cancel_announcement, workspace, request.value, by)
        told = f"Stopped. {number:,} not sent." if number else "All messages had already been sent."
        view = inputs.modal(action_ids.ANNOUNCED, "Stopped", [section(told)]) | {"clear_on_close": True}
        await replace_view(request, view)
