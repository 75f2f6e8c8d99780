"""Store the topics that interest a person."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from bot.db.database import Transaction
from bot.db.tables import INTERESTS


async def interests(tx: Transaction, workspace: str, person: str) -> tuple[str, ...]:
    """The topics that this person named, in alphabetical order."""
    c = INTERESTS.c
    query = select(c.topic).where(c.workspace == workspace, c.person == person).order_by(c.topic)
    return tuple((await tx.execute(query)).scalars())


async def set_interests(tx: Transaction, workspace: str, person: str, topics: Sequence[str]) -> None:
    """Store these topics, each once, in place of the earlier ones."""
    c, now = INTERESTS.c, await tx.now()
    await tx.execute(delete(INTERESTS).where(c.workspace == workspace, c.person == person))
    rows = [
        {"workspace": workspace, "person": person, "topic": topic, "named_at": now} for topic in dict.fromkeys(topics)
    ]
    if rows:
        await tx.execute(insert(INTERESTS), rows)
