"""What a delivery says: written when it is posted, from the revision that is served then."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.schedule.model import Schedule, Talk, in_order
from bot.store.deliveries import ALERT, ANNOUNCEMENT, CORRECTION, DIGEST, EVENING, NOTICE, REMINDER, WELCOME
from bot.store.leases import Envelope
from bot.views import alerts, announce, digest, feedback, notices, reminders, revisions, welcome
from bot.views.message import Message
from bot.views.notices import Told
from bot.views.revisions import Disputed, Revised


class Letters:
    """Letters written from one schedule, once for all that say the same."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._written: dict[tuple[object, ...], Message | None] = {}

    def to(self, envelope: Envelope, known: Schedule | None, now: datetime) -> Message | None:
        """As `letter`; without a schedule that its readers know they know this one."""
        personal = envelope.conversation[:1] in "UW"
        same = (
            envelope.kind,
            envelope.tells,
            envelope.start,
            envelope.content,
            envelope.since,
            envelope.lines,
            personal,
        )
        if same not in self._written:
            self._written[same] = letter(envelope, self._schedule, known or self._schedule, now)
        return self._written[same]


def letter(envelope: Envelope, schedule: Schedule, known: Schedule, now: datetime) -> Message | None:
    """The message at an aware `now`; nothing when there is nothing left to say. `known` is the schedule that its readers
    know."""
    conference, personal = schedule.conference, envelope.conversation[:1] in "UW"
    if envelope.kind == CORRECTION:
        told = _told(envelope, schedule, known)
        day = conference.day_of(envelope.start) if envelope.tells == REMINDER else None  # a notice may be days old
        return notices.corrected(told, conference, day, personal=personal) if told else None
    if envelope.kind == NOTICE:
        news = [one for one in _told(envelope, schedule, known) if one.changes]
        if news:
            return notices.notice(news, conference, conference.day_of(now), personal=personal)
    if envelope.kind in (NOTICE, REMINDER):  # a notice that has become needless may stand for a reminder
        talks = _starting(envelope, schedule)
        return reminders.reminder(talks, conference, personal=personal) if talks else None
    if envelope.kind == ALERT:
        return _alert(json.loads(envelope.content))
    return _besides(envelope, schedule)


def _alert(content: dict[str, Any]) -> Message:
    what = content.pop("what")
    if what == "schedule":
        return alerts.refused(content["error"], content.get("usable", 0))
    if what == "restore":
        return alerts.restored(datetime.fromisoformat(content["error"]))
    if what == "revision":
        disputes = [Disputed(**one) for one in content.pop("disputes")]
        return revisions.message(Revised(**content, disputes=disputes))
    return alerts.alert(what, content["where"], content["error"])


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
    day_of, day = schedule.conference.day_of, json.loads(envelope.content)
    given = filter(None, (_given(schedule, line.talk) for line in envelope.lines))
    talks = [talk for talk in in_order(given) if str(day_of(talk.start)) == day]
    if not talks:
        return None
    if envelope.kind == DIGEST:
        return digest.morning(talks, schedule.conference)
    return feedback.evening(talks) if envelope.kind == EVENING else None


def _starting(envelope: Envelope, schedule: Schedule) -> list[Talk]:
    """The sessions that still start when the envelope reminds of them, by room."""
    lines = [line for line in envelope.lines if line.kind == REMINDER]
    talks = ((_given(schedule, line.talk), line.start) for line in lines)
    return sorted((talk for talk, start in talks if talk and talk.start == start), key=_by_room)


def _given(schedule: Schedule, id: str) -> Talk | None:
    """The talk, unless it is gone or cancelled: for who counts on it that is one thing."""
    talk = schedule.talk_by_id.get(id)
    return talk if talk and not talk.cancelled else None


def _told(envelope: Envelope, schedule: Schedule, known: Schedule) -> list[Told]:
    """What the envelope tells of, as its readers know it and as it is now; in the order that they know."""
    talks = {line.talk for line in envelope.lines if line.kind == envelope.tells}
    told = (Told(known.talk_by_id.get(talk), schedule.talk_by_id.get(talk)) for talk in talks)
    return sorted((one for one in told if one.before or one.now), key=_by_start)


def _by_start(told: Told) -> tuple[datetime, str, str]:
    known = told.before or told.talk
    return known.start, *_by_room(known)


def _by_room(talk: Talk) -> tuple[str, str]:
    return talk.room.name if talk.room else "", talk.id
