"""Deliveries: one message to one conversation each, what it tells, and everything that happened to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    case,
    insert,
    or_,
    update,
)

from bot.store.columns import METADATA, DatabaseTrigger, Id, Moment
from bot.store.database import Transaction

PENDING, LEASED, POSTING, SENT = "pending", "leased", "posting", "sent"
UNKNOWN = "unknown"  # the request may have reached Slack
DEAD = "dead"  # Slack will never take it
EXPIRED = "expired"  # too late to be useful
CANCELLED = "cancelled"  # no longer wanted, or no longer true

NO_LEASE = {"lease": "", "lease_until": None}

ENDED = (SENT, DEAD, EXPIRED, CANCELLED)
SURELY_NOT_POSTED, POSSIBLY_POSTED = (PENDING, LEASED), (POSTING, UNKNOWN, SENT)

REMINDER, NOTICE, CORRECTION, ALERT = "reminder", "notice", "correction", "alert"
DIGEST, EVENING, WELCOME, ANNOUNCEMENT = "digest", "evening", "welcome", "announcement"
KINDS = (REMINDER, NOTICE, CORRECTION, ALERT, DIGEST, EVENING, WELCOME, ANNOUNCEMENT)

# Who goes first: channels before people, what is new before what corrects, what can wait last.
CHANNELS, PEOPLE, CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS, LOW = range(5)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("id", Id, primary_key=True),  # stands in the message's metadata
    Column("workspace", String, nullable=False),
    Column("conversation", String, nullable=False),  # whom it is for: a channel's id or a person's
    Column("kind", String, nullable=False),
    Column("occasion", String, nullable=False, server_default=""),  # tells apart what may be told more than once
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False, server_default=""),  # why it is in this state
    Column("changed_at", Moment, nullable=False),  # when it came into this state; machine time
    Column("rank", Integer, nullable=False),
    Column("start", Moment, nullable=False),  # of its sessions; conference time, like the next two
    Column("due", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("content", Text, nullable=False, server_default=""),  # small JSON, where the talks do not say it all
    Column("corrects", Id, nullable=False, server_default=""),  # the delivery whose message it edits
    Column("revision", Integer, nullable=False, server_default="0"),  # of the schedule, that it was written from
    Column(
        "since", Integer, nullable=False, server_default="0"
    ),  # the revision its readers know, for what tells a change
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),  # machine time, like all that follow
    Column("lease", String, nullable=False, server_default=""),
    Column("lease_until", Moment),
    Column("posted_at", Moment),  # when the request was let go; it may have taken a while
    Column("channel", String, nullable=False, server_default=""),  # where the message stands, and its ts
    Column("ts", String, nullable=False, server_default=""),
)

DELIVERY_TALKS = Table(
    "delivery_talks",
    METADATA,
    Column("delivery", Id, primary_key=True),
    Column("talk", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("occasion", String, nullable=False, server_default=""),
    Column("due", Moment, nullable=False),
    Column("withdrawn", String),  # why it is no longer told; nothing while it is
)

DELIVERY_EVENTS = Table(
    "delivery_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("delivery", Id, nullable=False, index=True),
    Column("at", Moment, nullable=False),  # machine time
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
)

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


def _partial(name: str, *columns: ColumnElement[Any], where: ColumnElement[bool], unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, postgresql_where=where, sqlite_where=where)


# In the order in which they are taken, to the last: those of one start are many, and sorting them costs each lease.
QUEUE_INDEX = _partial("deliveries_in_turn", _D.workspace, _D.rank, _D.start, _D.due, _D.id, where=_D.state == PENDING)
_partial("deliveries_under_way", _D.lease_until, where=_D.state.in_((LEASED, POSTING)))
_partial("deliveries_unknown", _D.not_before, where=_D.state == UNKNOWN)
_partial("deliveries_corrected", _D.corrects, where=_D.corrects != "")
Index("deliveries_of_conversation", _D.workspace, _D.conversation, _D.start)
# Each session is told once to each, whatever lead time brought it about and whoever noticed that it was due.
UNIQUE_ITEM = (_T.talk, _T.start, _T.workspace, _T.conversation, _T.kind, _T.occasion)
ACTIVE = _T.withdrawn.is_(None)
_partial("delivery_talks_told_once", *UNIQUE_ITEM, where=ACTIVE, unique=True)


def rank_by_audience(conversation: ColumnElement[str], channels: int, people: int) -> ColumnElement[int]:
    """In SQL: one rank for channels and one for people, whose ids at Slack begin with U, in old workspaces with W."""
    return case((or_(conversation.like("U%"), conversation.like("W%")), people), else_=channels)


# The database itself writes down what happens to each delivery: no way of changing one can forget to.
# PostgreSQL does it once a statement, for all rows together: row by row it costs as much as the change itself.
_AUDIT_VALUES = "INSERT INTO delivery_events (delivery, at, state, reason)"
_AUDIT_ROW = f"{_AUDIT_VALUES} VALUES (NEW.id, NEW.changed_at, NEW.state, NEW.reason)"
_AUDIT_ALL = f"{_AUDIT_VALUES} SELECT fresh.id, fresh.changed_at, fresh.state, fresh.reason FROM fresh"  # noqa: S608  # nothing in it is from outside
AUDIT_TRIGGERS = (
    DatabaseTrigger(
        "note_new_delivery",
        postgresql=("AFTER INSERT ON deliveries REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT", _AUDIT_ALL),
        sqlite=("AFTER INSERT ON deliveries", _AUDIT_ROW),
    ),
    DatabaseTrigger(
        "note_delivery",
        postgresql=(
            "AFTER UPDATE ON deliveries REFERENCING OLD TABLE AS was NEW TABLE AS fresh FOR EACH STATEMENT",
            f"{_AUDIT_ALL} JOIN was ON was.id = fresh.id WHERE was.state <> fresh.state",
        ),
        sqlite=("AFTER UPDATE OF state ON deliveries WHEN OLD.state <> NEW.state", _AUDIT_ROW),
    ),
)


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
