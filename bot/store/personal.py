"""All that the database holds about one person: to show them, and to delete when they ask for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, delete, select, update

from bot.store.agenda import AGENDA
from bot.store.conversations import CONVERSATIONS
from bot.store.database import Transaction
from bot.store.deliveries import DELIVERIES, DELIVERY_EVENTS, DELIVERY_TALKS
from bot.store.feedback import FEEDBACK
from bot.store.feeds import FEEDS
from bot.store.finish import ANONYMOUS
from bot.store.holds import PAUSES
from bot.store.people import PEOPLE
from bot.store.subscriptions import SUBSCRIPTIONS

# Whose rows they are; in the order in which people think of it.
PERSONAL_TABLES: Mapping[Table, Column[str]] = {
    AGENDA: AGENDA.c.person,
    FEEDBACK: FEEDBACK.c.person,
    PEOPLE: PEOPLE.c.person,
    FEEDS: FEEDS.c.person,
    CONVERSATIONS: CONVERSATIONS.c.person,
    DELIVERIES: DELIVERIES.c.conversation,
    DELIVERY_TALKS: DELIVERY_TALKS.c.conversation,
}
# Rows that belong to everyone, with who made them.
AUTHOR_COLUMNS: tuple[Column[str], ...] = (SUBSCRIPTIONS.c.turned_on_by, PAUSES.c.by)

RowsByTable = Sequence[Mapping[str, Any]]


async def personal_rows(tx: Transaction, workspace: str, person: str) -> dict[str, RowsByTable]:
    """Their rows by table, as they are kept; what is empty is left out."""
    found = {}
    for table, whose in (*PERSONAL_TABLES.items(), *((one.table, one) for one in AUTHOR_COLUMNS)):
        rows = await tx.execute(select(table).where(table.c.workspace == workspace, whose == person))
        found[table.name] = [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it
    return {name: rows for name, rows in found.items() if rows}


async def delete_personal_rows(tx: Transaction, workspace: str, person: str) -> None:
    """Delete it; what was to be sent to them is not sent. What they made for everyone stays, without who made it."""
    sent = select(DELIVERIES.c.id).where(DELIVERIES.c.workspace == workspace, DELIVERIES.c.conversation == person)
    await tx.execute(delete(DELIVERY_EVENTS).where(DELIVERY_EVENTS.c.delivery.in_(sent)))
    for table, whose in PERSONAL_TABLES.items():
        await tx.execute(delete(table).where(table.c.workspace == workspace, whose == person))
    for column in AUTHOR_COLUMNS:
        theirs = (column.table.c.workspace == workspace, column == person)
        await tx.execute(update(column.table).where(*theirs).values({column: ANONYMOUS}))
