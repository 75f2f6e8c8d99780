"""The talks that people saved."""

from sqlalchemy import Column, String, Table, delete, select

from bot.store.columns import METADATA, Moment
from bot.store.database import Transaction

AGENDA = Table(
    "agenda",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("talk", String, primary_key=True, index=True),
    Column("saved_at", Moment, nullable=False),  # machine time
)


async def save(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    """Put the talk on the person's agenda, and say whether it was not there."""
    row = {"workspace": workspace, "person": person, "talk": talk, "saved_at": await tx.now()}
    return (await tx.execute(tx.insert(AGENDA).values(row).on_conflict_do_nothing())).rowcount > 0


async def unsave(tx: Transaction, workspace: str, person: str, talk: str) -> bool:
    """Take the talk off the person's agenda, and say whether it was there."""
    c = AGENDA.c
    gone = await tx.execute(delete(AGENDA).where(c.workspace == workspace, c.person == person, c.talk == talk))
    return gone.rowcount > 0


async def saved(tx: Transaction, workspace: str, person: str) -> frozenset[str]:
    """The ids of the talks on this person's agenda; some may have left the schedule."""
    c = AGENDA.c
    query = select(c.talk).where(c.workspace == workspace, c.person == person)
    return frozenset((await tx.execute(query)).scalars())
