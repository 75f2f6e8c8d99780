import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bot.clock import monotonic
from bot.db.database import MAX_RETRIES_SAVED, RETRIES_PER_SECOND, RETRY_SHARE, Database, Transaction, with_driver
from bot.db.migrations import migrate
from bot.db.tables import SEEN
from bot.slack.deduplication import Arrival, first_arrivals
from tests.conftest import MachineTime


async def count(tx: Transaction) -> int:
    return int((await tx.execute(select(func.count()).select_from(SEEN))).scalar_one())


def test_the_bot_chooses_the_driver() -> None:
    assert with_driver("sqlite:////var/lib/qcon.sqlite3").drivername == "sqlite+pysqlite"
    assert with_driver("postgres://bot@db/qcon").drivername == "postgresql+asyncpg"
    assert with_driver("postgresql://bot@db/qcon?sslmode=require").query == {"ssl": "require"}


async def test_a_failed_transaction_writes_nothing(database: Database) -> None:
    async def fail(tx: Transaction) -> None:
        await first_arrivals(tx, [Arrival("Ev1", "a")])
        raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        await database.write(fail)
    assert await database.read(count) == 0


async def test_many_writers_at_once_all_get_their_turn(database: Database) -> None:
    await asyncio.gather(*(database.write(first_arrivals, [Arrival(f"Ev{n}", "a")]) for n in range(40)))
    assert await database.read(count) == 40


async def test_a_deadlock_is_tried_again(postgresql_url: str, machine: MachineTime) -> None:
    database = Database(postgresql_url, machine)

    async def make(tx: Transaction) -> None:
        await tx.execute(text("CREATE TABLE pair AS SELECT n, 0 AS hits FROM generate_series(1, 2) AS n"))

    both_hold_one = asyncio.Barrier(2)
    tries = []

    async def cross(tx: Transaction, first: int, second: int) -> None:
        tries.append(first)
        await tx.execute(text("UPDATE pair SET hits = hits + 1 WHERE n = :n"), {"n": first})
        if len(tries) <= 2:
            await both_hold_one.wait()
        await tx.execute(text("UPDATE pair SET hits = hits + 1 WHERE n = :n"), {"n": second})

    async def hits(tx: Transaction) -> list[int]:
        return list((await tx.execute(text("SELECT hits FROM pair"))).scalars())

    await database.write(make)
    await asyncio.gather(database.write(cross, 1, 2), database.write(cross, 2, 1))
    assert await database.read(hits) == [2, 2]
    assert len(tries) >= 3
    await database.close()


async def test_a_cut_connection_is_replaced_and_the_work_runs_again(postgresql_url: str, machine: MachineTime) -> None:
    database = Database(postgresql_url, machine)
    pids: list[int] = []

    async def work(tx: Transaction) -> int:
        pids.append(int((await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()))
        if len(pids) == 1:
            await database.read(cut, pids[0])
        return int((await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one())

    async def cut(tx: Transaction, pid: int) -> None:
        await tx.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": pid})

    assert await database.write(work) == pids[1] != pids[0]
    await database.close()


async def test_an_error_that_a_retry_cannot_fix_is_raised_at_once(database: Database) -> None:
    async def broken(tx: Transaction) -> None:
        tries.append(1)
        await tx.execute(text("SELECT nothing FROM nowhere"))

    tries: list[int] = []
    with pytest.raises(DBAPIError):
        await database.write(broken)
    assert len(tries) == 1


async def test_few_calls_are_retried_in_an_outage(database: Database) -> None:
    async def refused(tx: Transaction) -> None:
        tries.append(1)
        raise ConnectionRefusedError

    tries: list[int] = []
    began = monotonic()
    came = await asyncio.gather(*(database.read(refused) for _ in range(200)), return_exceptions=True)
    took = monotonic() - began
    assert {type(error) for error in came} == {ConnectionRefusedError}
    assert 200 < len(tries) <= 200 * (1 + RETRY_SHARE) + MAX_RETRIES_SAVED + took * RETRIES_PER_SECOND


async def test_a_postgresql_transaction_takes_the_time_from_the_server(
    postgresql_url: str, machine: MachineTime
) -> None:
    database = Database(postgresql_url, machine)
    server_time = await database.read(Transaction.now)
    assert server_time.tzinfo is not None
    assert server_time != machine.now
    await database.close()


async def test_a_cancelled_write_leaves_no_lock(tmp_path: Path, machine: MachineTime) -> None:
    database = Database(f"sqlite:///{tmp_path}/test.sqlite3", machine)
    await migrate(database)
    for step in range(200):  # cancel at every moment of a transaction, which takes a few milliseconds
        writing = asyncio.create_task(database.write(first_arrivals, [Arrival(f"Ev{step}", "a")]))
        await asyncio.sleep(step * 0.00005)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        with closing(sqlite3.connect(tmp_path / "test.sqlite3", timeout=0.3)) as another_process:
            assert another_process.execute("BEGIN IMMEDIATE").fetchall() == []  # raises if the database is locked
    await database.close()
