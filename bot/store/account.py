"""The account of a whole conference: everything that was to be sent, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from bot.store.database import Transaction
from bot.store.deliveries import DELIVERIES, DELIVERY_TALKS, STILL_TOLD

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class Sending:
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


async def everything(tx: Transaction) -> list[Sending]:
    """All deliveries there are, in order of when they were due."""
    lines = await tx.execute(select(_T.delivery, _T.talk).where(STILL_TOLD, _T.talk != "").order_by(_T.talk))
    talks: dict[str, list[str]] = {}
    for line in lines:
        talks.setdefault(line.delivery, []).append(line.talk)
    rows = await tx.execute(select(DELIVERIES).order_by(_D.due, _D.rank, _D.id))
    return [_sending(row, talks.get(row.id, ())) for row in rows]


def _sending(row: Row[Any], talks: Sequence[str]) -> Sending:
    return Sending(
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
