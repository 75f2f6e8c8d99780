"""The queue of deliveries: how many wait, when the next one falls due, and when a workspace has something to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, case, func, literal, select, union_all

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, LEASED, PAUSES, PENDING, POSTING, UNFINISHED, UNKNOWN
from bot.delivery import plan
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.models import CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS, POST, UPDATE
from bot.delivery.rate_limits import PAUSE, STOPPED

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


@dataclass(frozen=True, slots=True)
class NextWork:
    """The next things to do in a workspace. All moments are conference time; None where there is nothing."""

    sending: int  # deliveries that are leased or being posted
    unknown: int  # deliveries whose outcome is unknown
    pending: int
    due: datetime | None  # when the first of the pending deliveries is due
    reminder: datetime | None  # when the next planned reminder is due, whether or not somebody wants it
    wanted: datetime | None  # when the next one is due that somebody wants
    daily: datetime | None  # when the next daily message is due

    def begins(self, now: datetime, interval: timedelta) -> datetime | None:
        """The time when an open workspace has something to do: `now` while something is under way.

        Many deliveries begin to be sent ahead of time, so that with this interval between two of them none is late.
        """
        return self._earliest(now, self.reminder, min(SWEEP_AHEAD, self.pending * interval))

    def opens(self, now: datetime) -> datetime | None:
        """The time when a closed workspace has to be open: as soon as its next delivery could be sent."""
        return self._earliest(now, self.wanted, SWEEP_AHEAD)

    def _earliest(self, now: datetime, reminder: datetime | None, ahead: timedelta) -> datetime | None:
        moments = (
            now if self.sending or self.unknown else None,
            self.due - ahead if self.due else None,
            reminder - SWEEP_AHEAD if reminder else None,  # it is created so long before it is due
            self.daily,
        )
        return min((moment for moment in moments if moment), default=None)


async def next_work(tx: Transaction, daily: datetime | None) -> NextWork:
    """Find the next things to do. `daily` is when the next daily message is due."""
    row = (await tx.execute(_NEXT_WORK)).one()
    return NextWork(row.sending, row.unknown, row.pending, row.due, row.reminder, row.wanted, daily)


def _next_work() -> Select[*tuple[Any, ...]]:
    """One statement: between two of them, a reminder could become a delivery and be seen in neither."""
    is_pending, is_unknown = _D.state == PENDING, _D.state == UNKNOWN
    return select(
        func.count(case((~(is_pending | is_unknown), 1))).label("sending"),
        func.count(case((is_unknown, 1))).label("unknown"),
        func.count(case((is_pending, 1))).label("pending"),
        func.min(case((is_pending, _D.due)), type_=Moment).label("due"),
        plan.NEXT_DUE.scalar_subquery().label("reminder"),
        plan.NEXT_DUE_WITH_AUDIENCE.scalar_subquery().label("wanted"),
    ).where(_D.state.in_(UNFINISHED))


_NEXT_WORK = _next_work()
