"""What a delivery says: written when it is posted, from the revision that is served then."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.schedule.model import Schedule, Talk, in_order
from bot.store.deliveries import ALERT, ANNOUNCEMENT, CORRECTION, DIGEST, EVENING, NOTICE, REMINDER, WELCOME
from bot.store.leases import Envelope
from bot.views import alerts, announce, digest, feedback, notices, reminders, welcome
from bot.views.message import Message
from bot.views.notices import Told


def letter(envelope: Envelope, schedule: Schedule, known: Schedule) -> Message | None:
    """The message; nothing when there is nothing left to say. `known` is the schedule that its readers know."""
    personal = envelope.conversation[:1] in "UW"
    if envelope.kind == CORRECTION:
        return notices.corrected(_told(envelope, schedule, known), schedule.conference, personal=personal)
    if envelope.kind == NOTICE:
        news = [one for one in _told(envelope, schedule, known) if one.elsewhere]
        return notices.notice(news, schedule.conference, personal=personal) if news else None
    if envelope.kind == REMINDER:
        talks = _starting(envelope, schedule)
        return reminders.reminder(talks, schedule.conference, personal=personal) if talks else None
    if envelope.kind == ALERT:
        return _alert(json.loads(envelope.content))
    return _besides(envelope, schedule)


def _alert(content: Mapping[str, Any]) -> Message:
    if content["what"] == "schedule":
        return alerts.refused(content["error"], content.get("usable", 0))
    if content["what"] == "restore":
        return alerts.restored(datetime.fromisoformat(content["error"]))
    return alerts.alert(content["what"], content["where"], content["error"])


def _besides(envelope: Envelope, schedule: Schedule) -> Message | None:
    """What is told neither of a session's start nor of a change."""
    if envelope.kind == WELCOME:
        told: Mapping[str, str] = json.loads(envelope.content)
        if envelope.conversation[:1] in "UW":
            return welcome.to_person(schedule, told["command"])
        return welcome.to_channel(schedule, told["command"], told["bot"])
    if envelope.kind == ANNOUNCEMENT:
        said: Mapping[str, str] = json.loads(envelope.content)
        personal = envelope.conversation[:1] in "UW"
        return announce.message(
            said["text"], schedule.talk_by_id.get(said["talk"]), schedule.conference, personal=personal
        )
    talks = [schedule.talk_by_id[line.talk] for line in envelope.lines if line.talk in schedule.talk_by_id]
    talks = [
        talk for talk in in_order(talks) if str(schedule.conference.day_of(talk.start)) == json.loads(envelope.content)
    ]
    if not talks:
        return None
    if envelope.kind == DIGEST:
        return digest.morning(talks, schedule.conference)
    return feedback.evening(talks) if envelope.kind == EVENING else None


def _starting(envelope: Envelope, schedule: Schedule) -> list[Talk]:
    """The sessions that still start when the envelope says, by room."""
    talks = ((_given(schedule, line.talk), line.start) for line in envelope.lines)
    return sorted((talk for talk, start in talks if talk and talk.start == start), key=_by_room)


def _given(schedule: Schedule, id: str) -> Talk | None:
    """The talk, unless it is gone or cancelled: for who counts on it that is one thing."""
    talk = schedule.talk_by_id.get(id)
    return talk if talk and not talk.cancelled else None


def _told(envelope: Envelope, schedule: Schedule, known: Schedule) -> list[Told]:
    """What the envelope tells of, as its readers know it and as it is now; by the room they know."""
    talks = {line.talk for line in envelope.lines if line.kind == envelope.tells}
    told = (Told(_given(known, talk), _given(schedule, talk)) for talk in talks)
    return sorted((one for one in told if one.before or one.now), key=_by_known_room)


def _by_known_room(told: Told) -> tuple[str, str]:
    talk = told.before or told.now
    return _by_room(talk) if talk else ("", "")


def _by_room(talk: Talk) -> tuple[str, str]:
    return talk.room.name if talk.room else "", talk.id
