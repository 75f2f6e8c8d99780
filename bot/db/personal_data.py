"""Personal data: exporting or deleting the rows of one person, and deleting those of everybody after the conference."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, String, Table, and_, delete, false, func, or_, select, text, update

from bot.db.database import Transaction
from bot.db.sql import METADATA
from bot.db.tables import (
    AGENDA,
    AMENDMENTS,
    CONVERSATIONS,
    DELIVERIES,
    DELIVERY_EVENTS,
    DELIVERY_TALKS,
    DISMISSALS,
    FEEDBACK,
    FEEDS,
    INTERESTS,
    PACING,
    PAUSES,
    PEOPLE,
    REVISIONS,
    SUBSCRIPTIONS,
    UNANSWERED,
)

# Tables about people: what they chose, what was sent to them, what they typed. Reports list them in this order.
ABOUT_PEOPLE: tuple[Table, ...] = (
    AGENDA,
    FEEDBACK,
    PEOPLE,
    FEEDS,
    INTERESTS,
    DISMISSALS,
    DELIVERIES,
    DELIVERY_TALKS,
    DELIVERY_EVENTS,
    SUBSCRIPTIONS,
    CONVERSATIONS,
    UNANSWERED,
    PAUSES,
    PACING,
)

NAMED_IN = (REVISIONS.c.published_by, AMENDMENTS.c.by, AMENDMENTS.c.undone_by)  # rows that stay, with the name removed

ANONYMOUS = "an organiser"


async def count_personal_rows(tx: Transaction) -> dict[str, int]:
    """Count the rows about people, by table. Empty tables are left out."""
    counts: dict[str, int] = {}
    for table in ABOUT_PEOPLE:
        if number := (await tx.execute(select(func.count()).select_from(table))).scalar_one():
            counts[table.name] = number
    return counts


async def erase_personal_rows(tx: Transaction, expected: dict[str, int]) -> bool:
    """Delete all rows about people, but only if their counts are as `expected`; false if they are not.

    This way, nothing is deleted that the operator has not seen counted.
    """
    if await count_personal_rows(tx) != expected:
        return False
    if not tx.on_postgresql:
        await tx.execute(text("PRAGMA secure_delete = ON"))  # otherwise SQLite leaves the bytes in the file
    for table in ABOUT_PEOPLE:
        await tx.execute(delete(table))
    for column in NAMED_IN:
        person = or_(column.like("U%"), column.like("W%"))
        await tx.execute(update(column.table).where(person).values({column: ANONYMOUS}))
    return True


# The column with the person to whom a row belongs. Exports list the tables in this order.
PERSONAL_TABLES: Mapping[Table, Column[str]] = {
    AGENDA: AGENDA.c.person,
    FEEDBACK: FEEDBACK.c.person,
    PEOPLE: PEOPLE.c.person,
    FEEDS: FEEDS.c.person,
    INTERESTS: INTERESTS.c.person,
    DISMISSALS: DISMISSALS.c.person,
    CONVERSATIONS: CONVERSATIONS.c.person,
    DELIVERIES: DELIVERIES.c.conversation,
    DELIVERY_TALKS: DELIVERY_TALKS.c.conversation,
}

# Columns with the author of rows that belong to everyone.
AUTHOR_COLUMNS: tuple[Column[str], ...] = (SUBSCRIPTIONS.c.turned_on_by, PAUSES.c.by)

RowsByTable = Sequence[Mapping[str, Any]]


async def personal_rows(tx: Transaction, workspace: str, person: str) -> dict[str, RowsByTable]:
    """All rows of one person, by table and as they are stored. Empty tables are left out."""
    rows_by_table = {}
    for table, owner in (*PERSONAL_TABLES.items(), *((column.table, column) for column in AUTHOR_COLUMNS)):
        rows = await tx.execute(select(table).where(table.c.workspace == workspace, owner == person))
        rows_by_table[table.name] = [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it
    return {name: rows for name, rows in rows_by_table.items() if rows}


async def delete_personal_rows(tx: Transaction, workspace: str, person: str) -> None:
    """Delete all rows of one person, deliveries that are still to be sent included.

    What they created for everyone, and what was said to others, stays without their id.
    """
    sent = select(DELIVERIES.c.id).where(DELIVERIES.c.workspace == workspace, DELIVERIES.c.conversation == person)
    await tx.execute(delete(DELIVERY_EVENTS).where(DELIVERY_EVENTS.c.delivery.in_(sent)))
    for table, owner in PERSONAL_TABLES.items():
        await tx.execute(delete(table).where(table.c.workspace == workspace, owner == person))
    for table in METADATA.sorted_tables:
        await _remove_mentions(tx, table, workspace, person)


async def _remove_mentions(tx: Transaction, table: Table, workspace: str, person: str) -> None:
    """Replace the person's id in the texts of the rows that stay. A row whose key holds the id is deleted."""
    texts = [column for column in table.columns if isinstance(column.type, String)]
    theirs = or_(false(), *(column.contains(person, autoescape=True) for column in texts))
    if "workspace" in table.c:
        theirs = and_(theirs, table.c.workspace == workspace)
    mention = re.compile(rf"<@{person}>|\b{person}\b")
    for row in (await tx.execute(select(table).where(theirs))).mappings():
        changed = {column.name: mention.sub(ANONYMOUS, row[column]) for column in texts if row[column]}
        changed = {name: text for name, text in changed.items() if text != row[name]}
        this_row = and_(*(key == row[key] for key in table.primary_key))
        if changed.keys() & table.primary_key.columns.keys():
            await tx.execute(delete(table).where(this_row))
        elif changed:
            await tx.execute(update(table).where(this_row).values(changed))
