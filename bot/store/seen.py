"""What Slack has told us already: it repeats itself, and any node may get the repetition."""

from sqlalchemy import Column, String, Table, select

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

SEEN = Table(
    "seen",
    METADATA,
    Column("key", String, primary_key=True),  # an event_id or a trigger_id
    Column("first_by", String, nullable=False),  # the transaction that saw it first
    Column("at", Moment, nullable=False, index=True),  # machine time
)


async def first_time(tx: Transaction, key: str) -> bool:
    """Whether this is the first time that anyone asks for this key."""
    row = {"key": key, "first_by": tx.token, "at": await tx.machine()}
    await tx.execute(tx.insert(SEEN).values(row).on_conflict_do_nothing())
    first_by = (await tx.execute(select(SEEN.c.first_by).where(SEEN.c.key == key))).scalar_one()
    return bool(first_by == tx.token)
