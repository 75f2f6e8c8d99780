"""Temporary failures are distinguished from mistakes of the bot, by errors that the databases really raise."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.clock import Clock
from bot.db.database import Database, Transaction, passing_reason
from bot.errors import UnavailableError


async def _error(database: Database, statement: str) -> DBAPIError:
    async def work(tx: Transaction) -> None:
        await tx.execute(text(statement))

    with pytest.raises(DBAPIError) as raised:
        await database.write(work)
    await database.close()
    return raised.value


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("25006", "it is read-only"),
        ("3D000", "it does not exist"),
        ("53100", "its disk is full"),
        ("57014", "it takes too long"),
        ("58030", "its disk is failing"),
        ("42501", "it fails (ProgrammingError 42501)"),
        ("XX000", "it fails (InternalError XX000)"),
    ],
)
async def test_a_temporary_error_of_postgresql_has_a_reason(postgresql_url: str, state: str, reason: str) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"
    assert passing_reason(await _error(Database(postgresql_url, Clock().real_now), raising)) == reason


@pytest.mark.parametrize("statement", ["SELEKT 1", "SELECT * FROM nowhere", "SELECT 1 / 0", "SELECT 'x'::integer"])
async def test_a_wrong_statement_for_postgresql_has_no_passing_reason(postgresql_url: str, statement: str) -> None:
    assert passing_reason(await _error(Database(postgresql_url, Clock().real_now), statement)) == ""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (sqlite3.SQLITE_FULL, "its disk is full"),
        (sqlite3.SQLITE_IOERR_WRITE, "its disk is full or failing"),
        (sqlite3.SQLITE_READONLY, "it is read-only"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another program has locked it"),
    ],
)
def test_a_temporary_error_of_sqlite_has_a_reason(code: int, reason: str) -> None:
    cause = sqlite3.OperationalError()
    cause.sqlite_errorcode = code
    assert passing_reason(OperationalError("COMMIT", {}, cause)) == reason


@pytest.mark.parametrize("statement", ["SELEKT 1", "SELECT * FROM nowhere", "INSERT INTO some VALUES ('a'), ('a')"])
async def test_a_wrong_statement_for_sqlite_has_no_passing_reason(tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(tmp_path / "some.sqlite3") as connection:
        connection.execute("CREATE TABLE some (word TEXT UNIQUE)")
    database = Database(f"sqlite:///{tmp_path}/some.sqlite3", Clock().real_now)
    assert passing_reason(await _error(database, statement)) == ""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnavailableError("Slack does not answer."), "Slack does not answer."),
        (TimeoutError(), "there is no answer"),
        (ConnectionRefusedError(), "it cannot be reached (ConnectionRefusedError)"),
        (ZeroDivisionError(), ""),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), ""),
    ],
)
def test_other_temporary_errors_have_a_reason_and_mistakes_have_none(error: Exception, reason: str) -> None:
    assert passing_reason(error) == reason
