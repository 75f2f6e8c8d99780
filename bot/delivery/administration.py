"""Let an operator look into deliveries and change them: list them, read one's history, retry or cancel one.

The report of a rehearsal reads them here, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select

from bot.db.database import Transaction
from bot.db.tables import (
    ACTIVE,
    CANCELLED,
    DEAD,
    DELIVERIES,
    DELIVERY_EVENTS,
    DELIVERY_TALKS,
    EXPIRED,
    NO_LEASE,
    PENDING,
    SURELY_NOT_POSTED,
)
from bot.delivery.models import change_state, log_id

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c

# The fields of DeliveryRecord, apart from the talks.
_COLUMNS = (
    *(_D.id, _D.workspace, _D.conversation, _D.kind, _D.rank, _D.state, _D.reason.label("because")),
    *(_D.start, _D.due, _D.expires, _D.changed_at, _D.attempts),
)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """The deliveries to list; an empty field does not narrow."""

    id: str = ""  # or the beginning of one
    state: str = ""
    conversation: str = ""
    talk: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery. Moments are conference time, apart from `changed_at`, which is real time."""

    id: str
    workspace: str
    conversation: str  # a channel's id or a person's
    kind: str
    rank: int
    state: str
    because: str
    start: datetime
    due: datetime
    expires: datetime
    changed_at: datetime
    attempts: int
    talks: tuple[str, ...]  # ids


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """A state that a delivery came into, or something else that happened to it."""

    at: datetime  # real time
    state: str
    because: str


async def all_deliveries(tx: Transaction) -> list[DeliveryRecord]:
    """All deliveries there are, in order of when they were due."""
    rows = await tx.execute(select(*_COLUMNS).order_by(_D.due, _D.rank, _D.id))
    return await _with_talks(tx, rows.all(), ACTIVE)


async def list_deliveries(tx: Transaction, criteria: DeliveryFilter, limit: int) -> list[DeliveryRecord]:
    """The deliveries that match, the latest start first."""
    query = select(*_COLUMNS).where(_matching(criteria)).order_by(_D.start.desc(), _D.rank, _D.id).limit(limit)
    rows = (await tx.execute(query)).all()
    return await _with_talks(tx, rows, and_(_T.delivery.in_([row.id for row in rows]), ACTIVE))


async def id_of_logged(tx: Transaction, code: str) -> str | None:
    """The id of the delivery that has this code in the log."""
    return next((id for id in (await tx.execute(select(_D.id))).scalars() if log_id(id) == code), None)


async def count_by_state(tx: Transaction, criteria: DeliveryFilter) -> dict[str, int]:
    query = select(_D.state, func.count().label("number")).where(_matching(criteria)).group_by(_D.state)
    return {row.state: row.number for row in await tx.execute(query.order_by(_D.state))}


async def delivery_history(tx: Transaction, delivery: str) -> list[DeliveryEvent]:
    """Everything that happened to a delivery, in order."""
    c = DELIVERY_EVENTS.c
    rows = await tx.execute(select(c.at, c.state, c.reason).where(c.delivery == delivery).order_by(c.id))
    return [DeliveryEvent(row.at, row.state, row.reason) for row in rows]


async def retry_delivery(tx: Transaction, delivery: str, expires: datetime) -> bool:
    """Queue a dead or expired delivery again, until `expires` in conference time. False for any other one."""
    ended = and_(_D.id == delivery, _D.state.in_((DEAD, EXPIRED)))
    values = {"expires": expires, "not_before": None, **NO_LEASE}
    return bool(await change_state(tx, ended, PENDING, "an operator tries again", await tx.now(), **values))


async def cancel_delivery(tx: Transaction, delivery: str) -> bool:
    """Cancel a delivery; false when it is being posted, or has ended."""
    unposted = and_(_D.id == delivery, _D.state.in_(SURELY_NOT_POSTED))
    return bool(await change_state(tx, unposted, CANCELLED, "an operator cancelled it", await tx.now(), **NO_LEASE))


def _matching(criteria: DeliveryFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [_D.id.startswith(criteria.id, autoescape=True)]
    exact = ((_D.state, criteria.state), (_D.conversation, criteria.conversation), (_D.kind, criteria.kind))
    conditions += [column == value for column, value in exact if value]
    if criteria.talk:
        conditions.append(_D.id.in_(select(_T.delivery).where(_T.talk == criteria.talk)))
    return and_(*conditions)


async def _with_talks(tx: Transaction, rows: Sequence[Row[Any]], items: ColumnElement[bool]) -> list[DeliveryRecord]:
    """These deliveries with the talks that they tell of, found among these items."""
    talks: dict[str, dict[str, None]] = {}  # by delivery, in order and each once
    query = select(_T.delivery, _T.talk).where(items, _T.talk != "").order_by(_T.talk)
    for item in await tx.execute(query):
        talks.setdefault(item.delivery, {})[item.talk] = None
    return [DeliveryRecord(**row._asdict(), talks=tuple(talks.get(row.id, ()))) for row in rows]
