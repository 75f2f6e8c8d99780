"""What Slack has told us already: it repeats itself, and any node may get the repetition."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Column, String, Table, select

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

SEEN = Table(
    "seen",
    METADATA,
    Column("key", String, primary_key=True),  # stands for an event_id or a trigger_id
    Column("first_by", String, nullable=False),  # which coming of it was the first
    Column("at", Moment, nullable=False, index=True),  # machine time
)


class Arrival(NamedTuple):
    """One time that Slack told us something."""

    key: str
    token: str  # nobody else's


async def first_arrivals(tx: Transaction, arrivals: Sequence[Arrival]) -> Mapping[Arrival, bool]:
    """Which of these are the first of their key, on any node."""
    at = await tx.now()
    rows = [{"key": one.key, "first_by": one.token, "at": at} for one in arrivals]
    await tx.execute(tx.insert(SEEN).on_conflict_do_nothing(), rows)
    c = SEEN.c
    first = await tx.execute(select(c.key, c.first_by).where(c.key.in_({one.key for one in arrivals})))
    by = {row.key: row.first_by for row in first}
    return {one: by[one.key] == one.token for one in arrivals}
