import asyncio

import pytest
from sqlalchemy import select, text, update

from bot.db.database import Database, Transaction
from bot.db.migrations import STEPS, DatabaseTooNewError, migrate
from bot.db.tables import VERSIONS
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
