"""Alerts to the organisers, in their channel or to each of them: when they are told, and of what.

An alert about a condition is open or closed. Organisers are told when it opens, and again when it opens again. They
also hear of every new revision of the schedule, and of a restored database.
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
from bot.delivery import queue
from bot.delivery.models import ALERT, CHANNELS
from bot.delivery.queue import NewDelivery
from bot.delivery.recipients_repository import Subscription, subscriptions_of_workspace
from bot.schedule.models import Schedule
from bot.schedule.queries import has_lost_talks
from bot.settings import Settings

ALERT_USEFUL_FOR = timedelta(days=1)

MAX_REASON_CHARACTERS = 2_000  # of an error, in an alert

MAX_SUBJECT_CHARACTERS = 80  # a longer subject is stored as its hash

_A = ALERTS.c

LOST_SCOPE = "lost"  # the kind of these alerts


@dataclass(frozen=True, slots=True)
class OrganiserAlerts:
    """The conversations of a workspace in which its organisers get alerts."""

    workspace: str
    conversations: Sequence[str] = ()  # the id of their channel, or else the user id of each

    @classmethod
    def from_settings(cls, settings: Settings, workspace: str) -> "OrganiserAlerts":
        return cls(workspace, (settings.organisers_channel,) if settings.organisers_channel else settings.organisers)

    async def open(
        self,
        tx: Transaction,
        now: datetime,
        subject: str,
        content: Mapping[str, Any],
        lasting: timedelta | None = None,
    ) -> bool:
        """Open the alert of this subject and tell the organisers; false if it is open already with the same content.

        It stays open until `close_alerts` is called, or for the time `lasting`. `now` is conference time.
        """
        opened_at, text = await tx.now(), json.dumps(content)
        row = {
            "workspace": self.workspace,
            "subject": _stored_subject(subject),
            "content": text,
            "opened_at": opened_at,
        }
        # A new alert begins as a closed one, so that one UPDATE decides which of several processes opens it.
        await tx.execute(tx.insert(ALERTS).values(row | {"closed_at": opened_at}).on_conflict_do_nothing())
        is_closed_or_other = or_(_A.closed_at <= opened_at, _A.content != text)
        values = {"content": text, "opened_at": opened_at, "closed_at": opened_at + lasting if lasting else None}
        this = and_(_A.workspace == self.workspace, _A.subject == row["subject"])
        opening = update(ALERTS).where(this, is_closed_or_other).values(values)
        if not (await tx.execute(opening)).rowcount:
            return False
        await self.tell(tx, now, f"{row['subject']} {opened_at.isoformat()}", content)
        return True

    async def tell(self, tx: Transaction, now: datetime, occasion: str, content: Mapping[str, Any]) -> None:
        """Tell the organisers of something that happened, once for each occasion. `now` is conference time."""
        for conversation in self.conversations:
            expires, body = now + ALERT_USEFUL_FOR, json.dumps(content)
            alert = NewDelivery(self.workspace, conversation, ALERT, occasion, CHANNELS, now, expires, body)
            await queue.enqueue(tx, alert, "organisers should know")

    async def set_source_alert(self, tx: Transaction, now: datetime, subject: str, text: str, usable: int) -> None:
        """Tell organisers something about the schedule's source; close the alert of this subject if `text` is empty.

        `usable` is the number by which a version that is not served can be used anyway, or 0.
        """
        if not text:
            await close_alerts(tx, self.workspace, [subject])
            return
        content = {"what": subject, "error": text[:MAX_REASON_CHARACTERS], "usable": usable}
        await self.open(tx, now, subject, content)

    async def notify_restore(self, tx: Transaction, now: datetime, since: datetime) -> None:
        """Tell the organisers that nothing is known of what happened after `since`, in real time."""
        moment = since.isoformat(timespec="minutes")
        await self.tell(tx, now, f"restore {moment}", {"what": "restore", "error": moment})


async def close_alerts(tx: Transaction, workspace: str, subjects: Iterable[str]) -> None:
    """Close the alerts of these subjects that are open."""
    now = await tx.now()
    is_open = or_(_A.closed_at.is_(None), _A.closed_at > now)
    of_subjects = and_(_A.workspace == workspace, _A.subject.in_(map(_stored_subject, subjects)))
    await tx.execute(update(ALERTS).where(of_subjects, is_open).values(closed_at=now))


def channel_subject(conversation: str) -> str:
    """The subject of the alert that a channel gets no reminders any more."""
    return f"channel {conversation}"


def _stored_subject(subject: str) -> str:
    return subject if len(subject) <= MAX_SUBJECT_CHARACTERS else hashlib.sha256(subject.encode()).hexdigest()


def is_lost(subscription: Subscription, schedule: Schedule) -> bool:
    """Tell whether the subscription follows a track or a room that is gone, so that nothing is posted."""
    return has_lost_talks(schedule, subscription.track, subscription.room)


async def update_lost_scopes(
    tx: Transaction, organisers: OrganiserAlerts, now: datetime, before: Schedule, after: Schedule
) -> None:
    """Open an alert for each subscription that lost its track or room, and close those of others.

    `now` is conference time.
    """
    workspace = organisers.workspace
    scoped = [item for item in await subscriptions_of_workspace(tx, workspace) if item.track or item.room]
    lost = [subscription for subscription in scoped if is_lost(subscription, after)]
    for subscription in lost:  # few, if any
        content = {"what": LOST_SCOPE, "where": subscription.conversation, "error": scope_name(subscription, before)}
        await organisers.open(tx, now, _lost_subject(subscription), content)
    await close_alerts(tx, workspace, {*map(_lost_subject, scoped)} - {*map(_lost_subject, lost)})


def _lost_subject(subscription: Subscription) -> str:
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
