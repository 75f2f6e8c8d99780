"""The names and small types that the delivery modules share."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, insert, or_, update

from bot.db.database import Transaction
from bot.db.tables import _D, DELIVERIES, DELIVERY_EVENTS

POST, UPDATE = "chat.postMessage", "chat.update"  # the Web API methods that deliveries go out by

OPEN = "conversations.open"

LEADS = (5, 10, 15, 30)  # the lead times that people can choose; minutes before the start

USEFUL_AFTER_START = timedelta(minutes=5)  # people still come in; later a reminder only annoys

REMINDER, NOTICE, CORRECTION, ALERT = "reminder", "notice", "correction", "alert"

DIGEST, EVENING, WELCOME, ANNOUNCEMENT = "digest", "evening", "welcome", "announcement"

KINDS = (REMINDER, NOTICE, CORRECTION, ALERT, DIGEST, EVENING, WELCOME, ANNOUNCEMENT)

UNWANTED = (REMINDER, ANNOUNCEMENT)  # where messages are off; also an announcement that waits for its time

# The ranks, in the order in which deliveries go out: channels before people, news before corrections, the rest last.
CHANNELS, PEOPLE, CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS, LOW = range(5)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one conversation: the parts of it that matter for the log, and after a refusal."""

    id: str
    workspace: str
    conversation: str  # a channel's id or a person's
    kind: str
    due: datetime  # conference time
    corrects: str  # the id of the delivery whose message it edits; empty for a new message

    @property
    def is_personal(self) -> bool:
        return is_user_id(self.conversation)

    @property
    def log_id(self) -> str:
        return log_id(self.id)


DELIVERY_COLUMNS = (_D.id, _D.workspace, _D.conversation, _D.kind, _D.due, _D.corrects)  # the fields of Delivery


@dataclass(frozen=True, slots=True)
class PublishedChange:
    """A new revision of the schedule, as far as deliveries are concerned."""

    batch: str  # the beginning of its deliveries' ids
    revision: int
    now: datetime  # conference time
    relevant_until: datetime  # the end of the last talk that it concerns; conference time
    not_before: datetime | None = None  # its notices wait until then; real time

    @property
    def reason(self) -> str:
        return f"revision {self.revision}"


def log_id(delivery: str) -> str:
    """The code that stands for a delivery in the log: its id may hold a person's.

    Nobody can compute it from a person's id, since a delivery's id begins with random characters.
    """
    return hashlib.sha256(delivery.encode()).hexdigest()[:16]


def is_user_id(conversation: str) -> bool:
    """Tell whether a conversation's id is a person's: those begin with U, or in old workspaces with W."""
    return conversation.startswith(("U", "W"))


def is_user(conversation: ColumnElement[str]) -> ColumnElement[bool]:
    """`is_user_id`, in SQL."""
    return or_(conversation.like("U%"), conversation.like("W%"))


def rank_by_audience(conversation: ColumnElement[str], channels: int, people: int) -> ColumnElement[int]:
    """In SQL: one rank for channels and another for people."""
    return case((is_user(conversation), people), else_=channels)


def natural_key(delivery: str) -> str:
    """The part of a delivery's id that says whom it is for and what it tells.

    It is the same in whichever batch the delivery is created, so a copy from before a restore is recognised by it.
    """
    return delivery.partition(".")[2]


async def change_state(
    tx: Transaction, which: ColumnElement[bool], to: str, because: str, now: datetime, **values: Any
) -> list[str]:
    """Change the state, and further columns, of the deliveries that match. Return their ids. `now` is real time."""
    change = update(DELIVERIES).where(which).values(state=to, reason=because, changed_at=now, **values)
    return list((await tx.execute(change.returning(_D.id))).scalars())


async def record_event(tx: Transaction, ids: Sequence[str], state: str, because: str, now: datetime) -> None:
    """Add to the history of these deliveries something that changed no state. `now` is real time."""
    if ids:
        rows = [{"delivery": id, "at": now, "state": state, "reason": because} for id in ids]
        await tx.execute(insert(DELIVERY_EVENTS), rows)
