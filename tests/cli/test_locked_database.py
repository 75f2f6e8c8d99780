"""Each command that opens the database says soon what keeps it from doing so, since its user waits."""

import asyncio
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.db.database import with_driver
from tests.cli.commands import minimal_environment, run_command
from tests.end_to_end.several import CLIENT_ID, CLIENT_SECRET, KEY

COMMANDS = ("deliveries", "reminders", "report", "finish --yes", "restore", "workspaces")

LIMIT_S = 10.0  # a command waits for 4 s, and the machine may be busy

MANY = {
    "SLACK_CLIENT_ID": CLIENT_ID,
    "SLACK_CLIENT_SECRET": CLIENT_SECRET,
    "SLACK_SIGNING_SECRET": CLIENT_SECRET,
    "QCON_TOKEN_KEYS": KEY,
    "QCON_PUBLIC_URL": "https://bot.example.org",
}


def complaint(command: str, url: str, folder: Path) -> str:
    """Run a command that is refused, and return its sentence."""
    variables = MANY if command == "workspaces" else {}
    began = monotonic()
    ran = run_command(
        *command.split(), folder=folder, environment=minimal_environment(QCON_DATABASE_URL=url, **variables)
    )
    took_s = monotonic() - began
    assert (ran.returncode, ran.stdout) == (1, "")
    assert took_s < LIMIT_S
    return ran.stderr


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Lock an SQLite database during the block, as a program that is no bot may do."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize("command", [*COMMANDS, "backup copy"])
def test_a_locked_sqlite_database_is_told_soon(command: str, tmp_path: Path) -> None:
    database = tmp_path / "bot.sqlite3"
    with locked(database):
        assert complaint(command, f"sqlite:///{database}", tmp_path).endswith(": another program has locked it.\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_that_does_not_answer_is_told_soon(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://bot@127.0.0.1:{silent.getsockname()[1]}/bot"
        assert complaint(command, url, tmp_path).endswith("cannot be used: there is no answer.\n")


def test_a_server_that_does_not_run_is_told(tmp_path: Path) -> None:
    said = complaint("deliveries", f"postgresql://bot@/bot?host={tmp_path}", tmp_path)
    assert said.endswith("cannot be used: it cannot be reached (No such file or directory).\n")


@pytest.mark.parametrize("command", ["deliveries", "finish --yes"])
def test_a_locked_table_of_postgresql_is_told_soon(command: str, migrated_postgresql_url: str, tmp_path: Path) -> None:
    async def try_it() -> str:
        engine = create_async_engine(with_driver(migrated_postgresql_url))
        async with engine.begin() as connection:
            await connection.execute(text("LOCK TABLE versions, revisions"))
            said = await asyncio.to_thread(complaint, command, migrated_postgresql_url, tmp_path)
        await engine.dispose()
        return said

    assert asyncio.run(try_it()).endswith(": canceling statement due to lock timeout.\n")
