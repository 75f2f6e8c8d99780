"""Commands that meet a full or a read-only disk say so, and leave nothing behind."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import minimal_environment, run_command
from tests.migrated import migrated_sqlite
from tests.small_disk import full

EVERY_COMMAND = (
    "deliveries",
    "reminders",
    "report",
    "finish --yes",
    "restore",
    "backup copy",
    "restore safe --replace",
)


def complaint(command: str, url: str, folder: Path) -> str:
    """Run a command that fails, and return its sentence."""
    ran = run_command(*command.split(), folder=folder, environment=minimal_environment(QCON_DATABASE_URL=url))
    assert ran.returncode == 1
    return ran.stderr


def test_a_file_that_the_disk_has_no_room_for_is_removed(small_disk: Path, tmp_path: Path) -> None:
    schedule = Path("bot/schedule/data/qcon-london-2019.yaml").absolute()
    with full(small_disk):
        said = complaint(f"import {schedule} -o {small_disk}/mine.yaml", "sqlite:///none", tmp_path)
        assert said == f"{small_disk}/mine.yaml cannot be written: No space left on device.\n"
        assert [file.name for file in small_disk.iterdir()] == ["ballast"]


def test_a_backup_to_a_full_disk_names_the_disk_and_leaves_nothing(small_disk: Path, tmp_path: Path) -> None:
    url = migrated_sqlite(tmp_path / "bot.sqlite3")
    with full(small_disk):
        said = complaint(f"backup {small_disk}/copy", url, tmp_path)
        assert said == f"{tmp_path}/bot.sqlite3 cannot be copied to {small_disk}: database or disk is full.\n"
        assert [file.name for file in small_disk.iterdir()] == ["ballast"]


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_a_database_on_a_full_disk_is_told_so(command: str, small_disk: Path, tmp_path: Path) -> None:
    url = migrated_sqlite(small_disk / "bot.sqlite3")
    shutil.copy(small_disk / "bot.sqlite3", tmp_path / "safe")
    with full(small_disk):
        assert "disk is full" in complaint(command, url, tmp_path)


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_a_database_on_a_read_only_disk_is_told_so(command: str, small_disk: Path, tmp_path: Path) -> None:
    url = migrated_sqlite(small_disk / "bot.sqlite3")
    shutil.copy(small_disk / "bot.sqlite3", tmp_path / "safe")
    subprocess.run([shutil.which("mount") or "mount", "-o", "remount,ro", str(small_disk)], check=True)
    said = complaint(command, url, tmp_path)
    assert "ead-only" in said or "unable to open database file" in said
