"""Files with personal data or secrets are readable by their owner only, whatever the umask."""

import asyncio
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli import files, report_files
from bot.db.backup import back_up, restore
from bot.db.database import Database
from bot.db.migrations import migrate
from bot.live_schedule import repository
from tests.cli.commands import minimal_environment, run_command
from tests.conftest import MachineTime
from tests.handlers.report.reports import a_report


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


def are_private(folder: Path, *names: str) -> bool:
    mode_by_name = modes(folder)
    assert mode_by_name.keys() >= set(names)
    return set(mode_by_name.values()) == {"0o600"}


async def _served(file: Path) -> None:
    database = Database(f"sqlite:///{file}", MachineTime())
    await migrate(database)
    await database.write(repository.publish_version, 1, b"x", "file", "")
    await database.close()


@pytest.mark.usefixtures("umask")
async def test_a_database_and_its_sqlite_files_are_private(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/live.sqlite3", MachineTime())
    await migrate(database)
    assert are_private(tmp_path, "live.sqlite3", "live.sqlite3-wal", "live.sqlite3-shm")
    await database.close()


@pytest.mark.usefixtures("umask")
async def test_a_database_opened_through_its_engine_is_private(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/live.sqlite3", MachineTime())
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE notes (words TEXT)"))
        assert are_private(tmp_path, "live.sqlite3", "live.sqlite3-wal", "live.sqlite3-shm")
    await database.close()


def test_a_database_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    for _ in range(2):
        for file in tmp_path.iterdir():
            file.chmod(0o644)
        asyncio.run(_served(tmp_path / "live.sqlite3"))
    assert are_private(tmp_path, "live.sqlite3")


MAKE: dict[str, Callable[[Path], object]] = {
    "text": lambda file: file.write_text("Dear diary,\n" * 1_000),
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
}

COMMANDS = ("deliveries", "backup copy", "finish --yes", "restore")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
@pytest.mark.parametrize(
    ("command", "kind"),
    [
        *((command, kind) for command in COMMANDS for kind in MAKE),
        *(("restore safe --replace", kind) for kind in ("folder", "pipe")),  # a text is a damaged database
    ],
)
def test_a_wrong_address_changes_nothing_of_what_it_names(command: str, kind: str, tmp_path: Path) -> None:
    asyncio.run(_served(tmp_path / "safe"))
    named = tmp_path / "named"
    MAKE[kind](named)
    named.chmod(0o755)
    before = named.stat()
    environment = minimal_environment(QCON_DATABASE_URL=f"sqlite:///{named}")
    ran = run_command(*command.split(), folder=tmp_path, environment=environment)
    assert ran.returncode == 1
    assert (named.stat().st_mode, named.stat().st_mtime) == (before.st_mode, before.st_mtime)


@pytest.mark.usefixtures("umask")
def test_backups_and_the_databases_they_replace_are_private(tmp_path: Path) -> None:
    asyncio.run(_served(tmp_path / "live.sqlite3"))
    back_up(tmp_path / "live.sqlite3", tmp_path / "safe.sqlite3", replace=False)
    for file in tmp_path.iterdir():
        file.chmod(0o644)
    (tmp_path / "safe.sqlite3").unlink()
    back_up(tmp_path / "live.sqlite3", tmp_path / "safe.sqlite3", replace=False)
    restore(tmp_path / "safe.sqlite3", tmp_path / "live.sqlite3", ".aside", replace=True)
    assert are_private(tmp_path, "live.sqlite3", "safe.sqlite3", "live.sqlite3.aside")


@pytest.mark.usefixtures("umask")
def test_the_files_of_a_report_are_private(tmp_path: Path) -> None:
    report_files._write_files(a_report(), tmp_path)
    assert are_private(tmp_path, "report.html", "comments.csv")


@pytest.mark.usefixtures("umask")
def test_settings_with_tokens_are_private(tmp_path: Path) -> None:
    (tmp_path / ".env").touch(0o644)
    files.write_file(str(tmp_path / ".env"), b"SLACK_BOT_TOKEN=x", private=True)
    assert are_private(tmp_path, ".env")
