"""`qcon-bot finish`, as an operator runs it after the conference."""

import asyncio
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.db import data_protection
from bot.db.database import Database
from bot.db.migrations import migrate
from bot.delivery import recipients_repository
from bot.live_schedule import repository
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.cli.commands import Ran, minimal_environment, run_command, run_process


@pytest.fixture
def folder(tmp_path: Path, qcon: Schedule) -> Path:
    """A working directory whose database has one conference with one saved talk in it."""

    async def fill() -> None:
        database = Database(f"sqlite:///{tmp_path}/qcon-bot.sqlite3", Clock().real_now)
        await migrate(database)
        await database.write(repository.publish_version, 1, dump(qcon), "file", "the operator's schedule")
        await database.write(recipients_repository.save, "T1", "U1", "complex-event-flows")
        await database.close()

    asyncio.run(fill())
    return tmp_path


def run(folder: Path, *arguments: str, typed: str = "") -> Ran:
    return run_command("finish", *arguments, typed=typed, folder=folder, environment=minimal_environment())


def saved(folder: Path) -> int:
    async def held() -> dict[str, int]:
        database = Database(f"sqlite:///{folder}/qcon-bot.sqlite3", Clock().real_now)
        found = await database.read(data_protection.count_personal_rows)
        await database.close()
        return found

    return asyncio.run(held()).get("agenda", 0)


def test_finish_writes_the_report_asks_and_deletes(folder: Path, qcon: Schedule) -> None:
    ran = run_process("finish", typed="yes\n", folder=folder, environment=minimal_environment())
    assert ran.returncode == 0
    assert "Written: report/report.html" in ran.stdout
    assert "This permanently deletes what the database holds about people:\n  saved talks: 1" in ran.stdout
    assert "Deleted:\n  saved talks: 1" in ran.stdout
    assert saved(folder) == 0
    assert load((folder / "report" / "schedule.yaml").read_bytes(), "x") == qcon


@pytest.mark.parametrize("typed", ["no\n", "\n", "y\n"])
def test_finish_deletes_nothing_unless_the_operator_types_yes(folder: Path, typed: str) -> None:
    ran = run(folder, typed=typed)
    assert ran.returncode == 0
    assert ran.stdout.endswith("Nothing was deleted.\n")
    assert saved(folder) == 1


def test_finish_deletes_nothing_when_nobody_can_answer(folder: Path) -> None:
    ran = run(folder)
    assert ran.returncode == 1
    assert "No answer" in ran.stderr
    assert saved(folder) == 1


def test_finish_deletes_nothing_when_the_report_cannot_be_written(folder: Path) -> None:
    (folder / "report").write_text("in the way")
    ran = run(folder, "--yes")
    assert ran.returncode == 1
    assert ran.stderr == "report cannot be created: File exists.\n"
    assert saved(folder) == 1


def test_finish_deletes_nothing_when_the_schedule_cannot_be_written(folder: Path) -> None:
    (folder / "report" / "schedule.yaml.part").mkdir(parents=True)
    assert run(folder, "--yes").returncode == 1
    assert saved(folder) == 1


def test_finishing_twice_leaves_the_report_as_it_was(folder: Path) -> None:
    run(folder, "--yes", "-o", "kept")
    before = {file.name: file.read_bytes() for file in (folder / "kept").iterdir()}
    ran = run(folder, "--yes", "-o", "kept")
    assert ran.returncode == 0
    assert "there is nothing to finish" in ran.stdout
    assert {file.name: file.read_bytes() for file in (folder / "kept").iterdir()} == before


def test_finish_is_refused_before_the_bot_has_ever_run(tmp_path: Path) -> None:
    (tmp_path / "qcon-bot.sqlite3").touch()
    ran = run(tmp_path, "--yes")
    assert ran.returncode == 1
    assert "The bot has not run with the database sqlite:///qcon-bot.sqlite3 yet" in ran.stderr
