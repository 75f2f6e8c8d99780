"""Read the form of an announcement: its text and recipients, or the problem of each field."""

import json
from dataclasses import dataclass, replace

from bot.errors import InvalidForm
from bot.schedule.models import Schedule, find_by_short_id
from bot.schedule.yaml.nodes import paragraphs

TEXT, RECIPIENTS = "text", "whom"  # the fields

ALL_CHANNELS = "channels"

TRACK, SAVERS_OF = "track", "talk"  # a menu's value begins with one of these, before a short id

TEXT_CHARACTERS = 1_400  # so that its JSON fits into the private metadata of a view


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """An announcement before it is sent: to all channels with reminders, unless a track or a talk is given."""

    number: str  # random, so that a form that is submitted twice announces once
    text: str = ""
    track: str = ""  # an id: only to channels that are reminded of it
    talk: str = ""  # an id: only to the people who saved it

    def to_json(self) -> str:
        return json.dumps([self.number, self.text, self.track, self.talk], ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> "AnnouncementDraft":
        """Read what `to_json` wrote."""
        return cls(*json.loads(stored))


def parse_announcement(number: str, text: str, recipients: str, schedule: Schedule) -> AnnouncementDraft:
    """The draft; `recipients` is the value of a menu. Raises InvalidForm with a problem per field."""
    problems = {}
    content = paragraphs(text)
    if not content:
        problems[TEXT] = "Say what you want them to read."
    elif len(content) > TEXT_CHARACTERS:
        problems[TEXT] = f"At most {TEXT_CHARACTERS:,} characters, please; these are {len(content):,}."
    draft = _for_recipients(AnnouncementDraft(number, content), recipients, schedule)
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
