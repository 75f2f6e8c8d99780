"""Every schedule that was ever published, as bytes, with who did it and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, Table, func, select, text

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

NEWEST_NUMBER = select(func.coalesce(func.max(REVISIONS.c.number), 0)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class StoredVersion:
    number: int  # from 1
    document: bytes
    published_by: str
    because: str
    published_at: datetime


async def newest_number(tx: Transaction) -> int:
    """The number of the newest revision; 0 before the first."""
    number: int = (await tx.execute(select(NEWEST_NUMBER))).scalar_one()
    return number


async def newest_version(tx: Transaction) -> StoredVersion | None:
    """The newest revision; nothing if there is none."""
    query = select(REVISIONS).order_by(REVISIONS.c.number.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _version_from_row(row) if row else None


async def version_numbered(tx: Transaction, number: int) -> StoredVersion | None:
    """The revision of that number; nothing when it is not kept any more."""
    row = (await tx.execute(select(REVISIONS).where(REVISIONS.c.number == number))).one_or_none()
    return _version_from_row(row) if row else None


async def published_at(tx: Transaction, number: int) -> datetime | None:
    """When the revision of that number was published; nothing when it is not kept any more."""
    c = REVISIONS.c
    moment: datetime | None = (await tx.execute(select(c.published_at).where(c.number == number))).scalar_one_or_none()
    return moment


class PublishResult(Enum):
    """What came of publishing."""

    NOW = "now"
    BEFORE = "before"  # the same by the same: by a node that started with us, or by us, and we never heard of it
    TOO_LATE = "too late"  # somebody else was faster with another one


async def version_number_at(tx: Transaction, moment: datetime) -> tuple[int, datetime]:
    """The number of the revision that was the newest at a machine time, or else of the oldest that is kept, and when it
    was published."""
    c = REVISIONS.c
    numbers = select(c.number, c.published_at)
    then = numbers.where(c.published_at <= moment).order_by(c.number.desc()).limit(1)
    oldest = numbers.order_by(c.number).limit(1)
    row = (await tx.execute(then)).one_or_none() or (await tx.execute(oldest)).one()
    return row.number, row.published_at


async def publish_version(
    tx: Transaction, number: int, document: bytes, published_by: str, because: str
) -> PublishResult:
    """Make this the newest revision, with that number."""
    if tx.on_postgresql:  # who publishes waits for who publishes; reading goes on
        await tx.execute(text("LOCK TABLE revisions IN SHARE ROW EXCLUSIVE MODE"))
    there = await newest_version(tx)
    if there and there.number >= number:
        same = (there.number, there.document, there.published_by, there.because)
        return PublishResult.BEFORE if same == (number, document, published_by, because) else PublishResult.TOO_LATE
    row = {
        "number": number,
        "document": document,
        "published_by": published_by,
        "because": because,
        "published_at": await tx.now(),
    }
    await tx.execute(tx.insert(REVISIONS).values(row))
    return PublishResult.NOW


def _version_from_row(row: Row[Any]) -> StoredVersion:
    return StoredVersion(row.number, row.document, row.published_by, row.because, row.published_at)
