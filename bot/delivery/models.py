"""The names and small types that all of the delivery shares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, case, insert, or_, update

from bot.blockkit.blocks import Message
from bot.db.database import Transaction
from bot.db.tables import _D, DELIVERIES, DELIVERY_EVENTS
from bot.schedule.models import Schedule
from bot.slack.poster import Poster

LEADS = (5, 10, 15, 30)  # minutes before the start


PosterFor = Callable[[str], Poster | None]  # by workspace


class MessageRenderer(Protocol):
    """Writes the messages of deliveries from one schedule. Features know the texts, so `app` hands it in."""

    def render(self, delivery: Any, known: Schedule | None, now: datetime) -> Message | None:
        """The message at an aware `now`; nothing when there is nothing left to say."""


RendererFactory = Callable[[Schedule], MessageRenderer]

REMINDER, NOTICE, CORRECTION, ALERT = "reminder", "notice", "correction", "alert"

DIGEST, EVENING, WELCOME, ANNOUNCEMENT = "digest", "evening", "welcome", "announcement"

KINDS = (REMINDER, NOTICE, CORRECTION, ALERT, DIGEST, EVENING, WELCOME, ANNOUNCEMENT)

# Who goes first: channels before people, what is new before what corrects, what can wait last.
CHANNELS, PEOPLE, CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS, LOW = range(5)


def rank_by_audience(conversation: ColumnElement[str], channels: int, people: int) -> ColumnElement[int]:
    """In SQL: one rank for channels and one for people, whose ids at Slack begin with U, in old workspaces with W."""
    return case((or_(conversation.like("U%"), conversation.like("W%")), people), else_=channels)


def is_user_id(conversation: str) -> bool:
    """Whether a conversation's id is a person's: their ids at Slack begin with U, in old workspaces with W."""
    return conversation.startswith(("U", "W"))


def natural_key(delivery: str) -> str:
    """Whom it is for and what it tells: the end of its id, the same whoever makes the delivery, however often."""
    return delivery.partition(".")[2]


async def change_state(
    tx: Transaction, which: ColumnElement[bool], to: str, because: str, now: datetime, **values: Any
) -> list[str]:
    """Bring deliveries into another state; the ids of those that `which` still held for."""
    change = update(DELIVERIES).where(which).values(state=to, reason=because, changed_at=now, **values)
    return list((await tx.execute(change.returning(_D.id))).scalars())


async def record_event(tx: Transaction, ids: Sequence[str], state: str, because: str, now: datetime) -> None:
    """Write down what happened to these deliveries that changed no state."""
    if ids:
        rows = [{"delivery": one, "at": now, "state": state, "reason": because} for one in ids]
        await tx.execute(insert(DELIVERY_EVENTS), rows)


USEFUL_AFTER_START = timedelta(minutes=5)  # people still come in; later a reminder only annoys


@dataclass(frozen=True, slots=True)
class PublishedChange:
    """A change of the schedule as deliveries see it."""

    batch: str  # the beginning of its deliveries' ids
    revision: int
    now: datetime  # conference time
    relevant_until: datetime  # when the last talk it concerns is over; conference time
    not_before: datetime | None = None  # notices settle until then; machine time

    @property
    def reason(self) -> str:
        """What its deliveries are made for."""
        return f"revision {self.revision}"


POST, UPDATE = "chat.postMessage", "chat.update"
