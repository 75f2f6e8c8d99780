"""What waits to be delivered, counted: by indexes that hold nothing else, so that anyone may look often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, case, func, literal, select, union_all

from bot.store.columns import Moment
from bot.store.database import Transaction
from bot.store.deliveries import DELIVERIES, LEASED, PENDING, POSTING, UNKNOWN
from bot.store.holds import PAUSE, PAUSES, STOPPED

UNFINISHED = (PENDING, LEASED, POSTING, UNKNOWN)
PAUSED = (PAUSE, STOPPED)

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The deliveries that have not ended."""

    states: Mapping[str, int]  # all of UNFINISHED
    overdue: int  # those whose time is over
    due: datetime | None  # since when the one has been due that waits longest; conference time
    paused: Mapping[str, int] = field(default_factory=dict)  # workspaces where nothing is sent, by why: all of PAUSED


async def queue_status(tx: Transaction, conference_now: datetime) -> QueueStatus:
    """As it is now."""
    rows = (await tx.execute(queue_counts_query(conference_now))).all()
    states = dict.fromkeys(UNFINISHED, 0) | {row.state: row.number for row in rows}
    due = min((row.due for row in rows if row.due is not None), default=None)
    return QueueStatus(states, sum(row.overdue for row in rows), due, await _paused_counts(tx))


def queue_counts_query(conference_now: datetime) -> CompoundSelect[tuple[str, int, int, datetime | None]]:
    """The question to the database: in parts, each of which one index answers alone."""
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
