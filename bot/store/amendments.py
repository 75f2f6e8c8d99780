"""What organisers changed on top of the source: who, when, and what it amounts to; and what was undone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Row, String, Table, Text, delete, insert, select, update

from bot.schedule.amendments import Override, override_from_json, override_to_json
from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

AMENDMENTS = Table(
    "amendments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("by", String, nullable=False),  # a Slack user id
    Column("at", Moment, nullable=False),  # machine time
    Column("deed", String, nullable=False),  # in a few words for people
    Column("content", Text, nullable=False),  # a JSON list of edits
    Column("undone_by", String, nullable=False),  # a Slack user id; empty while it stands
    Column("undone_at", Moment),
)

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
