"""The dialogue about reminders: read what follows `/qcon remind`; render the choice, the preview and the channels."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from rapidfuzz import fuzz, process, utils

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import Message, actions, and_more, button, escape, section
from bot.blockkit.talk_text import RenderContext
from bot.delivery.models import LEADS
from bot.delivery.organiser_alerts import is_lost, scope_name
from bot.delivery.recipients import SubscriptionPreview
from bot.delivery.recipients_repository import Subscription
from bot.errors import BotError
from bot.schedule.models import Schedule
from bot.schedule.texts import counted

DEFAULT_LEAD = 10

NEAR = 85  # of 100: a slip or two in a name, no more

MAX_LISTED = 40  # channels in one answer

LOST = " – *gone*: the schedule no longer has a session there"


class Misunderstood(BotError):
    """The words after `remind` are not understood; the sentence, which is mrkdwn, says which words are."""


class BareCommand(Enum):
    """A command that is complete without other words."""

    CHOOSE = auto()  # ask who is to be reminded
    STOP_HERE = auto()  # no more posts in this channel
    LIST_ALL = auto()  # all channels with reminders


@dataclass(frozen=True, slots=True)
class RemindMe:
    """`remind me 15`: direct messages before saved talks."""

    lead_minutes: int | None = None  # None for as many as before


@dataclass(frozen=True, slots=True)
class RemindHere:
    """`remind here …`: posts in this channel."""

    lead_minutes: int = DEFAULT_LEAD
    narrowed: str = ""  # track, room, or empty for the whole conference
    words: str = ""  # the track's or room's name as typed

    @property
    def to_text(self) -> str:
        """The command as `parse_reminder_command` reads it, for the value of a button."""
        return f"here {self.lead_minutes} {self.narrowed} {self.words}".strip()


ReminderCommand = BareCommand | RemindMe | RemindHere

_WHOLE_COMMANDS: Mapping[str, ReminderCommand] = {
    "": BareCommand.CHOOSE,
    "me": RemindMe(),
    "here off": BareCommand.STOP_HERE,
    "off": BareCommand.STOP_HERE,
    "list": BareCommand.LIST_ALL,
}

_PATTERN = re.compile(
    r"(?P<whom>me|here)"
    r"(?:\s+(?P<lead>\d+)\s*(?:m|min|mins|minute|minutes)?(?: before)?)?"
    r"(?:\s+(?P<narrowed>track|room)\s+(?P<words>.+))?"
)


def parse_reminder_command(text: str) -> ReminderCommand:
    """`here 15 minutes track security` -> RemindHere(15, "track", "security"); raises Misunderstood."""
    words = " ".join(text.casefold().split())
    if words in _WHOLE_COMMANDS:
        return _WHOLE_COMMANDS[words]

    wish = _PATTERN.fullmatch(words)
    if words.startswith("me ") and not (wish and wish["lead"] and not wish["narrowed"]):
        raise Misunderstood(
            "I remind you before the talks that you save: `save` and a title. Try `remind me 15` for 15 minutes before each."
        )
    if not wish:
        raise Misunderstood(
            "I didn't understand that. Try `remind here`, `remind here 15 minutes`, `remind here track &lt;name&gt;`, `remind here off` or `remind list`."
        )
    lead = int(wish["lead"] or DEFAULT_LEAD)
    if lead not in LEADS:
        raise Misunderstood(
            f"I can remind you 5, 10, 15 or 30 minutes before a session. Try `remind {wish['whom']} 15`."
        )
    if wish["whom"] == "me":
        return RemindMe(lead)
    return RemindHere(lead, wish["narrowed"] or "", wish["words"] or "")


def resolve_scope(reminder: RemindHere, schedule: Schedule) -> dict[str, str]:
    """The id of the `track` or `room` that the reminder names; empty for the whole conference. Raises Misunderstood."""
    if not reminder.narrowed:
        return {}
    names = (
        {track.id: track.title for track in schedule.tracks}
        if reminder.narrowed == "track"
        else {room.id: room.name for room in schedule.rooms}
    )
    matches = named(reminder.words, names)
    if len(matches) == 1:
        return {reminder.narrowed: matches[0]}
    offered = ", ".join(escape(names[id_]) for id_ in (matches or tuple(names))[:8])
    problem = (
        f"Several {reminder.narrowed}s match"
        if matches
        else f"There's no {reminder.narrowed} called “{escape(reminder.words)}”"
    )
    raise Misunderstood(f"{problem}. Which one: {offered}?")


def named(words: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The ids whose names are meant, from `{id: name}`: the exact one, else those with the words, else near ones."""
    said = utils.default_process(words)
    plain = {id: utils.default_process(name) for id, name in names.items()}
    if not said:
        return ()
    exact = tuple(id for id, name in plain.items() if name == said or id == words)
    holding = tuple(id for id, name in plain.items() if f" {said} " in f" {name} ")
    near = process.extract(said, plain, scorer=fuzz.WRatio, score_cutoff=NEAR, limit=8)
    return exact or holding or tuple(str(id) for _, _, id in near)


def choose_message(command: str) -> Message:
    text = "Who should I remind?"
    choices = [
        button("Me, about my saved talks", action_ids.REMIND_ME),
        button("This channel", action_ids.REMIND_PREVIEW, "here"),
    ]
    hint = f"Or type `{escape(command)} remind here 15 minutes track <name>` or `{escape(command)} remind here off`."
    return Message(text, (section(f"{text}\n{hint.replace('<name>', '&lt;name&gt;')}"), actions(choices)))


def preview_message(
    reminder: RemindHere, subscription: Subscription, preview: SubscriptionPreview, ctx: RenderContext
) -> Message:
    """The posts that would come, `89 posts on Sat 1 February, the first at 09:20`, and a button that turns them on."""
    of = _of_scope(subscription, ctx.schedule)
    if preview.first is None:
        return Message(f"There are no more sessions{of}, so there's nothing to remind you of.")
    counts = ", ".join(
        f"{counted(number, 'post')} on {talk_text.day_name(day, ctx.conference)}"
        for day, number in sorted(preview.posts.items())
    )
    at = talk_text.clock_time(preview.first, ctx.conference) + ctx.reader_hint(preview.first)
    text = f"I'll post here {subscription.lead} minutes before the sessions{of}: {counts}, the first at {at}."
    turn_on = button("Turn on", action_ids.REMIND_ON, reminder.to_text, style="primary")
    return Message(text, (section(text), actions([turn_on, button("Not now", action_ids.DISMISS)])))


def turned_on_message(subscription: Subscription, schedule: Schedule, command: str) -> Message:
    """The message to everyone in the channel, once, with how to stop the reminders."""
    before = f"{subscription.lead} minutes before the sessions{_of_scope(subscription, schedule)} start"
    text = (
        f"<@{subscription.turned_on_by}> turned on reminders here: one message {before}. "
        f"An organiser can turn them off with `{escape(command)} remind here off`."
    )
    return Message(text, (section(text),))


def _of_scope(subscription: Subscription, schedule: Schedule) -> str:
    """` of Security`; empty for the whole conference."""
    scope = scope_name(subscription, schedule)
    return f" of {escape(scope)}" if scope else ""


def turned_off_announcement(user: str, command: str) -> Message:
    """The message to everyone in the channel that no more reminders come."""
    text = f"<@{user}> turned off reminders here. To get your own, save a talk or type `{escape(command)} remind me`."
    return Message(text, (section(text),))


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
