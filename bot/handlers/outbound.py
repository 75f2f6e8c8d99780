"""What a delivery says: written when it is posted, from the revision that is served then."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.blockkit.blocks import Message
from bot.delivery import change_messages, messages
from bot.delivery.change_messages import ChangedTalk, ConflictSummary, RevisionSummary
from bot.delivery.leases import LeasedDelivery
from bot.delivery.models import ALERT, ANNOUNCEMENT, CORRECTION, DIGEST, EVENING, NOTICE, REMINDER, WELCOME, is_user_id
from bot.handlers.announce import messages as announce_messages
from bot.handlers.feedback import messages as feedback_messages
from bot.schedule.models import Schedule, Talk, in_order


class Renderer:
    """Letters written from one schedule, once for all that say the same."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._cache: dict[tuple[object, ...], Message | None] = {}

    def render(self, delivery: LeasedDelivery, known: Schedule | None, now: datetime) -> Message | None:
        """As `render`; without a schedule that its readers know they know this one."""
        personal = is_user_id(delivery.conversation)
        same = (
            delivery.kind,
            delivery.original_kind,
            delivery.start,
            delivery.content,
            delivery.known_revision,
            delivery.items,
            personal,
        )
        if same not in self._cache:
            self._cache[same] = render(delivery, self._schedule, known or self._schedule, now)
        return self._cache[same]


def render(delivery: LeasedDelivery, schedule: Schedule, known: Schedule, now: datetime) -> Message | None:
    """The message at an aware `now`; nothing when there is nothing left to say. `known` is the schedule that its readers
    know."""
    conference, personal = schedule.conference, is_user_id(delivery.conversation)
    if delivery.kind == CORRECTION:
        told = _changed_talks(delivery, schedule, known)
        day = (
            conference.day_of(delivery.start) if delivery.original_kind == REMINDER else None
        )  # a notice may be days old
        return change_messages.corrected_message(told, conference, day, personal=personal) if told else None
    if delivery.kind == NOTICE:
        news = [one for one in _changed_talks(delivery, schedule, known) if one.changes]
        if news:
            return change_messages.change_notice(news, conference, conference.day_of(now), personal=personal)
    if delivery.kind in (NOTICE, REMINDER):  # a notice that has become needless may stand for a reminder
        talks = _starting_talks(delivery, schedule)
        return messages.reminder_message(talks, conference, personal=personal) if talks else None
    if delivery.kind == ALERT:
        return _render_alert(json.loads(delivery.content))
    return _render_other(delivery, schedule)


def _render_alert(content: dict[str, Any]) -> Message:
    what = content.pop("what")
    if what == "schedule":
        return change_messages.rejected_alert(content["error"], content.get("usable", 0))
    if what == "restore":
        return change_messages.restored_alert(datetime.fromisoformat(content["error"]))
    if what == "revision":
        disputes = [ConflictSummary(**one) for one in content.pop("disputes")]
        return change_messages.revision_message(RevisionSummary(**content, disputes=disputes))
    return change_messages.failure_alert(what, content["where"], content["error"])


def _render_other(delivery: LeasedDelivery, schedule: Schedule) -> Message | None:
    """What is told neither of a session's start nor of a change."""
    if delivery.kind == WELCOME:
        told: Mapping[str, str] = json.loads(delivery.content)
        if is_user_id(delivery.conversation):
            return messages.personal_welcome(schedule, told["command"])
        return messages.channel_welcome(schedule, told["command"], told["bot"])
    if delivery.kind == ANNOUNCEMENT:
        said: Mapping[str, str] = json.loads(delivery.content)
        personal = is_user_id(delivery.conversation)
        return announce_messages.announcement_message(
            said["text"], schedule.talk_by_id.get(said["talk"]), schedule.conference, personal=personal
        )
    day_of, day = schedule.conference.day_of, json.loads(delivery.content)
    given = filter(None, (_active_talk(schedule, line.talk) for line in delivery.items))
    talks = [talk for talk in in_order(given) if str(day_of(talk.start)) == day]
    if not talks:
        return None
    if delivery.kind == DIGEST:
        return messages.morning_digest(talks, schedule.conference)
    return feedback_messages.evening_message(talks) if delivery.kind == EVENING else None


def _starting_talks(delivery: LeasedDelivery, schedule: Schedule) -> list[Talk]:
    """The sessions that still start when the envelope reminds of them, by room."""
    lines = [line for line in delivery.items if line.kind == REMINDER]
    talks = ((_active_talk(schedule, line.talk), line.start) for line in lines)
    return sorted((talk for talk, start in talks if talk and talk.start == start), key=_by_room)


def _active_talk(schedule: Schedule, id: str) -> Talk | None:
    """The talk, unless it is gone or cancelled: for who counts on it that is one thing."""
    talk = schedule.talk_by_id.get(id)
    return talk if talk and not talk.cancelled else None


def _changed_talks(delivery: LeasedDelivery, schedule: Schedule, known: Schedule) -> list[ChangedTalk]:
    """What the envelope tells of, as its readers know it and as it is now; in the order that they know."""
    talks = {line.talk for line in delivery.items if line.kind == delivery.original_kind}
    told = (ChangedTalk(known.talk_by_id.get(talk), schedule.talk_by_id.get(talk)) for talk in talks)
    return sorted((one for one in told if one.before or one.now), key=_by_start)


def _by_start(told: ChangedTalk) -> tuple[datetime, str, str]:
    known = told.before or told.talk
    return known.start, *_by_room(known)


def _by_room(talk: Talk) -> tuple[str, str]:
    return talk.room.name if talk.room else "", talk.id
