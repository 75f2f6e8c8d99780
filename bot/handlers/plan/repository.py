"""Store the topics that interest a person, and the talks that they do not want suggested."""

from collections.abc import Sequence

from sqlalchemy import delete

from bot.db.database import Transaction
from bot.db.tables import DISMISSALS, INTERESTS


async def set_interests(tx: Transaction, workspace: str, person: str, topics: Sequence[str]) -> None:
    """Store these topics, each once, in place of the earlier ones."""
    c, now = INTERESTS.c, await tx.now()
    await tx.execute(delete(INTERESTS).where(c.workspace == workspace, c.person == person))
    rows = [
        {"workspace": workspace, "person": person, "topic": topic, "named_at": now} for topic in dict.fromkeys(topics)
    ]
    if rows:
        await tx.execute(tx.insert(INTERESTS).values(rows).on_conflict_do_nothing())


async def dismiss(tx: Transaction, workspace: str, person: str, talk: str) -> None:
    """Never suggest this talk to this person again."""
    row = {"workspace": workspace, "person": person, "talk": talk, "dismissed_at": await tx.now()}
    await tx.execute(tx.insert(DISMISSALS).values(row).on_conflict_do_nothing())
