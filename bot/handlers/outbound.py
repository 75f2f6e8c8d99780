"""Render deliveries when they are posted: the only place that knows the texts of every kind of delivery."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bot.blockkit import talk_text
from bot.blockkit.blocks import Message
from bot.delivery import change_messages, messages
from bot.delivery.change_messages import ChangedTalk, ConflictSummary, RevisionSummary
from bot.delivery.leases import LeasedDelivery
from bot.delivery.lost_scopes import LOST_SCOPE
from bot.delivery.models import ALERT, ANNOUNCEMENT, CORRECTION, DIGEST, EVENING, NOTICE, REMINDER, WELCOME, is_user_id
from bot.handlers.announce import messages as announce_messages
from bot.handlers.feedback import messages as feedback_messages
from bot.live_schedule.current import Snapshot
from bot.planning.interests import InterestFinder
from bot.planning.profile import Profile
from bot.planning.suggestions import Suggestion, missed_talks, recorded_talks
from bot.schedule.local_time import zone_named
from bot.schedule.models import Schedule, Talk, in_order
from bot.schedule.queries import free_talks
from bot.search.similar import MOST_SIMILAR, similar_talks

MANY_SIMILAR = 50  # candidates, of which some clash with what a reader saved

SimilarTo = Callable[[Talk], Sequence[Talk]]  # the talks like one, best first

MissedBy = Callable[[Profile, date, datetime], Sequence[Suggestion]]  # recordings for a person, of a day

MOST_KEPT = 1_000  # messages; many differ by their reader


class Renderer:
    """Renders deliveries from one snapshot of the schedule, each distinct message once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._cache: dict[tuple[object, ...], Message | None] = {}
        self._similar = cache(self._find_similar)
        self._finder = cache(self._find_recorded)

    def render(self, delivery: LeasedDelivery, known: Schedule | None, now: datetime) -> Message | None:
        """Render as `render` does; `known` is None where the readers know this schedule."""
        personal = is_user_id(delivery.conversation)
        key = (
            delivery.kind,
            delivery.original_kind,
            delivery.start,
            delivery.content,
            delivery.known_revision,
            delivery.items,
            personal,
            delivery.zone,
            delivery.profile,
            now.replace(second=0, microsecond=0),
        )
        rendered = self._cache
        if key not in rendered:
            if len(rendered) >= MOST_KEPT:  # a new one, since other threads may read this one
                rendered = self._cache = {}
            rendered[key] = render(delivery, self._snapshot, known, now, self._similar, self.missed)
        return rendered[key]

    def missed(self, profile: Profile, day: date, now: datetime) -> Sequence[Suggestion]:
        """The recordings of this day and the one before that fit what a person lets count; none where they do not ask."""
        if not (profile.catch_up and profile.tells):
            return ()
        recorded, finder = self._finder(day)
        return missed_talks(recorded, finder.of_person(profile, self._snapshot.schedule), profile, now)

    def _find_recorded(self, day: date) -> tuple[Sequence[Talk], InterestFinder]:
        recorded = recorded_talks(self._snapshot.schedule, day)
        return recorded, InterestFinder(self._snapshot.index, recorded)

    def _find_similar(self, talk: Talk) -> Sequence[Talk]:
        rows = similar_talks(self._snapshot.index, talk, self._snapshot.schedule.given, MANY_SIMILAR)
        return [row.talk for row in rows]


def render(
    delivery: LeasedDelivery,
    snapshot: Snapshot,
    known: Schedule | None,
    now: datetime,
    similar: SimilarTo,
    missed: MissedBy,
) -> Message | None:
    """The message at an aware `now`; None when there is nothing left to say.

    `known` is the schedule that the readers know, from an earlier message; None where it is this one.
    """
    schedule = snapshot.schedule
    known = known or schedule
    conference, personal = schedule.conference, is_user_id(delivery.conversation)
    zone = zone_named(delivery.zone) if delivery.zone else None
    if delivery.kind == CORRECTION:
        changed = _changed_talks(delivery, schedule, known)
        # A reminder is of its day; a notice may be days old.
        day = conference.date_of(delivery.start) if delivery.original_kind == REMINDER else None
        is_notice = delivery.original_kind == NOTICE
        corrected = change_messages.corrected_message
        return corrected(changed, conference, day, zone, personal=personal, is_notice=is_notice) if changed else None
    if delivery.kind == NOTICE:
        changed = [change for change in _changed_talks(delivery, schedule, known) if change.changes]
        if changed:
            if personal:
                changed = [_with_similar(change, delivery, schedule, now, similar) for change in changed]
            today = conference.date_of(now)
            return change_messages.change_notice(changed, conference, today, zone, personal=personal)
    if delivery.kind in (NOTICE, REMINDER):  # a notice that became needless may stand for a reminder
        talks = _starting_talks(delivery, schedule)
        return messages.reminder_message(talks, conference, zone, personal=personal) if talks else None
    if delivery.kind == ALERT:
        return render_alert(json.loads(delivery.content))
    if delivery.kind in (DIGEST, EVENING):
        return _render_daily(delivery, snapshot, zone, now, missed)
    return _render_other(delivery, schedule)


def render_alert(content: dict[str, Any]) -> Message:
    """The alert to organisers with this content; its field `what` gives the kind."""
    subject = content.pop("what")
    if subject == "schedule":
        return change_messages.rejected_alert(content["error"], content.get("usable", 0))
    if subject == "guesses":
        return change_messages.guesses_alert(content["error"])
    if subject == LOST_SCOPE:
        return change_messages.lost_scope_alert(content["where"], content["error"])
    if subject == "restore":
        return change_messages.restored_alert(datetime.fromisoformat(content["error"]))
    if subject == "revision":
        disputes = [ConflictSummary(**conflict) for conflict in content.pop("disputes")]
        return change_messages.revision_message(RevisionSummary(**content, disputes=disputes))
    return change_messages.failure_alert(subject, content["where"], content["error"])


def _render_other(delivery: LeasedDelivery, schedule: Schedule) -> Message | None:
    """Render a message that is about neither the start of a talk, nor a change, nor a day."""
    if delivery.kind == WELCOME:
        welcome: Mapping[str, str] = json.loads(delivery.content)
        if is_user_id(delivery.conversation):
            return messages.personal_welcome(schedule, welcome["command"])
        return messages.channel_welcome(schedule, welcome["command"], welcome["bot"])
    if delivery.kind == ANNOUNCEMENT:
        announcement: Mapping[str, str] = json.loads(delivery.content)
        personal = is_user_id(delivery.conversation)
        return announce_messages.announcement_message(
            announcement["text"], schedule.talk_by_id.get(announcement["talk"]), schedule.conference, personal=personal
        )
    return None


def _render_daily(
    delivery: LeasedDelivery, snapshot: Snapshot, zone: ZoneInfo | None, now: datetime, missed_by: MissedBy
) -> Message | None:
    """The morning's digest, or the evening's question with what the reader may have missed."""
    schedule = snapshot.schedule
    day = date.fromisoformat(json.loads(delivery.content))
    of_day = frozenset(talk.id for talk in schedule.talks_during(day))
    active = filter(None, (_active_talk(schedule, line.talk) for line in delivery.items))
    talks = [talk for talk in in_order(active) if talk.id in of_day]
    if delivery.kind == DIGEST:
        return messages.morning_digest(talks, schedule, day, zone, snapshot.moved) if talks else None
    missed = missed_by(delivery.profile, day, now)
    is_elsewhere = talk_text.is_elsewhere(zone, schedule.conference, now)  # then, “today” may be another day
    when = f"for {talk_text.day_name(day, schedule.conference)}" if is_elsewhere else "today"
    return feedback_messages.evening_message(talks, missed, when) if talks or missed else None


def _starting_talks(delivery: LeasedDelivery, schedule: Schedule) -> list[Talk]:
    """The talks that still start at the time that the delivery reminds of, sorted by room."""
    lines = [line for line in delivery.items if line.kind == REMINDER]
    talks = ((_active_talk(schedule, line.talk), line.start) for line in lines)
    return sorted((talk for talk, start in talks if talk and talk.start == start), key=_by_room)


def _active_talk(schedule: Schedule, id: str) -> Talk | None:
    """The talk, unless it is gone or cancelled."""
    talk = schedule.talk_by_id.get(id)
    return talk if talk and not talk.cancelled else None


def _changed_talks(delivery: LeasedDelivery, schedule: Schedule, known: Schedule) -> list[ChangedTalk]:
    """The talks of the delivery as its readers know them and as they are now, in the order that readers know."""
    talks = {line.talk for line in delivery.items if line.kind == delivery.original_kind}
    changed = (
        ChangedTalk(known.talk_by_id.get(talk), schedule.talk_by_id.get(talk), _alternatives(schedule, talk))
        for talk in talks
    )
    return sorted((change for change in changed if change.before or change.now), key=_by_start)


def _with_similar(
    change: ChangedTalk, delivery: LeasedDelivery, schedule: Schedule, now: datetime, similar: SimilarTo
) -> ChangedTalk:
    """A talk that people cannot go to any more, with talks like it that are to come and free on the reader's agenda."""
    talk = change.talk
    if not (change.is_cancelled or talk.full):
        return change
    saved = [schedule.talk_by_id[id] for id in delivery.profile.saved - {talk.id} if id in schedule.talk_by_id]
    free = {other.id for other in free_talks(schedule, now, saved)}
    found = (other for other in similar(talk) if other.id in free and not other.full)
    return replace(change, similar=tuple(islice(found, MOST_SIMILAR)))


def _by_start(change: ChangedTalk) -> tuple[datetime, str, str]:
    known = change.before or change.talk
    return known.start, *_by_room(known)


def _by_room(talk: Talk) -> tuple[str, str]:
    return talk.room.name if talk.room else "", talk.id


def _alternatives(schedule: Schedule, talk_id: str) -> tuple[Talk, ...]:
    """The talks with room that start together with a full talk; nothing for any other talk."""
    talk = schedule.talk_by_id.get(talk_id)
    if talk is None or not talk.full or talk.cancelled:
        return ()
    beside = (other for other in schedule.given if other.start == talk.start and other.id != talk.id)
    free = (other for other in beside if not (other.full or other.cancelled or other.is_break))
    return tuple(islice(free, change_messages.MAX_ALTERNATIVES))
