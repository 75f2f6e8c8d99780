"""What an organiser wants announced, read: the words and to whom, or what is wrong with them field by field."""

import json
from dataclasses import dataclass, replace

from bot.questions.organising import UnfitError
from bot.schedule.handles import behind
from bot.schedule.model import Schedule
from bot.schedule.texts import paragraphs

TEXT, WHOM = "text", "whom"  # the fields
EVERYWHERE = "channels"
TRACK, SAVERS = "track", "talk"  # what a menu's value begins with, before a handle
TEXT_CHARACTERS = 1_400  # so that it can be kept in a view, whatever JSON makes of it


@dataclass(frozen=True, slots=True)
class Draft:
    """An announcement before it is made: to all channels with reminders, unless a track or a talk is named."""

    number: str  # tells it from others, so that what is sent off twice is announced once
    text: str = ""
    track: str = ""  # its id: only channels that are reminded of it
    talk: str = ""  # its id: those who saved it

    def to_json(self) -> str:
        return json.dumps([self.number, self.text, self.track, self.talk], ensure_ascii=False)

    @classmethod
    def from_json(cls, kept: str) -> "Draft":
        """What `to_json` gave."""
        return cls(*json.loads(kept))


def drafted(number: str, text: str, whom: str, schedule: Schedule) -> Draft:
    """The draft; `whom` is a menu's value. Raises UnfitError."""
    problems = {}
    said = paragraphs(text)
    if not said:
        problems[TEXT] = "Say what you want them to read."
    elif len(said) > TEXT_CHARACTERS:
        problems[TEXT] = f"At most {TEXT_CHARACTERS:,} characters, please; these are {len(said):,}."
    draft = _to(Draft(number, said), whom, schedule)
    if draft is None:
        problems[WHOM] = "Choose to whom."
    if draft is None or problems:
        raise UnfitError(problems)
    return draft


def _to(draft: Draft, whom: str, schedule: Schedule) -> Draft | None:
    kind, _, chosen = whom.partition(" ")
    if kind == TRACK and (track := behind(chosen, schedule.track_by_id)):
        return replace(draft, track=track.id)
    if kind == SAVERS and (talk := behind(chosen, schedule.talk_by_id)):
        return replace(draft, talk=talk.id)
    return draft if whom == EVERYWHERE else None
