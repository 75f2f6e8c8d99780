"""Read the words after `/qcon remind` into a command."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process, utils

from bot.blockkit.blocks import escape
from bot.delivery.models import LEADS
from bot.errors import BotError
from bot.schedule.models import Schedule

DEFAULT_LEAD = 10

ScopeKind = Literal["", "track", "room"]

NEAR = 85  # of 100: a slip or two in a name, no more


class Misunderstood(BotError):
    """The words after `remind` are not understood; the sentence, which is mrkdwn, says which words are."""


@dataclass(frozen=True, slots=True)
class ChooseReminder:
    """`remind` alone: ask who is to be reminded."""


@dataclass(frozen=True, slots=True)
class RemindMe:
    """`remind me`: direct messages before saved talks."""


@dataclass(frozen=True, slots=True)
class RemindHere:
    """`remind here …`: posts in this channel."""

    lead_minutes: int = DEFAULT_LEAD
    narrowed: ScopeKind = ""
    words: str = ""  # the track's or room's name as typed; empty for the whole conference

    @property
    def to_text(self) -> str:
        """The command as `parse_reminder_command` reads it, for the value of a button."""
        return f"here {self.lead_minutes} {self.narrowed} {self.words}".strip()


@dataclass(frozen=True, slots=True)
class StopHere:
    """`remind off`: no more posts in this channel."""


@dataclass(frozen=True, slots=True)
class ListAll:
    """`remind list`: all channels with reminders."""


ReminderCommand = ChooseReminder | RemindMe | RemindHere | StopHere | ListAll

_HERE_PATTERN = re.compile(
    r"here"
    r"(?:\s+(?P<lead>\d+)\s*(?:m|min|mins|minute|minutes)?)?"
    r"(?:\s+(?P<narrowed>track|room)\s+(?P<words>.+))?"
)


def parse_reminder_command(text: str) -> ReminderCommand:
    """`here 15 minutes track security` -> RemindHere(15, "track", "security"); raises Misunderstood."""
    words = " ".join(text.casefold().split())
    simple: dict[str, ReminderCommand] = {
        "": ChooseReminder(),
        "me": RemindMe(),
        "here off": StopHere(),
        "off": StopHere(),
        "list": ListAll(),
    }
    if words in simple:
        return simple[words]

    here = _HERE_PATTERN.fullmatch(words)
    if not here:
        raise Misunderstood(
            "I didn't understand that. Try `remind here`, `remind here 15 minutes`, `remind here track &lt;name&gt;`, `remind here off` or `remind list`."
        )
    lead = int(here["lead"] or DEFAULT_LEAD)
    if lead not in LEADS:
        raise Misunderstood("I can remind you 5, 10, 15 or 30 minutes before a session. Try `remind here 15`.")
    narrowed: ScopeKind = "track" if here["narrowed"] == "track" else "room" if here["narrowed"] == "room" else ""
    return RemindHere(lead, narrowed, here["words"] or "")


def resolve_scope(reminder: RemindHere, schedule: Schedule) -> str:
    """The id of the track or room that the reminder names; empty for the whole conference. Raises Misunderstood."""
    if not reminder.narrowed:
        return ""
    names = (
        {track.id: track.title for track in schedule.tracks}
        if reminder.narrowed == "track"
        else {room.id: room.name for room in schedule.rooms}
    )
    matches = named(reminder.words, names)
    if len(matches) == 1:
        return matches[0]
    offered = ", ".join(escape(names[id_]) for id_ in (matches or tuple(names))[:8])
    problem = (
        f"Several {reminder.narrowed}s match"
        if matches
        else f"There's no {reminder.narrowed} called “{escape(reminder.words)}”"
    )
    raise Misunderstood(f"{problem}. Which one: {offered}?")


def named(words: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The ids whose names are meant, from `{id: name}`: the exact one, else those that contain the words, else near ones."""
    said = utils.default_process(words)
    plain = {id: utils.default_process(name) for id, name in names.items()}
    if not said:
        return ()
    exact = tuple(id for id, name in plain.items() if name == said or id == words)
    holding = tuple(id for id, name in plain.items() if f" {said} " in f" {name} ")
    near = process.extract(said, plain, scorer=fuzz.WRatio, score_cutoff=NEAR, limit=8)
    return exact or holding or tuple(str(id) for _, _, id in near)
