"""Every schedule that was ever published, as bytes, with who did it and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, Table, func, select

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

REVISIONS = Table(
    "revisions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary, nullable=False),
    Column("published_by", String, nullable=False),  # a Slack user id, or `file`
    Column("because", String, nullable=False),
    Column("published_at", Moment, nullable=False),  # machine time
)


@dataclass(frozen=True, slots=True)
class Revision:
    number: int  # from 1
    document: bytes
    published_by: str
    because: str
    published_at: datetime


async def newest_number(tx: Transaction) -> int:
    """The number of the newest revision; 0 before the first."""
    number: int = (await tx.execute(select(func.coalesce(func.max(REVISIONS.c.number), 0)))).scalar_one()
    return number


async def newest(tx: Transaction) -> Revision | None:
    row = (await tx.execute(select(REVISIONS).order_by(REVISIONS.c.number.desc()).limit(1))).one_or_none()
    return _revision(row) if row else None


async def publish(tx: Transaction, number: int, document: bytes, published_by: str, because: str) -> bool:
    """Make this the revision of that number; false when there is one already, since somebody else was faster."""
    row = {
        "number": number,
        "document": document,
        "published_by": published_by,
        "because": because,
        "published_at": await tx.machine(),
    }
    await tx.execute(tx.insert(REVISIONS).values(row).on_conflict_do_nothing())
    kept = (await tx.execute(select(REVISIONS).where(REVISIONS.c.number == number))).one()
    return bool(kept.document == document)


def _revision(row: Row[Any]) -> Revision:
    return Revision(row.number, row.document, row.published_by, row.because, row.published_at)
