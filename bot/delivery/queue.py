"""The queue of deliveries: how many wait, which are ready to be sent, and when the next one falls due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, is_past
from bot.db.tables import DELIVERIES, LEASED, PACING, PAUSES, PENDING, POSTING, SENT, UNFINISHED, UNKNOWN
from bot.delivery import models
from bot.delivery.models import CHANNEL_CORRECTIONS, NOTICE, PEOPLE_CORRECTIONS, POST, UPDATE, is_user
from bot.delivery.pauses import PAUSE, STOPPED
from bot.delivery.rate_limits import CHANNEL

PAUSED = (PAUSE, STOPPED)  # the reasons why nothing is sent in a workspace

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The deliveries that have not ended, in figures."""

    states: Mapping[str, int]  # how many are in each state of UNFINISHED
    overdue: int  # how many have expired
    due: datetime | None  # when the one that has waited longest was due; conference time
    # How many workspaces send nothing, by each reason of PAUSED.
    paused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many deliveries of one workspace wait for one method, due or not."""

    workspace: str
    method: str
    count: int


async def queue_status(tx: Transaction, conference_now: datetime) -> QueueStatus:
    """Count the deliveries that have not ended. This is cheap: indexes that hold nothing else answer it."""
    rows = (await tx.execute(queue_counts_query(conference_now))).all()
    states = dict.fromkeys(UNFINISHED, 0) | {row.state: row.number for row in rows}
    due = min((row.due for row in rows if row.due is not None), default=None)
    return QueueStatus(states, sum(row.overdue for row in rows), due, await _paused_counts(tx))


def queue_counts_query(conference_now: datetime) -> CompoundSelect[tuple[str, int, int, datetime | None]]:
    """The query for the figures, in parts that one partial index each can answer alone."""
    parts = (_D.state == PENDING, _D.state.in_((LEASED, POSTING)), _D.state == UNKNOWN)
    return union_all(*(_count_part(part, conference_now) for part in parts))


def _count_part(which: ColumnElement[bool], conference_now: datetime) -> Select[tuple[str, int, int, datetime | None]]:
    now = literal(conference_now, Moment)
    overdue = func.sum(case((_D.expires <= now, 1), else_=0))
    due = func.min(case((_D.due <= now, _D.due)), type_=Moment)
    columns = (_D.state, func.count().label("number"), overdue.label("overdue"), due.label("due"))
    return select(*columns).where(which).group_by(_D.state)


async def _paused_counts(tx: Transaction) -> dict[str, int]:
    query = select(PAUSES.c.what, func.count().label("number")).where(PAUSES.c.what.in_(PAUSED)).group_by(PAUSES.c.what)
    return dict.fromkeys(PAUSED, 0) | {row.what: row.number for row in await tx.execute(query)}


async def waiting_counts(tx: Transaction) -> list[WaitingCount]:
    """Count the pending deliveries of each workspace and method, due or not."""
    method = case((_D.rank.in_((CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS)), UPDATE), else_=POST)
    query = select(_D.workspace, method.label("method"), func.count().label("number"))
    rows = await tx.execute(query.where(_D.state == PENDING).group_by(_D.workspace, method))
    return [WaitingCount(row.workspace, row.method, row.number) for row in rows]


async def next_due_delivery(tx: Transaction, conference_now: datetime) -> datetime | None:
    """When the next pending delivery falls due that is not due yet; conference time."""
    query = select(func.min(_D.due)).where(_D.state == PENDING, _D.due > conference_now)
    due: datetime | None = (await tx.execute(query)).scalar_one()
    return due


async def next_step_at(tx: Transaction) -> datetime | None:
    """When something can be done next for a delivery that has not ended.

    This is for a rehearsal, where conference time and real time are the same. The moment is in the past for deliveries
    that are being sent; nothing when all have ended.
    """
    waits = case((_D.not_before > _D.due, _D.not_before), else_=_D.due)
    step = case((_D.state == PENDING, waits), (_D.state == UNKNOWN, _D.not_before), else_=_D.changed_at)
    not_ended = _D.state.in_(UNFINISHED)
    moment: datetime | None = (await tx.execute(select(func.min(step, type_=Moment)).where(not_ended))).scalar_one()
    return moment


SELECTED_COLUMNS = (
    "id",
    "workspace",
    "conversation",
    "kind",
    "start",
    "due",
    "content",
    "corrects",
    "since",
    "attempts",
)


@cache
def candidates(method: str) -> Select[*tuple[Any, ...]]:
    """The query for deliveries that are ready, the most urgent first, with their channel and when that is free again.

    A person's direct message must be open (`bot.delivery.direct_messages`). The query passes over deliveries that another
    process has locked. Its parameters: `workspace`; `conference`, the conference time; `early`, the conference time until
    which people may be reminded ahead of time; `now`, the real time; `most`, the limit; and `only_channel`, a rehearsal's
    one channel, or an empty string.
    """
    original, person = DELIVERIES.alias("original"), tables.PEOPLE.c
    to_person = and_(person.workspace == _D.workspace, person.person == _D.conversation)
    bucket = CHANNEL + func.coalesce(func.nullif(bindparam("only_channel"), ""), _D.conversation)
    paced = and_(PACING.c.workspace == _D.workspace, PACING.c.bucket == bucket)
    known = DELIVERIES.outerjoin(original, original.c.id == _D.corrects).outerjoin(tables.PEOPLE, to_person)
    address = func.coalesce(original.c.channel, func.nullif(person.channel, ""), _D.channel)
    columns = (
        *(_D[name] for name in SELECTED_COLUMNS),
        func.coalesce(original.c.kind, _D.kind).label("tells"),
        address.label("address"),
        func.coalesce(person.zone, "").label("zone"),
        func.coalesce(original.c.ts, "").label("message"),
        bucket.label("bucket"),
        PACING.c.free_at,
    )
    reachable = or_(~is_user(_D.conversation), address != "", bindparam("only_channel") != "")
    query = select(*columns).select_from(known.outerjoin(PACING, paced))
    query = query.where(_is_ready(), _is_sendable(method, original), reachable)
    ordered = query.order_by(_D.rank, _D.start, _D.due, _D.id).limit(bindparam("most"))
    return ordered.with_for_update(of=DELIVERIES, skip_locked=True)


def _is_ready() -> ColumnElement[bool]:
    conference = bindparam("conference", type_=Moment)
    due = or_(_D.due <= conference, and_(_D.rank == models.PEOPLE, _D.due <= bindparam("early", type_=Moment)))
    pending = and_(_D.workspace == bindparam("workspace"), _D.state == PENDING)
    return and_(pending, due, _D.expires > conference, is_past(_D.not_before, bindparam("now", type_=Moment)))


def _is_sendable(method: str, original: Any) -> ColumnElement[bool]:
    """In SQL: whether a delivery goes out by this method now.

    A correction waits until its message stands in Slack, and lets a notice for the same people go first.
    """
    if method == POST:
        return _D.corrects == ""
    notice = DELIVERIES.alias("notice").c
    to_same = and_(notice.workspace == _D.workspace, notice.conversation == _D.conversation, notice.kind == NOTICE)
    soon = and_(
        notice.state.in_((PENDING, LEASED, POSTING)), is_past(notice.not_before, bindparam("now", type_=Moment))
    )
    return and_(_D.corrects != "", original.c.state == SENT, ~exists().where(to_same, soon))
