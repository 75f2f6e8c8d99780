"""What organisers changed on top of the source: who, when, and what it amounts to; and what was undone.

Every schedule that was ever published, as bytes, with who did it and why.

What the operator's file or address gave: each version that was accepted, and the newest that was refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, update

from bot.db.database import Transaction
from bot.db.tables import _S, AMENDMENTS, NEWEST_NUMBER, REVISIONS, SOURCES
from bot.schedule.overrides import Override, override_from_json, override_to_json

_A = AMENDMENTS.c


@dataclass(frozen=True, slots=True)
class StoredOverride:
    """Some edits that an organiser made at once."""

    id: int
    by: str
    at: datetime
    action: str  # `delayed by 15 minutes`
    edits: tuple[Override, ...]
    undone_by: str = ""


async def active_overrides(tx: Transaction) -> tuple[StoredOverride, ...]:
    """What was not undone, oldest first."""
    return tuple(one for one in await all_overrides(tx) if not one.undone_by)


async def all_overrides(tx: Transaction) -> tuple[StoredOverride, ...]:
    """What stands and what was undone, oldest first."""
    return tuple(map(_override_from_row, await tx.execute(select(AMENDMENTS).order_by(_A.id))))


async def recent_overrides(tx: Transaction, limit: int) -> tuple[StoredOverride, ...]:
    """The newest of what stands and what was undone, newest first."""
    return tuple(map(_override_from_row, await tx.execute(select(AMENDMENTS).order_by(_A.id.desc()).limit(limit))))


async def add_override(tx: Transaction, by: str, deed: str, edits: Sequence[Override]) -> None:
    """Keep it as the newest; who publishes has the revisions locked, so that nobody else adds one meanwhile."""
    row = {
        "by": by,
        "at": await tx.now(),
        "deed": deed,
        "content": json.dumps([override_to_json(edit) for edit in edits]),
    }
    await tx.execute(insert(AMENDMENTS).values(row | {"undone_by": ""}))


async def undo_override(tx: Transaction, amendment: int, by: str) -> bool:
    """Let it no longer stand; false where it did not."""
    stands = (_A.id == amendment, _A.undone_by == "")
    undone = update(AMENDMENTS).where(*stands).values(undone_by=by, undone_at=await tx.now())
    return (await tx.execute(undone)).rowcount > 0


async def delete_overrides(tx: Transaction) -> None:
    """They were of another conference."""
    await tx.execute(delete(AMENDMENTS))


def _override_from_row(row: Row[Any]) -> StoredOverride:
    edits = tuple(map(override_from_json, json.loads(row.content)))
    return StoredOverride(row.id, row.by, row.at, row.deed, edits, row.undone_by)


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
