"""What follows `/qcon remind`: from words to a request."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.delivery.models import LEADS
from bot.errors import BotError
from bot.schedule.models import Schedule
from bot.search.name_matching import named

DEFAULT_LEAD = 10

ScopeKind = Literal["", "track", "room"]


class Misunderstood(BotError):
    """The words after `remind` are not known; the sentence says what is."""


@dataclass(frozen=True, slots=True)
class ChooseReminder:
    """`remind` alone: who is to be reminded?"""


@dataclass(frozen=True, slots=True)
class RemindMe:
    pass


@dataclass(frozen=True, slots=True)
class RemindHere:
    lead_minutes: int = DEFAULT_LEAD
    narrowed: ScopeKind = ""
    words: str = ""  # the track's or room's name as typed; empty for the whole conference

    @property
    def to_text(self) -> str:
        """In words that `parse_reminder_command` reads, for a button's value."""
        return f"here {self.lead_minutes} {self.narrowed} {self.words}".strip()


@dataclass(frozen=True, slots=True)
class StopHere:
    pass


@dataclass(frozen=True, slots=True)
class ListAll:
    pass


ReminderCommand = ChooseReminder | RemindMe | RemindHere | StopHere | ListAll

_HERE_PATTERN = re.compile(
    r"here"
    r"(?:\s+(?P<lead>\d+)\s*(?:m|min|mins|minute|minutes)?)?"
    r"(?:\s+(?P<narrowed>track|room)\s+(?P<words>.+))?"
)


def parse_reminder_command(text: str) -> ReminderCommand:
    """`here 15 minutes track security` -> RemindHere(15, "track", "security"); raises Misunderstood."""
    said = " ".join(text.casefold().split())
    simple: dict[str, ReminderCommand] = {
        "": ChooseReminder(),
        "me": RemindMe(),
        "here off": StopHere(),
        "off": StopHere(),
        "list": ListAll(),
    }
    if said in simple:
        return simple[said]
    here = _HERE_PATTERN.fullmatch(said)
    if not here:
        raise Misunderstood(
            "I know `remind here`, `remind here 15 minutes`, `remind here track <name>`, `remind here off` and `remind list`."
        )
    lead = int(here["lead"] or DEFAULT_LEAD)
    if lead not in LEADS:
        raise Misunderstood("I can remind 5, 10, 15 or 30 minutes before a session starts: `remind here 15`.")
    narrowed: ScopeKind = "track" if here["narrowed"] == "track" else "room" if here["narrowed"] == "room" else ""
    return RemindHere(lead, narrowed, here["words"] or "")


def resolve_scope(request: RemindHere, schedule: Schedule) -> str:
    """The id of the one track or room that is meant, empty for the whole conference; raises Misunderstood."""
    if not request.narrowed:
        return ""
    things = (
        {track.id: track.title for track in schedule.tracks}
        if request.narrowed == "track"
        else {room.id: room.name for room in schedule.rooms}
    )
    found = named(request.words, things)
    if len(found) == 1:
        return found[0]
    offered = ", ".join(things[one] for one in (found or tuple(things))[:8])
    told = f"Several {request.narrowed}s fit" if found else f"I know no {request.narrowed} called {request.words}"
    raise Misunderstood(f"{told}. Which one: {offered}?")
