import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import literal, select, text

from bot.db.database import Database, Transaction
from bot.db.engine import DatabaseFileGone
from tests.conftest import MachineTime

WORK_S = 0.2


@pytest.fixture
async def notes(tmp_path: Path, machine: MachineTime) -> AsyncIterator[Database]:
    """A database file with one table."""
    database = Database(f"sqlite:///{tmp_path}/notes.sqlite3", machine)

    async def make(tx: Transaction) -> None:
        await tx.execute(text("CREATE TABLE notes (words TEXT)"))

    await database.write(make)
    yield database
    await database.close()


async def write(tx: Transaction, words: str) -> None:
    await tx.execute(text("INSERT INTO notes VALUES (:words)"), {"words": words})


async def written(tx: Transaction) -> list[str]:
    return list((await tx.execute(text("SELECT words FROM notes"))).scalars())


async def test_a_transaction_that_awaits_anything_but_the_database_fails_and_writes_nothing(notes: Database) -> None:
    async def dawdle(tx: Transaction) -> None:
        await write(tx, "before")
        await asyncio.sleep(0)
        await write(tx, "after")

    with pytest.raises(RuntimeError, match="nothing is waited for but the database"):
        await notes.write(dawdle)
    assert await notes.read(written) == []


async def test_a_file_that_another_one_has_replaced_is_not_written(notes: Database, tmp_path: Path) -> None:
    await notes.write(write, "first")
    other = tmp_path / "other.sqlite3"
    other.write_bytes(b"another file")
    other.replace(tmp_path / "notes.sqlite3")
    with pytest.raises(DatabaseFileGone):
        await notes.write(write, "second")
    assert (tmp_path / "notes.sqlite3").read_bytes() == b"another file"


async def test_a_statement_is_compiled_once_for_all_files(notes: Database, tmp_path: Path) -> None:
    async def compiled(tx: Transaction) -> object:
        return (await tx.execute(select(literal("words")))).context.compiled

    others = [notes.beside(f"sqlite:///{tmp_path}/{name}.sqlite3") for name in ("one", "two")]
    known = await notes.read(compiled)
    assert all([await other.read(compiled) is known for other in others])
    for other in others:
        await other.close()


async def test_a_cancelled_write_ends_only_after_it_is_committed(notes: Database) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def slowly(tx: Transaction) -> None:
        loop.call_soon_threadsafe(begun.set)
        time.sleep(WORK_S)  # noqa: ASYNC251  # in its thread
        await write(tx, "whole")

    writing = asyncio.create_task(notes.write(slowly))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await notes.read(written) == ["whole"]


async def test_a_long_transaction_keeps_the_event_loop_free(notes: Database) -> None:
    async def slowly(tx: Transaction) -> None:
        time.sleep(WORK_S)  # noqa: ASYNC251  # in its thread
        await write(tx, "late")

    writing = asyncio.create_task(notes.write(slowly))
    turns = 0
    while not writing.done():
        await asyncio.sleep(WORK_S / 20)
        turns += 1
    assert turns >= 10


async def test_a_connection_that_wrote_a_document_is_closed_and_keeps_no_copy(
    notes: Database,
) -> None:
    async def write_document(tx: Transaction) -> Any:
        used = await tx.connection.run_sync(lambda connection: connection.connection.driver_connection)
        await tx.close_afterwards()
        await write(tx, "a document")
        return used

    connection = await notes.write(write_document)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
    assert await notes.read(written) == ["a document"]


def test_a_bot_with_sqlite_loads_nothing_that_only_postgresql_needs() -> None:
    loaded = "import sys, bot.app.single, bot.cli.serve; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert "sqlalchemy.engine" in names
    needless = {"sqlalchemy.orm", "sqlalchemy.ext.asyncio", "asyncpg", "aiosqlite"}
    assert not needless & set(names)
