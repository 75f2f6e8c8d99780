"""The account of a whole conference: everything that was to be sent, and what came of it.

Looking into deliveries: which there are, what happened to one, and an operator's hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from bot.db.database import Transaction
from bot.db.tables import (
    ACTIVE,
    CANCELLED,
    DEAD,
    DELIVERIES,
    DELIVERY_EVENTS,
    DELIVERY_TALKS,
    EXPIRED,
    PENDING,
    SURELY_NOT_POSTED,
)
from bot.delivery.models import change_state

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """One delivery; all moments are conference time."""

    id: str
    conversation: str  # a channel's id or a person's
    kind: str
    rank: int
    state: str
    because: str
    start: datetime
    due: datetime
    expires: datetime
    talks: tuple[str, ...]  # ids


async def all_deliveries(tx: Transaction) -> list[DeliverySummary]:
    """All deliveries there are, in order of when they were due."""
    lines = await tx.execute(select(_T.delivery, _T.talk).where(ACTIVE, _T.talk != "").order_by(_T.talk))
    talks: dict[str, list[str]] = {}
    for line in lines:
        talks.setdefault(line.delivery, []).append(line.talk)
    rows = await tx.execute(select(DELIVERIES).order_by(_D.due, _D.rank, _D.id))
    return [_delivery_summary(row, talks.get(row.id, ())) for row in rows]


def _delivery_summary(row: Row[Any], talks: Sequence[str]) -> DeliverySummary:
    return DeliverySummary(
        row.id,
        row.conversation,
        row.kind,
        row.rank,
        row.state,
        row.reason,
        row.start,
        row.due,
        row.expires,
        tuple(talks),
    )


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; what is empty does not narrow."""

    id: str = ""  # or its beginning
    state: str = ""
    conversation: str = ""
    talk: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery. Moments are conference time but for `changed_at`, which is machine time."""

    id: str
    workspace: str
    conversation: str
    kind: str
    state: str
    because: str
    start: datetime
    due: datetime
    changed_at: datetime
    attempts: int
    talks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    at: datetime  # machine time
    state: str
    because: str


async def list_deliveries(tx: Transaction, criteria: DeliveryFilter, limit: int) -> list[DeliveryRecord]:
    """The deliveries wanted, the latest start first."""
    query = select(DELIVERIES).where(_matching(criteria)).order_by(_D.start.desc(), _D.rank, _D.id).limit(limit)
    rows = (await tx.execute(query)).all()
    told = await _talks_of(tx, [row.id for row in rows])
    return [_delivery_record(row, told.get(row.id, [])) for row in rows]


async def count_by_state(tx: Transaction, criteria: DeliveryFilter) -> dict[str, int]:
    """How many of the deliveries wanted are in which state."""
    query = select(_D.state, func.count().label("number")).where(_matching(criteria)).group_by(_D.state)
    return {row.state: row.number for row in await tx.execute(query.order_by(_D.state))}


async def delivery_history(tx: Transaction, delivery: str) -> list[DeliveryEvent]:
    """Everything that happened to it, in order."""
    c = DELIVERY_EVENTS.c
    rows = await tx.execute(select(c.at, c.state, c.reason).where(c.delivery == delivery).order_by(c.id))
    return [DeliveryEvent(row.at, row.state, row.reason) for row in rows]


async def retry_delivery(tx: Transaction, delivery: str, expires: datetime) -> bool:
    """Have it delivered after all, until a conference time; false unless it is dead or expired."""
    ended = and_(_D.id == delivery, _D.state.in_((DEAD, EXPIRED)))
    values = {"expires": expires, "not_before": None, "lease": "", "lease_until": None}
    return bool(await change_state(tx, ended, PENDING, "an operator tries again", await tx.now(), **values))


async def cancel_delivery(tx: Transaction, delivery: str) -> bool:
    """Do not deliver it; false when it is being posted, or has ended."""
    unposted = and_(_D.id == delivery, _D.state.in_(SURELY_NOT_POSTED))
    ended = await change_state(
        tx, unposted, CANCELLED, "an operator cancelled it", await tx.now(), lease="", lease_until=None
    )
    return bool(ended)


def _matching(criteria: DeliveryFilter) -> ColumnElement[bool]:
    narrowed: list[ColumnElement[bool]] = [_D.id.startswith(criteria.id, autoescape=True)]
    for column, value in (
        (_D.state, criteria.state),
        (_D.conversation, criteria.conversation),
        (_D.kind, criteria.kind),
    ):
        narrowed += [column == value] if value else []
    if criteria.talk:
        narrowed.append(_D.id.in_(_about_talk(criteria.talk)))
    return and_(*narrowed)


def _about_talk(talk: str) -> Select[tuple[str]]:
    return select(_T.delivery).where(_T.talk == talk)


async def _talks_of(tx: Transaction, ids: Sequence[str]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    query = select(_T.delivery, _T.talk).where(_T.delivery.in_(ids), ACTIVE, _T.talk != "")
    for row in await tx.execute(query.order_by(_T.talk)):
        told.setdefault(row.delivery, []).append(row.talk)
    return told


def _delivery_record(row: Row[Any], talks: Sequence[str]) -> DeliveryRecord:
    return DeliveryRecord(
        row.id,
        row.workspace,
        row.conversation,
        row.kind,
        row.state,
        row.reason,
        row.start,
        row.due,
        row.changed_at,
        row.attempts,
        tuple(dict.fromkeys(talks)),
    )
