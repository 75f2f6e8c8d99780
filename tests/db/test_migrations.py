import asyncio
import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.engine import make_url

from bot.db.database import Database, Transaction
from bot.db.migrations import STEPS, DatabaseTooNewError, lasting_advice, migrate
from bot.db.tables import VERSIONS
from bot.errors import SettingsError, UnavailableError
from bot.live_schedule import repository
from tests.conftest import MachineTime


async def version(tx: Transaction) -> int:
    return int((await tx.execute(select(VERSIONS.c.version))).scalar_one())


async def test_nodes_that_start_together_migrate_once(database_url: str, machine: MachineTime) -> None:
    nodes = [Database(database_url, machine) for _ in range(4)]
    await asyncio.gather(*map(migrate, nodes))
    assert await nodes[0].read(version) == len(STEPS)
    await asyncio.gather(*(node.close() for node in nodes))


async def test_a_database_that_only_newer_nodes_understand_is_refused(database_url: str, machine: MachineTime) -> None:
    database = Database(database_url, machine)
    await migrate(database)

    async def raise_bar(tx: Transaction) -> None:
        await tx.execute(update(VERSIONS).values(min_version=len(STEPS) + 1))

    await database.write(raise_bar)
    with pytest.raises(DatabaseTooNewError, match="Upgrade the bot"):
        await migrate(database)
    await database.close()


async def test_a_newer_database_that_older_nodes_may_use_is_left_alone(database_url: str, machine: MachineTime) -> None:
    database = Database(database_url, machine)
    await migrate(database)

    async def add_version(tx: Transaction) -> None:
        await tx.execute(update(VERSIONS).values(version=len(STEPS) + 1))

    await database.write(add_version)
    await migrate(database)
    assert await database.read(version) == len(STEPS) + 1
    await database.close()


async def test_migration_takes_the_last_version_from_the_file_as_the_newest_accepted_one(
    database_url: str, machine: MachineTime
) -> None:
    database = Database(database_url, machine)
    await migrate(database)
    for number, by in enumerate(("file", "file", "U0ORGANISE"), 1):
        await database.write(repository.publish_version, number, f"revision {number}".encode(), by, "")

    async def as_it_was(tx: Transaction) -> None:
        await tx.execute(text("DROP TABLE sources"))
        await tx.execute(update(VERSIONS).values(version=4))

    await database.write(as_it_was)
    await migrate(database)
    version = await database.read(repository.newest_accepted)
    assert version is not None
    assert version.document == b"revision 2"
    assert await database.write(repository.reject_source, b"", "why") > version.number
    await database.close()


async def test_migration_steps_can_run_again(database_url: str, machine: MachineTime) -> None:
    database = Database(database_url, machine)
    await migrate(database)

    async def back(tx: Transaction) -> None:
        await tx.execute(update(VERSIONS).values(version=3))

    await database.write(back)
    await migrate(database)
    assert await database.read(version) == len(STEPS)
    await database.close()


async def refusal(url: str, machine: MachineTime) -> str:
    """The sentence with which a database is refused for good."""
    database = Database(url, machine)
    with pytest.raises(SettingsError) as raised:
        await migrate(database)
    await database.close()
    assert not isinstance(raised.value, UnavailableError)
    return str(raised.value)


async def test_a_role_that_may_not_create_tables_is_told_what_to_grant(
    postgresql_url: str, machine: MachineTime
) -> None:
    owner = Database(postgresql_url, machine)
    name = make_url(postgresql_url).database

    async def add_guest(tx: Transaction) -> None:
        await tx.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
        await tx.execute(text(f"CREATE ROLE {name}_guest LOGIN"))
        await tx.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}_guest"))

    async def remove_guest(tx: Transaction) -> None:
        await tx.execute(text(f"DROP OWNED BY {name}_guest"))
        await tx.execute(text(f"DROP ROLE {name}_guest"))

    await owner.write(add_guest)
    guest = make_url(postgresql_url).set(username=f"{name}_guest", password=None)
    assert "GRANT CREATE ON SCHEMA public TO" in await refusal(guest.render_as_string(), machine)
    await migrate(owner)  # as pg_restore does, run by another user
    assert "pg_restore --no-owner" in await refusal(guest.render_as_string(), machine)
    await owner.write(remove_guest)
    await owner.close()


@pytest.mark.parametrize(
    ("kind", "advice"),
    [("folder", "Let the bot's user read and write"), ("damaged", "restore a backup"), ("text", "restore a backup")],
)
async def test_an_sqlite_file_that_cannot_be_used_is_refused_with_advice(
    kind: str, advice: str, tmp_path: Path, machine: MachineTime
) -> None:
    file = tmp_path / "bot.sqlite3"
    if kind == "folder":
        file.mkdir()
    elif kind == "text":
        file.write_text("Dear diary,\n" * 1000)
    else:
        database = Database(f"sqlite:///{file}", machine)
        await migrate(database)
        await database.close()
        with file.open("rb+") as opened:
            opened.seek(100)
            opened.write(b"\xff" * 8000)
    assert advice in await refusal(f"sqlite:///{file}", machine)


async def test_a_database_of_another_program_gets_no_tables(tmp_path: Path, machine: MachineTime) -> None:
    with closing(sqlite3.connect(tmp_path / "recipes")) as recipes:
        recipes.execute("CREATE TABLE recipes (name TEXT)")
        assert "something else in it (recipes)" in await refusal(f"sqlite:///{tmp_path}/recipes", machine)
        assert recipes.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


async def test_an_address_that_the_driver_cannot_use_is_refused(machine: MachineTime) -> None:
    assert "Correct QCON_DATABASE_URL" in await refusal("postgresql://bot@127.0.0.1:1/bot?sslmode=verify-full", machine)


def test_a_file_of_another_user_is_refused_and_a_missing_socket_is_waited_for() -> None:
    assert "Let the bot's user" in lasting_advice(PermissionError(errno.EACCES, "Permission denied", "bot.sqlite3"))
    assert lasting_advice(FileNotFoundError(errno.ENOENT, "No such file or directory")) == ""
    assert lasting_advice(OSError(errno.ENOSPC, "No space left on device", "bot.sqlite3")) == ""


async def test_the_limits_in_a_postgresql_address_are_used(postgresql_url: str, machine: MachineTime) -> None:
    database = Database(
        make_url(postgresql_url)
        .update_query_dict({"timeout": "10", "command_timeout": "0.2"})
        .render_as_string(hide_password=False),
        machine,
    )

    async def sleep(tx: Transaction) -> None:
        await tx.execute(text("SELECT pg_sleep(3)"))

    with pytest.raises(TimeoutError):
        await database.read(sleep)
    await database.close()
