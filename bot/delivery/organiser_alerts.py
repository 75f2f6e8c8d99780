"""Alerts to the organisers, in their channel or to each of them.

An alert about a condition is open or closed. Organisers are told when it opens, and again when it opens again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, update

from bot.db.database import Transaction
from bot.db.tables import ALERTS
from bot.delivery import enqueue
from bot.delivery.enqueue import NewDelivery
from bot.delivery.models import ALERT, CHANNELS
from bot.delivery.recipients_repository import Subscription, subscriptions_of_workspace
from bot.schedule.models import Schedule
from bot.schedule.queries import has_lost_talks
from bot.settings import Settings

USEFUL_FOR = timedelta(days=1)

MAX_REASON_CHARACTERS = 2_000  # of an error, in an alert

MAX_SUBJECT_CHARACTERS = 80  # a longer subject is stored as its hash

_A = ALERTS.c

LOST_SCOPE = "lost"  # the kind of these alerts


@dataclass(frozen=True, slots=True)
class OrganiserAlerts:
    """The conversations in which organisers get alerts."""

    conversations: Sequence[str] = ()  # the id of their channel, or else the user id of each

    @classmethod
    def from_settings(cls, settings: Settings) -> "OrganiserAlerts":
        return cls((settings.organisers_channel,) if settings.organisers_channel else settings.organisers)

    async def open(
        self,
        tx: Transaction,
        workspace: str,
        now: datetime,
        subject: str,
        content: Mapping[str, Any],
        lasting: timedelta | None = None,
    ) -> bool:
        """Open the alert of this subject and tell the organisers; false if it is open already with the same content.

        It stays open until `close_alerts` is called, or for the time `lasting`. `now` is conference time.
        """
        opened_at, text = await tx.now(), json.dumps(content)
        row = {"workspace": workspace, "subject": _short_subject(subject), "content": text, "opened_at": opened_at}
        # A new alert begins as a closed one, so that one UPDATE decides which of several processes opens it.
        await tx.execute(tx.insert(ALERTS).values(row | {"closed_at": opened_at}).on_conflict_do_nothing())
        is_closed_or_other = or_(_A.closed_at <= opened_at, _A.content != text)
        values = {"content": text, "opened_at": opened_at, "closed_at": opened_at + lasting if lasting else None}
        opening = update(ALERTS).where(_is_alert(workspace, subject), is_closed_or_other).values(values)
        if not (await tx.execute(opening)).rowcount:
            return False
        await self.tell(tx, workspace, now, f"{row['subject']} {opened_at.isoformat()}", content)
        return True

    async def tell(
        self, tx: Transaction, workspace: str, now: datetime, occasion: str, content: Mapping[str, Any]
    ) -> None:
        """Tell the organisers of something that happened, once for each occasion. `now` is conference time."""
        for conversation in self.conversations:
            expires, body = now + USEFUL_FOR, json.dumps(content)
            alert = NewDelivery(workspace, conversation, ALERT, occasion, CHANNELS, now, expires, body)
            await enqueue.enqueue(tx, alert, "organisers should know")

    async def set_source_alert(
        self, tx: Transaction, workspace: str, now: datetime, subject: str, text: str, usable: int
    ) -> None:
        """Tell the organisers something about the schedule's source, or close the alert of this subject if `text` is empty.

        `usable` is the number by which a version that is not served can be used anyway, or 0.
        """
        if not text:
            await close_alerts(tx, workspace, [subject])
            return
        content = {"what": subject, "error": text[:MAX_REASON_CHARACTERS], "usable": usable}
        await self.open(tx, workspace, now, subject, content)

    async def notify_restore(self, tx: Transaction, workspace: str, now: datetime, since: datetime) -> None:
        """Tell the organisers that nothing is known of what happened after `since`, in real time."""
        moment = since.isoformat(timespec="minutes")
        await self.tell(tx, workspace, now, f"restore {moment}", {"what": "restore", "error": moment})


async def close_alerts(tx: Transaction, workspace: str, subjects: Iterable[str]) -> None:
    """Close the alerts of these subjects that are open."""
    now = await tx.now()
    is_open = or_(_A.closed_at.is_(None), _A.closed_at > now)
    of_subjects = and_(_A.workspace == workspace, _A.subject.in_(map(_short_subject, subjects)))
    await tx.execute(update(ALERTS).where(of_subjects, is_open).values(closed_at=now))


def channel_subject(conversation: str) -> str:
    """The subject of the alert that a channel gets no reminders any more."""
    return f"channel {conversation}"


def _is_alert(workspace: str, subject: str) -> Any:
    return and_(_A.workspace == workspace, _A.subject == _short_subject(subject))


def _short_subject(subject: str) -> str:
    return subject if len(subject) <= MAX_SUBJECT_CHARACTERS else hashlib.sha256(subject.encode()).hexdigest()


NO_ORGANISERS = OrganiserAlerts()


def is_lost(subscription: Subscription, schedule: Schedule) -> bool:
    """Tell whether the subscription follows a track or a room that is gone, so that nothing is posted."""
    return has_lost_talks(schedule, subscription.track, subscription.room)


async def update_lost_scopes(
    tx: Transaction, organisers: OrganiserAlerts, workspace: str, now: datetime, before: Schedule, after: Schedule
) -> None:
    """Open an alert for each subscription that lost its track or room, and close those of others. `now` is conference time."""
    scoped = [item for item in await subscriptions_of_workspace(tx, workspace) if item.track or item.room]
    lost = [subscription for subscription in scoped if is_lost(subscription, after)]
    for subscription in lost:  # few, if any
        content = {"what": LOST_SCOPE, "where": subscription.conversation, "error": scope_name(subscription, before)}
        await organisers.open(tx, workspace, now, _subject(subscription), content)
    await close_alerts(tx, workspace, {*map(_subject, scoped)} - {*map(_subject, lost)})


def _subject(subscription: Subscription) -> str:
    return f"lost {subscription.conversation} {subscription.track} {subscription.room}"


def scope_name(subscription: Subscription, schedule: Schedule) -> str:
    """The name of the track or room; its id where the schedule does not have it; empty for the whole conference."""
    if subscription.track:
        track = schedule.track_by_id.get(subscription.track)
        return track.title if track else subscription.track
    if subscription.room:
        room = schedule.room_by_id.get(subscription.room)
        return room.name if room else subscription.room
    return ""
