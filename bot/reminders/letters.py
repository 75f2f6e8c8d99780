"""What a delivery says: written when it is posted, from the revision that is served then."""

import json
from collections.abc import Mapping
from typing import Any

from bot.schedule.model import Schedule, Talk
from bot.store.deliveries import ALERT, REMINDER
from bot.store.leases import Envelope
from bot.views import alerts, reminders
from bot.views.message import Message


def letter(envelope: Envelope, schedule: Schedule) -> Message | None:
    """The message; nothing when nothing of it is true any more."""
    if envelope.kind == ALERT:
        content: Mapping[str, Any] = json.loads(envelope.content)
        return alerts.alert(content["what"], content["where"], content["error"])
    if envelope.kind == REMINDER:
        talks = told(envelope, schedule)
        personal = envelope.conversation[:1] in "UW"
        return reminders.reminder(talks, schedule.conference, personal=personal) if talks else None
    return None


def told(envelope: Envelope, schedule: Schedule) -> tuple[Talk, ...]:
    """The sessions of the envelope that are still to start when it says, by room."""
    still = [
        talk
        for line in envelope.lines
        if (talk := schedule.talk_by_id.get(line.talk)) is not None and talk.start == line.start
    ]
    return tuple(sorted(still, key=lambda talk: (talk.room.name if talk.room else "", talk.id)))
