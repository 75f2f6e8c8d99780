"""What the database holds about people, and deleting all of it at once when the conference is over.

All that the database holds about one person: to show them, and to delete when they ask for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, delete, func, or_, select, text, update

from bot.db.database import Transaction
from bot.db.tables import (
    AGENDA,
    AMENDMENTS,
    CONVERSATIONS,
    DELIVERIES,
    DELIVERY_EVENTS,
    DELIVERY_TALKS,
    FEEDBACK,
    FEEDS,
    PACING,
    PAUSES,
    PEOPLE,
    REVISIONS,
    SUBSCRIPTIONS,
    UNANSWERED,
)

# What people did and chose, what was sent to them, what they typed; in the order in which people think of it.
ABOUT_PEOPLE: tuple[Table, ...] = (
    AGENDA,
    FEEDBACK,
    PEOPLE,
    FEEDS,
    DELIVERIES,
    DELIVERY_TALKS,
    DELIVERY_EVENTS,
    SUBSCRIPTIONS,
    CONVERSATIONS,
    UNANSWERED,
    PAUSES,
    PACING,
)

NAMED_IN = (REVISIONS.c.published_by, AMENDMENTS.c.by, AMENDMENTS.c.undone_by)  # rows that stay, without who it was

ANONYMOUS = "an organiser"


async def count_personal_rows(tx: Transaction) -> dict[str, int]:
    """How many rows about people there are, by table; nothing where nothing is left."""
    counts = {table.name: await _count_rows(tx, table) for table in ABOUT_PEOPLE}
    return {name: number for name, number in counts.items() if number}


async def erase_personal_rows(tx: Transaction, expected: dict[str, int]) -> bool:
    """Delete it, if it is as much as `expected`, so that nothing goes that nobody was told of; false if not."""
    if await count_personal_rows(tx) != expected:
        return False
    if not tx.on_postgresql:
        await tx.execute(text("PRAGMA secure_delete = ON"))  # else SQLite leaves the bytes in the file
    for table in ABOUT_PEOPLE:
        await tx.execute(delete(table))
    for column in NAMED_IN:
        person = or_(column.like("U%"), column.like("W%"))
        await tx.execute(update(column.table).where(person).values({column: ANONYMOUS}))
    return True


async def _count_rows(tx: Transaction, table: Table) -> int:
    number: int = (await tx.execute(select(func.count()).select_from(table))).scalar_one()
    return number


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
