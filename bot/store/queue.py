"""What waits to be delivered, counted: by indexes that hold nothing else, so that anyone may look often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, case, func, literal, select, union_all

from bot.store.columns import Moment
from bot.store.database import Transaction
from bot.store.deliveries import DELIVERIES, LEASED, PENDING, POSTING, UNKNOWN
from bot.store.holds import HOLDS, PAUSE, STOPPED

OPEN = (PENDING, LEASED, POSTING, UNKNOWN)
HELD = (PAUSE, STOPPED)

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class Queue:
    """The deliveries that have not ended."""

    states: Mapping[str, int]  # all of OPEN
    overdue: int  # those whose time is over
    due: datetime | None  # since when the one has been due that waits longest; conference time
    held: Mapping[str, int] = field(default_factory=dict)  # workspaces where nothing is sent, by why: all of HELD


async def queue(tx: Transaction, conference_now: datetime) -> Queue:
    """As it is now."""
    rows = (await tx.execute(counted(conference_now))).all()
    states = dict.fromkeys(OPEN, 0) | {row.state: row.number for row in rows}
    due = min((row.due for row in rows if row.due is not None), default=None)
    return Queue(states, sum(row.overdue for row in rows), due, await _held(tx))


def counted(conference_now: datetime) -> CompoundSelect[tuple[str, int, int, datetime | None]]:
    """The question to the database: in parts, each of which one index answers alone."""
    parts = (_D.state == PENDING, _D.state.in_((LEASED, POSTING)), _D.state == UNKNOWN)
    return union_all(*(_counted(part, conference_now) for part in parts))


def _counted(which: ColumnElement[bool], conference_now: datetime) -> Select[tuple[str, int, int, datetime | None]]:
    now = literal(conference_now, Moment)
    overdue = func.sum(case((_D.expires <= now, 1), else_=0))
    due = func.min(case((_D.due <= now, _D.due)), type_=Moment)
    columns = (_D.state, func.count().label("number"), overdue.label("overdue"), due.label("due"))
    return select(*columns).where(which).group_by(_D.state)


async def _held(tx: Transaction) -> dict[str, int]:
    query = select(HOLDS.c.what, func.count().label("number")).where(HOLDS.c.what.in_(HELD)).group_by(HOLDS.c.what)
    return dict.fromkeys(HELD, 0) | {row.what: row.number for row in await tx.execute(query)}
