"""Render deliveries when they are posted: the only place that knows the texts of every kind of delivery."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from bot.blockkit import talk_text
from bot.blockkit.blocks import Message
from bot.delivery import messages, models
from bot.delivery.alert_messages import render_alert
from bot.delivery.leases import LeasedDelivery
from bot.delivery.messages import ChangedTalk, ChangeWording, change_notice, corrected_message
from bot.handlers.announce import announcement_message
from bot.handlers.feedback import messages as feedback_messages
from bot.live_schedule.current import Snapshot
from bot.planning.interests import InterestFinder, Profile, Suggestion, missed_talks, recorded_talks
from bot.schedule.local_time import zone_named
from bot.schedule.models import Schedule, Talk, in_order
from bot.schedule.queries import free_talks
from bot.search.similarity import MANY_SIMILAR, MOST_SIMILAR

MOST_KEPT = 1_000  # messages; many differ by their reader


class Renderer:
    """Renders deliveries from one snapshot of the schedule, each distinct message once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._schedule, self._conference = snapshot.schedule, snapshot.schedule.conference
        self._cache: dict[tuple[object, ...], Message | None] = {}
        self._similar = cache(self._find_similar)
        self._recorded = cache(self._find_recorded)

    def __call__(self, delivery: LeasedDelivery, known: Schedule | None, now: datetime) -> Message | None:
        """The message at an aware `now`; None when there is nothing left to say.

        `known` is the schedule that the readers know, from an earlier message; None where it is this one.
        """
        key = (
            delivery.kind,
            delivery.original_kind,
            delivery.start,
            delivery.content,
            delivery.known_revision,
            delivery.items,
            delivery.is_personal,
            delivery.zone,
            delivery.profile,
            now.replace(second=0, microsecond=0),
        )
        rendered = self._cache
        if key not in rendered:
            if len(rendered) >= MOST_KEPT:  # a new one, since other threads may read this one
                rendered = self._cache = {}
            rendered[key] = self._render(delivery, known or self._schedule, now)
        return rendered[key]

    def _find_recorded(self, day: date) -> tuple[Sequence[Talk], InterestFinder]:
        recorded = recorded_talks(self._schedule, day)
        return recorded, InterestFinder(self._snapshot.index, recorded)

    def _find_similar(self, talk: Talk) -> Sequence[Talk]:
        return [
            row.talk for row in self._snapshot.index.similarity.similar_talks(talk, self._schedule.given, MANY_SIMILAR)
        ]

    def _render(self, delivery: LeasedDelivery, known: Schedule, now: datetime) -> Message | None:
        renderers: Mapping[str, Callable[[], Message | None]] = {
            models.REMINDER: lambda: self._reminder(delivery),
            # A notice that became needless may stand for a reminder.
            models.NOTICE: lambda: self._notice(delivery, known, now) or self._reminder(delivery),
            models.CORRECTION: lambda: self._correction(delivery, known),
            models.DIGEST: lambda: self._digest(delivery),
            models.EVENING: lambda: self._evening_question(delivery, now),
            models.WELCOME: lambda: self._welcome(delivery),
            models.ANNOUNCEMENT: lambda: self._announcement(delivery),
            models.ALERT: lambda: render_alert(json.loads(delivery.content)),
        }
        render = renderers.get(delivery.kind)
        return render() if render else None

    def _reminder(self, delivery: LeasedDelivery) -> Message | None:
        """The talks that still start at the time that the delivery reminds of, sorted by room."""
        lines = [line for line in delivery.items if line.kind == models.REMINDER]
        active = ((self._active_talk(line.talk), line.start) for line in lines)
        talks = sorted((talk for talk, start in active if talk and talk.start == start), key=_by_room)
        if not talks:
            return None
        return messages.reminder_message(talks, self._conference, _zone(delivery), personal=delivery.is_personal)

    def _notice(self, delivery: LeasedDelivery, known: Schedule, now: datetime) -> Message | None:
        personal, today = delivery.is_personal, self._conference.date_of(now)
        changed = [
            replace(change, is_over=change.talk.end <= now)
            for change in self._changed_talks(delivery, known)
            if change.changes
        ]
        if personal:
            changed = [self._with_similar(change, delivery.profile.saved, now) for change in changed]
        if not changed:
            return None
        return change_notice(changed, ChangeWording(self._conference, today, _zone(delivery)), personal=personal)

    def _correction(self, delivery: LeasedDelivery, known: Schedule) -> Message | None:
        changed, original = self._changed_talks(delivery, known), delivery.original_kind
        # A reminder is of its day; a notice may be days old.
        day = self._conference.date_of(delivery.start) if original == models.REMINDER else None
        if not changed:
            return None
        wording = ChangeWording(self._conference, day, _zone(delivery))
        return corrected_message(changed, wording, personal=delivery.is_personal, is_notice=original == models.NOTICE)

    def _digest(self, delivery: LeasedDelivery) -> Message | None:
        day, talks = self._talks_of_day(delivery)
        zone, moved = _zone(delivery), self._snapshot.moved
        return messages.morning_digest(talks, self._schedule, day, zone, moved) if talks else None

    def _evening_question(self, delivery: LeasedDelivery, now: datetime) -> Message | None:
        day, talks = self._talks_of_day(delivery)
        missed = self._missed(delivery.profile, day, now)
        # Elsewhere “today” may be another day.
        is_elsewhere = talk_text.is_elsewhere(_zone(delivery), self._conference, now)
        when = f"for {talk_text.day_name(day, self._conference)}" if is_elsewhere else "today"
        return feedback_messages.evening_message(talks, missed, when) if talks or missed else None

    def _welcome(self, delivery: LeasedDelivery) -> Message:
        content: Mapping[str, str] = json.loads(delivery.content)
        if delivery.is_personal:
            return messages.personal_welcome(self._schedule, content["command"])
        return messages.channel_welcome(self._schedule, content["command"], content["bot"])

    def _announcement(self, delivery: LeasedDelivery) -> Message:
        content: Mapping[str, str] = json.loads(delivery.content)
        talk, personal = self._schedule.talk_by_id.get(content["talk"]), delivery.is_personal
        return announcement_message(content["text"], talk, self._conference, personal=personal)

    def _active_talk(self, id: str) -> Talk | None:
        """The talk, unless it is gone or cancelled."""
        talk = self._schedule.talk_by_id.get(id)
        return talk if talk and not talk.cancelled else None

    def _talks_of_day(self, delivery: LeasedDelivery) -> tuple[date, list[Talk]]:
        """The day that the delivery is about, and those of its talks that take place then."""
        day = date.fromisoformat(json.loads(delivery.content))
        of_day = frozenset(talk.id for talk in self._schedule.talks_during(day))
        active = filter(None, (self._active_talk(line.talk) for line in delivery.items))
        return day, [talk for talk in in_order(active) if talk.id in of_day]

    def _missed(self, profile: Profile, day: date, now: datetime) -> Sequence[Suggestion]:
        """The recordings of this day and the one before that fit a person's interests, if they want to see them."""
        if not (profile.catch_up and profile.tells):
            return ()
        recorded, finder = self._recorded(day)
        return missed_talks(recorded, finder.of_person(profile, self._schedule), profile, now)

    def _changed_talks(self, delivery: LeasedDelivery, known: Schedule) -> list[ChangedTalk]:
        """The talks of the delivery as its readers know them and as they are now, in the order that readers know."""
        talks = {line.talk for line in delivery.items if line.kind == delivery.original_kind}
        changed = (
            ChangedTalk(known.talk_by_id.get(talk), self._schedule.talk_by_id.get(talk), self._alternatives(talk))
            for talk in talks
        )
        return sorted((change for change in changed if change.before or change.now), key=_by_start)

    def _with_similar(self, change: ChangedTalk, saved: frozenset[str], now: datetime) -> ChangedTalk:
        """A talk that people cannot go to any more, with similar talks to come that fit into the reader's agenda."""
        talk, known = change.talk, self._schedule.talk_by_id
        if not (change.is_cancelled or talk.full):
            return change
        free = free_talks(self._similar(talk), now, [known[id] for id in saved - {talk.id} if id in known])
        return replace(change, similar=tuple(islice((other for other in free if not other.full), MOST_SIMILAR)))

    def _alternatives(self, talk_id: str) -> tuple[Talk, ...]:
        """The talks with room that start together with a full talk; nothing for any other talk."""
        talk = self._schedule.talk_by_id.get(talk_id)
        if talk is None or not talk.full or talk.cancelled:
            return ()
        beside = (other for other in self._schedule.given if other.start == talk.start and other.id != talk.id)
        free = (other for other in beside if not (other.full or other.is_break))
        return tuple(islice(free, messages.MAX_ALTERNATIVES))


def _zone(delivery: LeasedDelivery) -> ZoneInfo | None:
    return zone_named(delivery.zone) if delivery.zone else None


def _by_start(change: ChangedTalk) -> tuple[datetime, str, str]:
    known = change.before or change.talk
    return known.start, *_by_room(known)


def _by_room(talk: Talk) -> tuple[str, str]:
    return talk.room.name if talk.room else "", talk.id
