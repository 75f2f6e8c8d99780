import asyncio
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from bot.db import data_protection
from bot.db.data_protection import ABOUT_PEOPLE, ANONYMOUS, NAMED_IN
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.sql import METADATA
from bot.db.tables import ALERTS, FORMER_ANCHORS, QUESTIONS, REHEARSAL, REMINDERS, RESTORED, SEEN, SOURCES, VERSIONS
from bot.delivery import pauses, recipients_repository
from bot.handlers.ask import repository
from bot.handlers.feedback import repository as feedback_repository
from bot.live_schedule import repository as live_schedule_repository
from tests.conftest import MachineTime
from tests.delivery.flow import START, attend, plans, reminders, subscribe, sweep_all

NOT_ABOUT_PEOPLE = {
    VERSIONS.name,
    REHEARSAL.name,
    FORMER_ANCHORS.name,
    REMINDERS.name,
    QUESTIONS.name,
    SEEN.name,
    SOURCES.name,
    RESTORED.name,
    ALERTS.name,
}


async def a_conference(database: Database) -> None:
    """Fill the database with every kind of row about people."""
    await plans(database, reminders("a"))
    await attend(database, "UAMARA", "a")
    await subscribe(database)
    await sweep_all(database, START)
    await database.write(feedback_repository.set_vote, "T1", "UAMARA", "a", "green")
    await database.write(recipients_repository.set_interests, "T1", "UAMARA", ("rust",))
    await database.write(feedback_repository.set_comment, "T1", "UAMARA", "a", "Amara liked it")
    await database.write(repository.remember_conversations, {("T1", "D1", "UAMARA"): "{}"})
    await database.write(repository.add_unanswered, {(date(2019, 3, 5), "kafka"): 1})
    await database.write(repository.add_question_counts, {("T1", date(2019, 3, 5), "who", False): 1})
    await database.write(pauses.pause, "T1", pauses.PAUSE, "paused", by="UAMARA")
    await database.write(live_schedule_repository.publish_version, 1, b"a", "file", "the operator's schedule")
    await database.write(live_schedule_repository.publish_version, 2, b"b", "UAMARA", "moved")
    await database.write(live_schedule_repository.add_override, "UAMARA", "moved", ())
    await database.write(live_schedule_repository.undo_override, 1, "UOLIVIA")


async def rows(tx: Transaction) -> dict[str, int]:
    counts = {
        name: (await tx.execute(select(func.count()).select_from(table))).scalar_one()
        for name, table in METADATA.tables.items()
    }
    return {name: number for name, number in counts.items() if number}


def test_every_table_is_listed_as_about_people_or_not() -> None:
    emptied, unnamed = {table.name for table in ABOUT_PEOPLE}, {column.table.name for column in NAMED_IN}
    listed = emptied | unnamed | NOT_ABOUT_PEOPLE
    assert listed == set(METADATA.tables), "add it to bot/db/data_protection.py or to NOT_ABOUT_PEOPLE"
    assert not emptied & unnamed
    assert not (emptied | unnamed) & NOT_ABOUT_PEOPLE


async def test_erasing_deletes_rows_about_people_and_keeps_the_rest(database: Database) -> None:
    await a_conference(database)
    before = await database.read(rows)
    assert await database.write(
        data_protection.erase_personal_rows, await database.read(data_protection.count_personal_rows)
    )
    assert await database.read(data_protection.count_personal_rows) == {}
    left = {"versions", "reminders", "questions", "revisions", "amendments"}
    assert await database.read(rows) == {name: number for name, number in before.items() if name in left}


async def test_erasing_replaces_the_ids_of_those_who_changed_the_schedule(database: Database) -> None:
    await a_conference(database)
    await database.write(data_protection.erase_personal_rows, await database.read(data_protection.count_personal_rows))
    newest, first = (
        await database.read(live_schedule_repository.newest_version),
        await database.read(live_schedule_repository.version_numbered, 1),
    )
    assert newest
    assert first
    assert (first.published_by, newest.published_by, newest.document) == ("file", ANONYMOUS, b"b")
    [change] = await database.read(live_schedule_repository.all_overrides)
    assert (change.by, change.action, change.undone_by) == (ANONYMOUS, "moved", ANONYMOUS)


async def test_nothing_is_erased_when_rows_were_added_after_the_count(database: Database) -> None:
    await a_conference(database)
    counts = await database.read(data_protection.count_personal_rows)
    await database.write(recipients_repository.save, "T1", "ULATE", "a")
    assert not await database.write(data_protection.erase_personal_rows, counts)
    assert (await database.read(data_protection.count_personal_rows))["agenda"] == 2


async def test_not_a_byte_about_people_is_left_in_sqlites_file(tmp_path: Path, machine: MachineTime) -> None:
    file = tmp_path / "test.sqlite3"
    database = Database(f"sqlite:///{file}", machine)
    await migrate(database)
    await a_conference(database)
    await database.write(data_protection.erase_personal_rows, await database.read(data_protection.count_personal_rows))
    await database.close()
    left = b"".join(await asyncio.to_thread(lambda: [file.read_bytes() for file in tmp_path.iterdir()]))
    assert [trace for trace in (b"UAMARA", b"UOLIVIA", b"Amara liked it", b"kafka") if trace in left] == []
