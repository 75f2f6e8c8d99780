from pathlib import Path

import pytest

from bot.cli.report_files import PAGE_FILE, write_report
from bot.cli.session import OperatorSession
from bot.clock import Clock
from bot.db.database import Database
from bot.delivery import recipients_repository
from bot.errors import BotError
from bot.handlers.report.export import CSV_FILES
from tests.schedules import a_schedule, a_talk


def session(database: Database) -> OperatorSession:
    return OperatorSession(database, a_schedule(a_talk(id="flows")), Clock())


async def test_the_report_is_written_as_a_page_and_tables_and_summed_up(database: Database, tmp_path: Path) -> None:
    told = await write_report(session(database), tmp_path / "a" / "report")
    assert {one.name for one in (tmp_path / "a" / "report").iterdir()} == {PAGE_FILE, *CSV_FILES}
    assert told.startswith("QCon London 2019 in figures\n")
    assert told.endswith(f"Written: {tmp_path / 'a' / 'report' / PAGE_FILE}, and beside it the figures as CSV.")


async def test_each_of_several_workspaces_has_a_folder(database: Database, tmp_path: Path) -> None:
    for workspace in ("T1", "T2"):
        await database.write(recipients_repository.save, workspace, "U1", "flows")
    await write_report(session(database), tmp_path)
    assert [(tmp_path / workspace / PAGE_FILE).exists() for workspace in ("T1", "T2")] == [True, True]


async def test_a_report_folder_that_cannot_be_created_is_an_error(database: Database, tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file")
    with pytest.raises(BotError, match="report cannot be created: File exists"):
        await write_report(session(database), tmp_path / "report")
