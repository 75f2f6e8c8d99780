"""The database crashes, loses its connections, is locked, or its disk is full."""

import asyncio
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.db.database import Database, Transaction
from tests.faults.conftest import Table
from tests.faults.trial import Trial, a_day
from tests.postgresql import crash
from tests.small_disk import full

pytestmark = [pytest.mark.slow, pytest.mark.serial]


async def crash_repeatedly(server: Any, trial: Trial, times: int) -> None:
    """Crash the database while messages go out."""
    for _ in range(times):
        await trial.pause(random.uniform(0.3, 0.8))
        await asyncio.to_thread(crash, server)


@pytest.mark.parametrize(
    ("crashes", "people"), [(2, 60), pytest.param(50, 4000, marks=pytest.mark.thorough)], ids=["quick", "fifty"]
)
async def test_reminders_survive_repeated_crashes_of_the_database(
    crashing: tuple[Any, str], table: Table, crashes: int, people: int
) -> None:
    server, url = crashing
    async with Trial.on(url, rate_per_minute=6000) as trial:
        await trial.seed(a_day(2), people=people, talks_each=2)
        for _ in range(2):
            trial.start()
        await crash_repeatedly(server, trial, crashes)
        await trial.finished(within_s=300)
        count = await trial.count()
    table.add(f"PostgreSQL crashes {crashes} times", count, crashes)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


async def test_reminders_survive_database_connections_that_are_cut(postgresql_url: str, table: Table) -> None:
    async def cut(tx: Transaction) -> int:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        return len((await tx.execute(text(f"{others} AND datname = current_database()"))).all())

    async with Trial.on(postgresql_url, rate_per_minute=6000) as trial:
        await trial.seed(a_day(2), people=60, talks_each=2)
        trial.start()
        trial.start()
        times = 0
        for _ in range(4):
            await trial.pause(0.2)
            times += await trial.database.read(cut)
        await trial.finished()
        count = await trial.count()
    table.add("connections to PostgreSQL cut", count, times)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


@pytest.mark.thorough
async def test_reminders_survive_a_database_locked_by_a_backup(tmp_path: Path, table: Table) -> None:
    file = tmp_path / "qcon.sqlite3"
    async with Trial.on(f"sqlite:///{file}", rate_per_minute=3000) as trial:
        await trial.seed(a_day(1), people=60, talks_each=1)
        trial.start()
        await trial.reach(10)
        backup = sqlite3.connect(file, isolation_level=None)
        backup.execute("BEGIN IMMEDIATE")
        await trial.pause(6.5)  # longer than one statement waits
        backup.execute("COMMIT")
        backup.close()
        await trial.finished()
        count = await trial.count()
    table.add("SQLite locked for 6.5 s", count, 1)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


@pytest.mark.thorough
async def test_reminders_survive_a_full_disk(small_disk: Path, table: Table) -> None:
    async with Trial.on(f"sqlite:///{small_disk}/qcon.sqlite3", rate_per_minute=3000) as trial:
        await trial.seed(a_day(1), people=80, talks_each=1)
        trial.start()
        await trial.reach(10)
        with full(small_disk):
            await trial.pause(2)
        await trial.finished()
        count = await trial.count()
    table.add("SQLite's disk full for 2 s", count, 1)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


async def test_a_serialization_failure_is_tried_again(postgresql_url: str) -> None:
    database = Database(postgresql_url, lambda: pytest.fail("PostgreSQL tells the time"))
    tries: list[int] = []

    async def fail_once(tx: Transaction) -> None:
        tries.append(1)
        if len(tries) == 1:
            await tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'try again' USING ERRCODE = '40001'; END $$"))

    await database.write(fail_once)
    assert len(tries) == 2
    await database.close()
