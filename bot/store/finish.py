"""What the database holds about people, and deleting all of it at once when the conference is over."""

from sqlalchemy import Table, delete, func, or_, select, text, update

from bot.store.agenda import AGENDA
from bot.store.amendments import AMENDMENTS
from bot.store.conversations import CONVERSATIONS
from bot.store.database import Transaction
from bot.store.deliveries import DELIVERIES, DELIVERY_EVENTS, DELIVERY_TALKS
from bot.store.feedback import FEEDBACK
from bot.store.feeds import FEEDS
from bot.store.holds import PAUSES
from bot.store.pacing import PACING
from bot.store.people import PEOPLE
from bot.store.revisions import REVISIONS
from bot.store.subscriptions import SUBSCRIPTIONS
from bot.store.unanswered import UNANSWERED

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
