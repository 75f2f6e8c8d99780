"""Read the form of an announcement: its text and recipients, or the problem of each field."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from bot.errors import InvalidForm
from bot.schedule import local_time
from bot.schedule.local_time import UnclearTime
from bot.schedule.models import Schedule, find_by_short_id
from bot.schedule.texts import paragraphs

TEXT, RECIPIENTS, DAY, SEND_AT = "text", "whom", "day", "at"  # the fields

ALL_CHANNELS = "channels"

EVERYONE = "everyone"

TRACK, SAVERS_OF = "track", "talk"  # a menu's value begins with one of these, before a short id

TEXT_CHARACTERS = 1_400  # so that its JSON fits into the private metadata of a view


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """An announcement before it is sent: to all channels with reminders, unless a track or a talk is given."""

    number: str  # random, so that a form that is submitted twice announces once
    text: str = ""
    track: str = ""  # an id: only to channels that are reminded of it
    talk: str = ""  # an id: only to the people who saved it
    everyone: bool = False  # to all people who want messages, too
    send_at: str = ""  # when to send it, in UTC and ISO 8601; empty for at once

    @property
    def due(self) -> datetime | None:
        """The moment to send it, in UTC; None for at once."""
        return datetime.fromisoformat(self.send_at) if self.send_at else None

    def to_json(self) -> str:
        return json.dumps(astuple(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> "AnnouncementDraft":
        """Read what `to_json` wrote."""
        return cls(*json.loads(stored))


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
    content = paragraphs(fields[TEXT])
    if not content:
        problems[TEXT] = "Enter a message."
    elif len(content) > TEXT_CHARACTERS:
        problems[TEXT] = f"Use at most {TEXT_CHARACTERS:,} characters; this has {len(content):,}."
    whole = AnnouncementDraft(number, content, send_at=due.isoformat() if due else "")
    draft = _for_recipients(whole, fields[RECIPIENTS], schedule)
    if draft is None:
        problems[RECIPIENTS] = "Choose who to send it to."
    if draft is None or problems:
        raise InvalidForm(problems)
    return draft


def _for_recipients(draft: AnnouncementDraft, recipients: str, schedule: Schedule) -> AnnouncementDraft | None:
    kind, _, chosen = recipients.partition(" ")
    if kind == TRACK and (track := find_by_short_id(chosen, schedule.track_by_id)):
        return replace(draft, track=track.id)
    if kind == SAVERS_OF and (talk := find_by_short_id(chosen, schedule.talk_by_id)):
        return replace(draft, talk=talk.id)
    if recipients == EVERYONE:
        return replace(draft, everyone=True)
    return draft if recipients == ALL_CHANNELS else None
