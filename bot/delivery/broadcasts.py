"""Messages to many: organisers' announcements, the morning's digest, and the evening's request for feedback."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import CompoundSelect, and_, exists, literal, or_

from bot.db.database import Database, Transaction
from bot.db.sql import Moment
from bot.db.tables import AGENDA, DELIVERY_TALKS, PEOPLE
from bot.delivery import queue, restore_guard
from bot.delivery.corrections import cancel_items
from bot.delivery.models import ANNOUNCEMENT, CHANNELS, DIGEST, EVENING, LOW, rank_by_audience
from bot.delivery.recipients_repository import (
    Audience,
    Conversations,
    channels_reminded,
    count_audience,
    everyone,
    people_who_saved,
)
from bot.live_schedule.current import LiveSchedule
from bot.schedule.models import Schedule, Talk

_T = DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class AnnouncementAudience:
    """All channels of a workspace that have reminders, or those that a track or a talk picks."""

    track: str = ""  # the id of a track: only the channels that are reminded of it
    talk: str = ""  # the id of a talk: the people who saved it, and no channels
    everyone: bool = False  # all people who want messages, too


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message from the organisers. Each recipient gets the announcement with this id once."""

    id: str
    workspace: str
    text: str  # as it was typed
    recipients: AnnouncementAudience
    by: str  # a Slack user id
    due: datetime  # conference time
    expires: datetime  # conference time


async def count_recipients(tx: Transaction, workspace: str, recipients: AnnouncementAudience) -> Audience:
    """Count the people and channels that an announcement would reach."""
    return await count_audience(tx, _conversations(workspace, recipients))


async def announce(tx: Transaction, announcement: Announcement) -> int:
    """Enqueue the announcement for all recipients who do not have it already. Return how many they are."""
    batch, talk = queue.new_batch_id(), announcement.recipients.talk
    recipient = _conversations(announcement.workspace, announcement.recipients).subquery("who").c
    items = queue.select_items(
        literal(f"{batch}.") + recipient.workspace + "." + recipient.conversation + f".{announcement.id}",
        recipient.workspace,
        recipient.conversation,
        kind=ANNOUNCEMENT,
        due=announcement.due,
        talk=talk or queue.NO_TALK,  # somebody who removes the talk from their agenda gets it no more
        occasion=announcement.id,
    )
    await queue.insert_items(tx, items)
    return await queue.insert_deliveries(
        tx,
        batch,
        f"announced by {announcement.by}",
        in_doubt=restore_guard.starts_before_restore(_T.due),
        start=_T.due,
        group_by=(_T.due,),
        occasion=literal(announcement.id),
        expires=literal(announcement.expires, Moment),
        rank=rank_by_audience(_T.conversation, CHANNELS, LOW),  # people's go after the reminders, which are urgent
        content=literal(json.dumps({"text": announcement.text, "talk": talk})),
    )


async def cancel_announcement(tx: Transaction, workspace: str, announcement: str, by: str) -> int:
    """Withdraw the deliveries of an announcement that are not posted yet. Return how many they are."""
    items = and_(_T.workspace == workspace, _T.kind == ANNOUNCEMENT, _T.occasion == announcement)
    return len(await cancel_items(tx, items, f"stopped by {by}"))


def _conversations(workspace: str, recipients: AnnouncementAudience) -> Conversations | CompoundSelect[Any]:
    if recipients.everyone:
        return everyone(workspace)
    if recipients.talk:
        return people_who_saved(workspace, recipients.talk)
    return channels_reminded(workspace, recipients.track)


DIGEST_BEFORE_FIRST_TALK = timedelta(hours=1)

DIGEST_BY = time(8, 0)  # on the venue's clock; the digest is due no later, however late the first talk

EVENING_FROM, EVENING_UNTIL = time(18, 0), time(21, 0)  # no earlier and no later, whenever the last talk ends

DAILY_USEFUL_FOR = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class DailyMessage:
    """One kind of message on one day of the venue's calendar.

    It goes to everyone who wants it and saved one of its talks, and in the evening to everyone who wants to catch up.
    """

    kind: str  # DIGEST or EVENING
    day: str  # ISO 8601
    due: datetime  # conference time
    expires: datetime  # conference time
    talks: Sequence[str]  # ids


class DailyScheduler:
    """Enqueues the daily messages when they are due. The database decides who gets them, once for all processes."""

    def __init__(self, database: Database, conference: LiveSchedule) -> None:
        self._database = database
        self._conference = conference
        self._enqueued: set[tuple[str, str]] = set()  # kind and day: this process need not try these again
        self._revision: int | None = None  # of the schedule whose messages these are
        self._messages: tuple[DailyMessage, ...] = ()

    async def enqueue_due(self, now: datetime) -> None:
        """Enqueue the messages that are due by `now`, in conference time."""
        for message in self._all_messages():
            if now < message.due:
                self._enqueued.discard((message.kind, message.day))  # a rehearsal may have put its clock back
            elif now < message.expires and (message.kind, message.day) not in self._enqueued:
                await self._database.write(enqueue_daily, message)
                self._enqueued.add((message.kind, message.day))

    def next_at(self, now: datetime) -> datetime | None:
        """Return the conference time when the next message that is not enqueued by this process is due, or None."""
        waiting = (message for message in self._all_messages() if (message.kind, message.day) not in self._enqueued)
        return next((message.due for message in waiting if now < message.expires), None)

    def _all_messages(self) -> tuple[DailyMessage, ...]:
        """The messages of all days, found once for each version: it takes long with many talks."""
        current = self._conference.current
        if current.revision != self._revision:
            schedule = current.schedule
            days = sorted({schedule.day_of(talk.start) for talk in schedule.talks})
            messages = (message for day in days for message in daily_messages(schedule, day))
            self._messages = tuple(sorted(messages, key=attrgetter("due")))
            self._revision = current.revision
        return self._messages


def daily_messages(schedule: Schedule, day: date) -> tuple[DailyMessage, ...]:
    """The digest and the evening's question of one of the venue's days; none on a day without talks."""
    talks = _given_talks(schedule.talks_on(day))
    if not talks:
        return ()
    morning = min(_venue_moment(schedule, day, DIGEST_BY), talks[0].start - DIGEST_BEFORE_FIRST_TALK)
    last_end = max(talk.end for talk in talks)
    earliest, latest = _venue_moment(schedule, day, EVENING_FROM), _venue_moment(schedule, day, EVENING_UNTIL)
    evening = min(max(earliest, last_end), latest)
    return tuple(
        DailyMessage(kind, day.isoformat(), due, due + DAILY_USEFUL_FOR, tuple(talk.id for talk in about))
        for kind, due, about in (
            (DIGEST, morning, _given_talks(schedule.talks_during(day))),
            (EVENING, evening, talks),
        )
    )


def _given_talks(talks: Iterable[Talk]) -> Sequence[Talk]:
    return [talk for talk in talks if not talk.is_break and not talk.cancelled]


async def enqueue_daily(tx: Transaction, message: DailyMessage) -> int:
    """Enqueue the message for those who do not have it yet. Return how many they are."""
    batch = queue.new_batch_id()
    for items in (_recipient_items(batch, message), _saved_talk_items(batch, message)):
        await queue.insert_items(tx, items)
    return await queue.insert_deliveries(
        tx,
        batch,
        "of the day",
        in_doubt=restore_guard.starts_before_restore(_T.due),
        start=_T.due,
        group_by=(_T.due,),
        occasion=literal(message.day),
        expires=literal(message.expires, Moment),
        rank=literal(LOW),
        content=literal(json.dumps(message.day)),
    )


def _recipient_items(batch: str, message: DailyMessage) -> queue.Items:
    """One item without a talk for each recipient. It keeps them from getting the message again when they save more."""
    p, a = PEOPLE.c, AGENDA.c
    saved = exists().where(a.workspace == p.workspace, a.person == p.person, a.talk.in_(message.talks))
    delivery = literal(batch) + "." + p.workspace + "." + p.person + f".{message.kind}-{message.day}"
    wants = and_(p.digest, saved) if message.kind == DIGEST else or_(and_(p.reminded, saved), p.catch_up)
    items = queue.select_items(
        delivery, p.workspace, p.person, kind=message.kind, due=message.due, occasion=message.day
    )
    return items.where(wants)


def _saved_talk_items(batch: str, message: DailyMessage) -> queue.Items:
    """One item for each talk that these recipients saved; in the evening for those only who have reminders on."""
    a, p = AGENDA.c, PEOPLE.c
    reminded = exists().where(p.workspace == _T.workspace, p.person == _T.conversation, p.reminded)
    asked = [reminded] if message.kind == EVENING else []
    of_recipient = (a.workspace == _T.workspace, a.person == _T.conversation, a.talk.in_(message.talks))
    recipient = (_T.delivery, _T.workspace, _T.conversation)
    items = queue.select_items(*recipient, kind=message.kind, due=message.due, talk=a.talk, occasion=message.day)
    return items.where(*queue.items_of_batch(batch), _T.talk == queue.NO_TALK, *of_recipient, *asked)


def _venue_moment(schedule: Schedule, day: date, clock: time) -> datetime:
    """A time on the venue's clock on that day, in the time zone of the schedule's talks."""
    return datetime.combine(day, clock, schedule.conference.timezone).astimezone(schedule.talks[0].start.tzinfo)
