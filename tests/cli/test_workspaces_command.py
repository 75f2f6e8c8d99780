"""`qcon-bot workspaces`, as an operator of many workspaces runs it."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from bot.app import workspace_repository
from bot.app.workspace_repository import ClosedWorkspace
from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.web.installations import InstallationStore
from tests.cli.commands import Ran, minimal_environment, run_command, run_process
from tests.end_to_end.several import CLIENT_ID, CLIENT_SECRET, KEY

MINUTE = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    return minimal_environment(
        SLACK_CLIENT_ID=CLIENT_ID,
        SLACK_CLIENT_SECRET=CLIENT_SECRET,
        SLACK_SIGNING_SECRET=CLIENT_SECRET,
        QCON_TOKEN_KEYS=KEY,
        QCON_PUBLIC_URL="https://bot.example.org",
        QCON_DATABASE_URL=database_url,
    )


def _run(folder: Path, environment: dict[str, str], *arguments: str) -> Ran:
    return run_command("workspaces", *arguments, folder=folder, environment=environment)


def _fill(database_url: str) -> None:
    """Have one workspace open and used, one closed, one that cannot be opened, and one that is new."""

    async def fill() -> None:
        database = Database(database_url, Clock().real_now)
        await InstallationStore(CLIENT_ID, (KEY,), database).prepare()
        await database.write(_have_some)
        await database.close()

    asyncio.run(fill())


async def _have_some(tx: Transaction) -> None:
    await workspace_repository.add_missing(tx, ["T0OPEN", "T0CLOSED", "T0FAILED", "T0NEW"])
    for workspace in ("T0OPEN", "T0CLOSED"):
        await workspace_repository.note_opened(tx, "process", workspace, "QCon London 2019", 3)
    await workspace_repository.hold(tx, "process", ["T0OPEN"], ["T0OPEN"])
    closed = ClosedWorkspace("T0CLOSED", await tx.now() + workspace_repository.LOOK_AGAIN, 4)
    await workspace_repository.release(tx, "process", [closed])
    await workspace_repository.record_failure(tx, "process", "T0FAILED", "The schedule has no talks.")


def test_each_workspace_has_a_line_and_the_reason_if_it_failed_to_open(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    _fill(environment["QCON_DATABASE_URL"])
    ran = _run(tmp_path, environment)
    assert (ran.returncode, ran.stderr) == (0, "")
    expected = [
        rf"T0CLOSED  closed  QCon London 2019, revision 4, not used yet, next look by {MINUTE}",
        rf"T0FAILED  failed  no conference yet, not used yet, next look by {MINUTE}",
        r"  The schedule has no talks\.",
        rf"T0NEW  closed  no conference yet, not used yet, next look by {MINUTE}",
        rf"T0OPEN  open    QCon London 2019, revision 3, last used {MINUTE}, next look by {MINUTE}",
    ]
    assert re.fullmatch("\n".join(expected) + "\n", ran.stdout), ran.stdout


def test_the_list_of_workspaces_is_available_as_json(tmp_path: Path, environment: dict[str, str]) -> None:
    _fill(environment["QCON_DATABASE_URL"])
    ran = run_process("workspaces", "--json", folder=tmp_path, environment=environment)
    found = {each["workspace"]: each for each in json.loads(ran.stdout)}
    assert {id: each["state"] for id, each in found.items()} == {
        "T0OPEN": "open",
        "T0CLOSED": "closed",
        "T0FAILED": "failed",
        "T0NEW": "closed",
    }
    assert found["T0FAILED"]["problem"] == "The schedule has no talks."
    assert (found["T0OPEN"]["conference"], found["T0OPEN"]["revision"]) == ("QCon London 2019", 3)
    assert found["T0CLOSED"]["active_at"] is None
    assert found["T0OPEN"]["active_at"].endswith("+00:00")


def test_the_command_says_when_no_workspace_has_installed_the_bot(tmp_path: Path, environment: dict[str, str]) -> None:
    if environment["QCON_DATABASE_URL"].startswith("sqlite"):
        Path(environment["QCON_DATABASE_URL"].removeprefix("sqlite:///")).touch()
    assert _run(tmp_path, environment).stdout == "No workspace has installed the bot.\n"
    assert json.loads(_run(tmp_path, environment, "--json").stdout) == []


def test_the_command_is_refused_for_a_bot_that_serves_only_one_workspace(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    del environment["SLACK_CLIENT_ID"]
    ran = _run(tmp_path, environment | {"SLACK_BOT_TOKEN": "xoxb-1"})
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Set SLACK_CLIENT_ID to serve many." in ran.stderr


def test_a_database_that_cannot_be_opened_is_an_error_that_names_its_setting(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    ran = _run(tmp_path, environment | {"QCON_DATABASE_URL": f"sqlite:///{tmp_path}/none/bot.sqlite3"})
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "QCON_DATABASE_URL" in ran.stderr
    assert "Traceback" not in ran.stderr
