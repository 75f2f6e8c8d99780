"""The account of a whole conference: everything that was to be sent, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from bot.store.database import Transaction
from bot.store.deliveries import ACTIVE, DELIVERIES, DELIVERY_TALKS

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
