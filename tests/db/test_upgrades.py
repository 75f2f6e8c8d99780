"""Upgrades: databases of each earlier form are brought up to date, and two versions share one database.

The older version is real code from the history: that before the newest step of the migrations.

`schemas/` holds the SQLite database of each earlier form, empty, as the bot of that time made it. When a step is added to
the migrations of a released version, the form before it belongs there too, as `.dump` of the program sqlite3 writes it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.db import migrations
from bot.db.database import Database
from bot.db.migrations import migrate
from bot.db.tables import VERSIONS
from bot.delivery import recipients_repository
from bot.delivery.recipients_repository import Preferences
from tests.conftest import MachineTime
from tests.db.older_code import NO_HISTORY, unpack_older_code
from tests.end_to_end.processes import run, start_process
from tests.fake_slack.server import SlackForTests

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sql"), key=lambda file: int(file.stem))

PERSON = (
    "INSERT INTO people (workspace, person, reminded, lead, digest, channel, zone, changed_at) "
    "VALUES ('T1', 'U1', 1, 15, 0, 'D1', 'Europe/London', 0)"
)

OTHERS = "indexes and triggers"

SAVED_TALK = "INSERT INTO agenda VALUES ('T1', 'U1', 'flows', 0)"


def earlier_database(schema: Path, file: Path) -> set[str]:
    """Make a database of this form with one person's data, as far as it has a place for it. Return its tables."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(schema.read_text(encoding="utf-8"))
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "people" in tables:
            connection.execute(PERSON)
            connection.execute(SAVED_TALK)
        connection.commit()
    return tables


def form(file: Path) -> dict[str, set[str]]:
    """The columns of each table, and the names of all indexes and triggers."""
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        tables = {
            name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
            for kind, name in names
            if kind == "table"
        }
        return tables | {OTHERS: {name for kind, name in names if kind != "table"}}


async def upgrade(file: Path, machine: MachineTime) -> Database:
    database = Database(f"sqlite:///{file}", machine)
    await migrate(database)
    return database


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda file: f"form {file.stem}")
async def test_a_database_of_each_earlier_form_is_brought_up_to_date(
    schema: Path, tmp_path: Path, machine: MachineTime
) -> None:
    tables = earlier_database(schema, tmp_path / "old.sqlite3")
    await (await upgrade(tmp_path / "new.sqlite3", machine)).close()
    database = await upgrade(tmp_path / "old.sqlite3", machine)
    old, new = form(tmp_path / "old.sqlite3"), form(tmp_path / "new.sqlite3")
    assert old.pop(OTHERS) >= new.pop(OTHERS)  # indexes that are no longer needed are not removed
    assert old == new
    if "people" in tables:
        kept = await database.read(recipients_repository.preferences, "T1", "U1")
        assert kept == Preferences(reminded=True, lead=15, channel="D1", zone="Europe/London")
        assert await database.read(recipients_repository.saved, "T1", "U1") == {"flows"}
    await database.close()


async def form_of(url: str) -> int:
    """The number of the database's form."""
    database = Database(url, Clock().real_now)
    version = await database.read(lambda tx: tx.execute(select(VERSIONS.c.version)))
    await database.close()
    return int(version.scalar_one())


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["the one before and this one", "this one and the next one"])
async def test_two_versions_share_a_database_and_the_older_one_can_come_back(
    pair: str, postgresql_url: str, tmp_path: Path
) -> None:
    newest = len(migrations.STEPS)
    if pair.startswith("this one"):
        old, older_form, newer_form, module = {}, newest, newest + 1, "tests.db.next_version"
    else:
        old = {"PYTHONPATH": str(tmp_path / "before")}
        steps = unpack_older_code(tmp_path / "before")
        if steps is None:
            pytest.skip(NO_HISTORY)
        older_form, newer_form, module = steps, newest, "bot"
    changed = {"QCON_DATABASE_URL": postgresql_url, "QCON_NOW": "2019-03-05T10:18", "QCON_SPEED": "10"}
    async with SlackForTests.serving() as slack:
        amara = slack.person("amara")

        def reminders() -> list[str]:  # each about the one saved talk; a welcome names none
            return [message.text for message in slack.deliveries() if "Complex Event Flows" in message.text]

        async with run(slack, tmp_path, **changed, **old) as older:
            assert await form_of(postgresql_url) == older_form
            assert "saved" in (await amara.ask("/qcon save Complex Event Flows in Distributed Systems")).text.lower()
            async with start_process(slack, tmp_path, module, **changed) as newer:
                assert await form_of(postgresql_url) == newer_form
                assert "Complex Event Flows" in (await amara.ask("/qcon agenda")).text  # from the older one
                await slack.workspace.wait_until(lambda: len(reminders()) >= 1, 100)  # at 10:25
                assert await older.stop() == 0
                slack.connect(f"{newer.url}/slack/events")
                assert "Complex Event Flows" in (await amara.ask("/qcon agenda")).text
                assert await newer.stop() == 0
        async with run(slack, tmp_path, **changed, **old) as older_again:
            assert "Complex Event Flows" in (await amara.ask("/qcon agenda")).text
            assert await older_again.stop() == 0
        assert len(reminders()) == 1
