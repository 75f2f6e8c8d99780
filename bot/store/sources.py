"""What the operator's file or address gave: each version that was accepted, and the newest that was refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Row, String, Table, delete, func, insert, select, text

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

SOURCES = Table(
    "sources",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("document", LargeBinary, nullable=False),  # as bot.schedule.dump writes it
    Column("seen_at", Moment, nullable=False),  # machine time
    Column("accepted", Boolean, nullable=False),
    Column("because", String, nullable=False),  # why it was refused; empty where it was not
    sqlite_autoincrement=True,  # a button must not come to mean another version
)

_S = SOURCES.c
NEWEST_ACCEPTED = select(func.coalesce(func.max(_S.number), 0)).where(_S.accepted).scalar_subquery()


@dataclass(frozen=True, slots=True)
class SourceVersion:
    """The schedule as the source had it; where it was accepted, with what an earlier version had as cancelled."""

    number: int  # never used again
    document: bytes
    seen_at: datetime
    because: str = ""  # why it was refused


async def newest_accepted(tx: Transaction) -> SourceVersion | None:
    """The newest version that was accepted; nothing before the first."""
    return await _newest_where(tx, accepted=True)


async def rejected_version(tx: Transaction) -> SourceVersion | None:
    """The version that was refused and not followed by an accepted one; nothing if there is none."""
    return await _newest_where(tx, accepted=False)


async def accept_source(tx: Transaction, document: bytes) -> int:
    """Keep this as the newest version that is served; its number. What was refused before is past."""
    await drop_rejected(tx)
    return await _insert_version(tx, document, "")


async def reject_source(tx: Transaction, document: bytes, because: str) -> int:
    """Keep this in place of what was refused before; its number, which stays while the document does."""
    if tx.on_postgresql:  # nodes that see it at the same time give it one number
        await tx.execute(text("LOCK TABLE sources IN SHARE ROW EXCLUSIVE MODE"))
    before = await rejected_version(tx)
    if before and before.document == document:
        return before.number
    await drop_rejected(tx)
    return await _insert_version(tx, document, because)


async def drop_rejected(tx: Transaction) -> None:
    """The source no longer has what was refused."""
    await tx.execute(delete(SOURCES).where(~_S.accepted))


async def _newest_where(tx: Transaction, *, accepted: bool) -> SourceVersion | None:
    query = select(SOURCES).where(_S.accepted if accepted else ~_S.accepted).order_by(_S.number.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _source_version_from_row(row) if row else None


async def _insert_version(tx: Transaction, document: bytes, because: str) -> int:
    row = {"document": document, "seen_at": await tx.now(), "accepted": not because, "because": because}
    number: int = (await tx.execute(insert(SOURCES).values(row).returning(_S.number))).scalar_one()
    return number


def _source_version_from_row(row: Row[Any]) -> SourceVersion:
    return SourceVersion(row.number, row.document, row.seen_at, row.because)
