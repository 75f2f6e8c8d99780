"""What an organiser wants announced, read: the words and to whom, or what is wrong with them field by field."""

import json
from dataclasses import dataclass, replace

from bot.errors import InvalidForm
from bot.schedule.models import Schedule, find_by_short_id
from bot.schedule.yaml.nodes import paragraphs

TEXT, RECIPIENTS = "text", "whom"  # the fields

ALL_CHANNELS = "channels"

TRACK, SAVERS_OF = "track", "talk"  # what a menu's value begins with, before a handle

TEXT_CHARACTERS = 1_400  # so that it can be kept in a view, whatever JSON makes of it


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """An announcement before it is made: to all channels with reminders, unless a track or a talk is named."""

    number: str  # tells it from others, so that what is sent off twice is announced once
    text: str = ""
    track: str = ""  # its id: only channels that are reminded of it
    talk: str = ""  # its id: those who saved it

    def to_json(self) -> str:
        return json.dumps([self.number, self.text, self.track, self.talk], ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> "AnnouncementDraft":
        """What `to_json` gave."""
        return cls(*json.loads(stored))


def parse_announcement(number: str, text: str, recipients: str, schedule: Schedule) -> AnnouncementDraft:
    """The draft; `recipients` is a menu's value. Raises InvalidForm."""
    problems = {}
    said = paragraphs(text)
    if not said:
        problems[TEXT] = "Say what you want them to read."
    elif len(said) > TEXT_CHARACTERS:
        problems[TEXT] = f"At most {TEXT_CHARACTERS:,} characters, please; these are {len(said):,}."
    draft = _for_recipients(AnnouncementDraft(number, said), recipients, schedule)
    if draft is None:
        problems[RECIPIENTS] = "Choose to whom."
    if draft is None or problems:
        raise InvalidForm(problems)
    return draft


def _for_recipients(draft: AnnouncementDraft, recipients: str, schedule: Schedule) -> AnnouncementDraft | None:
    kind, _, chosen = recipients.partition(" ")
    if kind == TRACK and (track := find_by_short_id(chosen, schedule.track_by_id)):
        return replace(draft, track=track.id)
    if kind == SAVERS_OF and (talk := find_by_short_id(chosen, schedule.talk_by_id)):
        return replace(draft, talk=talk.id)
    return draft if recipients == ALL_CHANNELS else None
