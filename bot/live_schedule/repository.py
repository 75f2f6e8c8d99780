"""SQL for the versions of the schedule.

The tables hold every published revision with its author and reason, the edits of organisers, and the versions of the
operator's schedule: those that were accepted, and the newest one that was rejected.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, update

from bot.db.database import Transaction
from bot.db.tables import (
    _S,
    AMENDMENTS,
    CURRENT_CONFERENCE,
    FIRST_CONFERENCE,
    NEWEST_NUMBER,
    NEWEST_OF_CONFERENCES,
    REVISIONS,
    SOURCES,
)
from bot.schedule.overrides import Override, override_from_json, override_to_json

RECENT = timedelta(days=1)  # real time; a talk that moved longer ago is where people know it

_A = AMENDMENTS.c


@dataclass(frozen=True, slots=True)
class StoredOverride:
    """The edits that an organiser made in one action."""

    id: int
    by: str
    at: datetime
    action: str  # `delayed by 15 minutes`
    edits: tuple[Override, ...]
    undone_by: str = ""
    conference: str = FIRST_CONFERENCE  # the id of the conference to which they belong


async def all_overrides(tx: Transaction) -> tuple[StoredOverride, ...]:
    """List all of the organisers' edits, of every conference and including undone ones, oldest first."""
    return tuple(map(_override_from_row, await tx.execute(select(AMENDMENTS).order_by(_A.id))))


async def recent_overrides(tx: Transaction, limit: int) -> tuple[StoredOverride, ...]:
    """List the newest edits of the conference that is served, including undone ones, newest first."""
    query = select(AMENDMENTS).where(_A.conference == CURRENT_CONFERENCE).order_by(_A.id.desc()).limit(limit)
    return tuple(map(_override_from_row, await tx.execute(query)))


async def add_override(tx: Transaction, by: str, action: str, edits: Sequence[Override]) -> None:
    """Store edits as the newest. The caller is publishing and has locked the revisions, so nobody adds others."""
    row = {
        "by": by,
        "at": await tx.now(),
        "deed": action,
        "conference": CURRENT_CONFERENCE,
        "content": json.dumps([override_to_json(edit) for edit in edits]),
    }
    await tx.execute(insert(AMENDMENTS).values(row | {"undone_by": ""}))


async def undo_override(tx: Transaction, override: int, by: str) -> bool:
    """Mark edits as undone; false if they are not in force."""
    is_active = (_A.id == override, _A.undone_by == "")
    undone = update(AMENDMENTS).where(*is_active).values(undone_by=by, undone_at=await tx.now())
    return (await tx.execute(undone)).rowcount > 0


async def replace_edits(tx: Transaction, override: int, edits: Sequence[Override]) -> None:
    """Replace the edits of an action by the same ones with other names, or with less that is still a change."""
    content = json.dumps([override_to_json(edit) for edit in edits])
    await tx.execute(update(AMENDMENTS).where(_A.id == override, _A.content != content).values(content=content))


def _override_from_row(row: Row[Any]) -> StoredOverride:
    edits = tuple(map(override_from_json, json.loads(row.content)))
    return StoredOverride(row.id, row.by, row.at, row.deed, edits, row.undone_by, row.conference)


class Stored:
    """A schedule as the database keeps it."""

    __slots__ = ()

    document: bytes

    @property
    def digest(self) -> bytes:
        """The hash of the document."""
        return sha256(self.document).digest()


@dataclass(frozen=True, slots=True)
class StoredVersion(Stored):
    """A published revision."""

    number: int  # from 1
    document: bytes
    published_by: str
    because: str


async def newest_number(tx: Transaction) -> int:
    """Return the number of the newest revision; 0 before the first."""
    number: int = (await tx.execute(select(NEWEST_NUMBER))).scalar_one()
    return number


async def newest_version(tx: Transaction) -> StoredVersion | None:
    """Read the newest revision; `None` before the first."""
    query = select(REVISIONS).order_by(REVISIONS.c.number.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _version_from_row(row) if row else None


async def version_numbered(tx: Transaction, number: int) -> StoredVersion | None:
    """Read the revision of this number; `None` if it is no longer stored."""
    row = (await tx.execute(select(REVISIONS).where(REVISIONS.c.number == number))).one_or_none()
    return _version_from_row(row) if row else None


async def published_at(tx: Transaction, number: int) -> datetime | None:
    """Return the time at which a revision was published; `None` if it is no longer stored."""
    c = REVISIONS.c
    moment: datetime | None = (await tx.execute(select(c.published_at).where(c.number == number))).scalar_one_or_none()
    return moment


class PublishResult(Enum):
    """The outcome of publishing a revision."""

    NOW = "now"
    BEFORE = "before"  # the same revision exists: from another process, or from an attempt whose answer was lost
    TOO_LATE = "too late"  # somebody else published another revision first


async def version_number_at(tx: Transaction, moment: datetime) -> tuple[int, datetime]:
    """Find the revision that was the newest at a moment of real time, or else the oldest that is stored.

    Return its number and the time at which it was published.
    """
    c = REVISIONS.c
    numbers = select(c.number, c.published_at)
    then = numbers.where(c.published_at <= moment).order_by(c.number.desc()).limit(1)
    oldest = numbers.order_by(c.number).limit(1)
    row = (await tx.execute(then)).one_or_none() or (await tx.execute(oldest)).one()
    return row.number, row.published_at


async def recent_number(tx: Transaction) -> int:
    """Find the revision of a day ago, as `version_number_at` does."""
    return (await version_number_at(tx, await tx.now() - RECENT))[0]


async def publish_version(
    tx: Transaction, number: int, document: bytes, published_by: str, because: str
) -> PublishResult:
    """Publish a document as the newest revision, under this number."""
    if tx.on_postgresql:  # only one process publishes at a time; others can read
        await tx.execute(text("LOCK TABLE revisions IN SHARE ROW EXCLUSIVE MODE"))
    newest = await newest_version(tx) if await newest_number(tx) >= number else None
    if newest:
        published = (newest.number, newest.document, newest.published_by, newest.because)
        return (
            PublishResult.BEFORE if published == (number, document, published_by, because) else PublishResult.TOO_LATE
        )
    row = {
        "number": number,
        "document": document,
        "published_by": published_by,
        "because": because,
        "published_at": await tx.now(),
    }
    await tx.close_afterwards()
    await tx.execute(tx.insert(REVISIONS).values(row))
    return PublishResult.NOW


def _version_from_row(row: Row[Any]) -> StoredVersion:
    return StoredVersion(row.number, row.document, row.published_by, row.because)


@dataclass(frozen=True, slots=True)
class SourceVersion(Stored):
    """A version of the operator's schedule.

    An accepted one includes removed talks of earlier versions, as cancelled.
    """

    number: int  # never reused
    document: bytes
    because: str = ""  # why it was refused
    conference: str = FIRST_CONFERENCE  # an id that all versions of one conference share


async def newest_accepted(tx: Transaction) -> SourceVersion | None:
    """Read the newest accepted version; `None` before the first."""
    return await _newest_where(tx, accepted=True)


async def rejected_version(tx: Transaction) -> SourceVersion | None:
    """Read the version that was rejected after the newest accepted one; `None` if there is none."""
    return await _newest_where(tx, accepted=False)


async def other_conferences(tx: Transaction) -> tuple[SourceVersion, ...]:
    """Read the newest accepted version of every conference but the one that is served, newest first."""
    query = select(SOURCES).where(_S.number.in_(NEWEST_OF_CONFERENCES), _S.conference != CURRENT_CONFERENCE)
    return tuple(map(_source_version_from_row, await tx.execute(query.order_by(_S.number.desc()))))


async def conference_id(tx: Transaction) -> str:
    """The id of the conference that is served. It stays, whatever name and days its source gives it."""
    found: str = (await tx.execute(select(CURRENT_CONFERENCE))).scalar_one()
    return found


async def accept_source(tx: Transaction, document: bytes, conference: str) -> int:
    """Store a version as accepted and return its number. The rejected version is deleted."""
    await drop_rejected(tx)
    return await _insert_version(tx, document, "", conference)


async def replace_accepted(tx: Transaction, number: int, document: bytes) -> None:
    """Replace an accepted version by the same one with other keys. The rejected version is deleted."""
    await drop_rejected(tx)
    await tx.close_afterwards()
    await tx.execute(update(SOURCES).where(_S.number == number, _S.document != document).values(document=document))


async def reject_source(tx: Transaction, document: bytes, because: str) -> int:
    """Store a version as rejected, in place of an earlier one. The same document keeps its number."""
    if tx.on_postgresql:  # processes that see it at the same time must give it one number
        await tx.execute(text("LOCK TABLE sources IN SHARE ROW EXCLUSIVE MODE"))
    before = await rejected_version(tx)
    if before and before.document == document:
        return before.number
    await drop_rejected(tx)
    return await _insert_version(tx, document, because)


async def drop_rejected(tx: Transaction) -> None:
    """Delete the rejected version: the source no longer has it, or it was accepted."""
    await tx.execute(delete(SOURCES).where(~_S.accepted))


async def _newest_where(tx: Transaction, *, accepted: bool) -> SourceVersion | None:
    query = select(SOURCES).where(_S.accepted if accepted else ~_S.accepted).order_by(_S.number.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _source_version_from_row(row) if row else None


async def _insert_version(tx: Transaction, document: bytes, because: str, conference: str = FIRST_CONFERENCE) -> int:
    row = {
        "document": document,
        "seen_at": await tx.now(),
        "accepted": not because,
        "because": because,
        "conference": conference,
    }
    await tx.close_afterwards()
    number: int = (await tx.execute(insert(SOURCES).values(row).returning(_S.number))).scalar_one()
    return number


def _source_version_from_row(row: Row[Any]) -> SourceVersion:
    return SourceVersion(row.number, row.document, row.because, row.conference)
