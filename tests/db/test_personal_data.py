from sqlalchemy import func, select

from bot.db import personal_data
from bot.db.database import Database, Transaction
from bot.db.sql import METADATA
from bot.db.tables import DELIVERIES
from bot.delivery import pauses, recipients_repository
from bot.handlers.ask import repository
from bot.handlers.feedback import repository as feedback_repository
from tests.delivery.flow import START, attend, plans, reminders, sweep_all

HERE = ("T1", "U1")


async def _live(database: Database) -> None:
    """Let U1 and U2 save a talk, get reminders planned, vote, ask and pause."""
    await plans(database, reminders("a"))
    for person in ("U1", "U2"):
        await attend(database, person, "a")
        await database.write(feedback_repository.set_vote, "T1", person, "a", "green")
        await database.write(repository.remember_conversations, {("T1", "C1", person): "{}"})
    await database.write(pauses.pause, "T1", pauses.PAUSE, "paused", by="U1")
    await sweep_all(database, START)


async def _mentions(tx: Transaction, person: str) -> set[str]:
    """The tables in which a row names this person."""
    tables = set()
    for table in METADATA.sorted_tables:
        rows = [tuple(row) for row in await tx.execute(select(table))]
        tables |= {table.name} if any(person in row for row in rows) else set()
    return tables


async def test_all_of_a_persons_rows_are_shown_and_nobody_elses(database: Database) -> None:
    await _live(database)
    held = await database.read(personal_data.personal_rows, *HERE)
    assert held.keys() == await database.read(_mentions, "U1")
    assert "U2" not in str(held)
    assert await database.read(personal_data.personal_rows, "T2", "U1") == {}


async def test_what_is_forgotten_is_nowhere_and_what_others_have_stays(database: Database) -> None:
    await _live(database)
    before = await database.read(personal_data.personal_rows, "T1", "U2")
    await database.write(personal_data.delete_personal_rows, *HERE)
    assert await database.read(_mentions, "U1") == set()
    assert await database.read(personal_data.personal_rows, *HERE) == {}
    assert await database.read(personal_data.personal_rows, "T1", "U2") == before
    assert pauses.PAUSE in await database.read(pauses.active_pauses, "T1")
    assert await database.read(recipients_repository.saved, "T1", "U2") == {"a"}


async def test_what_was_to_be_sent_to_them_is_not_sent_and_not_planned_again(database: Database) -> None:
    await _live(database)
    await database.write(personal_data.delete_personal_rows, *HERE)
    await sweep_all(database, START)
    waiting = select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.conversation == "U1")

    async def count(tx: Transaction) -> int:
        return int((await tx.execute(waiting)).scalar_one())

    assert await database.read(count) == 0
