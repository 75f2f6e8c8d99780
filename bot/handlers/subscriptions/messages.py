"""Render the dialogue about reminders: the choice, the preview, the confirmation, and the list of channels."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import Message, actions, and_more, button, escape, section
from bot.delivery.organiser_alerts import is_lost, scope_name
from bot.delivery.recipients_repository import Subscription
from bot.schedule.models import Conference, Schedule
from bot.schedule.texts import counted

MAX_LISTED = 40  # channels in one answer

LOST = " – *gone*: the schedule no longer has a session there"


def choose_message(command: str) -> Message:
    """Ask who is to be reminded."""
    text = "Who should I remind?"
    choices = [
        button("Me, about my saved talks", action_ids.REMIND_ME),
        button("This channel", action_ids.REMIND_PREVIEW, "here"),
    ]
    hint = f"Or type `{escape(command)} remind here 15 minutes track <name>` or `{escape(command)} remind here off`."
    return Message(text, (section(f"{text}\n{hint.replace('<name>', '&lt;name&gt;')}"), actions(choices)))


def preview_message(
    request: str,
    lead_minutes: int,
    posts: Mapping[date, int],
    first: datetime,
    scope: str,
    conference: Conference,
    zone: ZoneInfo | None = None,
) -> Message:
    """The posts that would come, `89 posts on Sat 1 February, the first at 09:20`, and a button that turns them on.

    `request` goes into the button's value; `posts` counts them by day; `first` is aware, and `zone` is the reader's.
    """
    counts = ", ".join(
        f"{counted(number, 'post')} on {talk_text.day_name(day, conference)}" for day, number in sorted(posts.items())
    )
    of = f" of {escape(scope)}" if scope else ""
    at = talk_text.clock_time(first, conference) + talk_text.venue_and_reader_time(first, conference, zone)
    text = f"I'll post here {lead_minutes} minutes before the sessions{of}: {counts}, the first at {at}."
    buttons = actions(
        [button("Turn on", action_ids.REMIND_ON, request, style="primary"), button("Not now", action_ids.DISMISS)]
    )
    return Message(text, (section(text), buttons))


def nothing_to_come_message(scope: str) -> Message:
    of = f" of {escape(scope)}" if scope else ""
    return Message(f"There are no more sessions{of}, so there's nothing to remind you of.")


def turned_on_message(user: str, lead_minutes: int, scope: str, command: str) -> Message:
    """The message to everyone in the channel, once, with how to stop the reminders."""
    of = f" of {escape(scope)}" if scope else ""
    text = (
        f"<@{user}> turned on reminders here: one message {lead_minutes} minutes before the sessions{of} start. "
        f"An organiser can turn them off with `{escape(command)} remind here off`."
    )
    return Message(text, (section(text),))


def turned_off_announcement(user: str, command: str) -> Message:
    """The message to everyone in the channel that no more reminders come."""
    text = f"<@{user}> turned off reminders here. To get your own, save a talk or type `{escape(command)} remind me`."
    return Message(text, (section(text),))


def turned_off_message(*, was_on: bool) -> Message:
    return Message("Reminders are off in this channel." if was_on else "Reminders were already off in this channel.")


def subscriptions_message(
    subscriptions: Sequence[Subscription], schedule: Schedule, command: str, *, paused: bool, organiser: bool
) -> Message:
    """The channels with reminders. Organisers can pause all sending."""
    listed = [_subscription_line(subscription, schedule) for subscription in subscriptions]
    none = f"No channel has reminders yet. In a channel: `{escape(command)} remind here`."
    pause_note = [inputs.PAUSED_TEXT] if paused else []
    channels = (
        ["*Reminders are on in*", *listed[:MAX_LISTED], *and_more(len(listed) - MAX_LISTED)] if listed else [none]
    )
    text = "\n".join([*pause_note, *channels])
    pause = actions([inputs.pause_button(action_ids.PAUSE, action_ids.RESUME, paused=paused)])
    return Message(text, (section(text), pause) if organiser else (section(text),))


def _subscription_line(subscription: Subscription, schedule: Schedule) -> str:
    scope, lost = scope_name(subscription, schedule), is_lost(subscription, schedule)
    only = f", {escape(scope)} only" if scope else ""
    return f"• <#{subscription.conversation}>: {subscription.lead} minutes before{only}{LOST if lost else ''}"
