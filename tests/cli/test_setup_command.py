"""`qcon-bot setup` with its answers piped in, or as flags: what a script can rely on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.files import parse_env
from tests.cli.commands import Ran, minimal_environment, run_command, run_process
from tests.conftest import ROOT
from tests.fake_slack.server import SlackForTests

TEAPOT = str(ROOT / "data" / "samples" / "teapot-days.json")

FLAGS = ("--name", "Kettle Camp", "--command", "/kettle", "--schedule", TEAPOT, "--organisers", "U012ABC")


@pytest.fixture
async def slack() -> AsyncIterator[SlackForTests]:
    async with SlackForTests.serving() as slack:
        yield slack


async def set_up(slack: SlackForTests, folder: Path, *flags: str, **environment: str) -> Ran:
    """Run the command in this folder, beside the event loop in which this Slack runs."""
    variables = minimal_environment(SLACK_API_URL=slack.api_url, **environment)
    return await asyncio.to_thread(run_command, "setup", *flags, folder=folder, environment=variables)


def tokens(slack: SlackForTests) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}


def kept(folder: Path) -> dict[str, str]:
    return parse_env((folder / ".env").read_text(encoding="utf-8"))


async def test_answers_are_read_line_by_line(slack: SlackForTests, tmp_path: Path) -> None:
    lines = ("Kettle Camp", "/kettle", TEAPOT, slack.bot_token, slack.app_token, "")
    environment = minimal_environment(SLACK_API_URL=slack.api_url)
    ran = await asyncio.to_thread(
        run_process, "setup", typed="\n".join(lines) + "\n", folder=tmp_path, environment=environment
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert kept(tmp_path) == {"QCON_COMMAND": "/kettle", "QCON_SCHEDULE": "schedule.yaml", **tokens(slack)}
    assert "Next steps:" in ran.stdout


async def test_flags_and_the_environment_answer_everything(slack: SlackForTests, tmp_path: Path) -> None:
    ran = await set_up(slack, tmp_path, *FLAGS, **tokens(slack))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert kept(tmp_path)["QCON_ORGANISERS"] == "U012ABC"
    assert kept(tmp_path)["SLACK_APP_TOKEN"] == slack.app_token
    assert slack.bot_token not in ran.stdout


async def test_only_its_owner_can_read_the_tokens(slack: SlackForTests, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=4000\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o644)
    await set_up(slack, tmp_path, *FLAGS, **tokens(slack))
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert kept(tmp_path)["PORT"] == "4000"


async def test_an_existing_token_is_kept_unless_the_script_passes_replace(slack: SlackForTests, tmp_path: Path) -> None:
    before = "SLACK_BOT_TOKEN=xoxb-old\n"
    (tmp_path / ".env").write_text(before, encoding="utf-8")
    ran = await set_up(slack, tmp_path, *FLAGS, **tokens(slack))
    assert ran.returncode == 1
    assert "has other values of SLACK_BOT_TOKEN" in ran.stderr
    assert (tmp_path / ".env").read_text(encoding="utf-8") == before
    ran = await set_up(slack, tmp_path, *FLAGS, "--replace", **tokens(slack))
    assert ran.returncode == 0
    assert kept(tmp_path)["SLACK_BOT_TOKEN"] == slack.bot_token


async def test_a_wrong_answer_in_a_script_ends_setup_with_the_reason(slack: SlackForTests, tmp_path: Path) -> None:
    ran = await set_up(slack, tmp_path, "--command", "/Not This", "--schedule", TEAPOT)
    assert ran.returncode == 1
    assert "A slash command is a slash" in ran.stdout
    assert "No answer to “What do people type to call the bot?" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / ".env").exists()


async def test_a_token_that_slack_refuses_is_not_kept(slack: SlackForTests, tmp_path: Path) -> None:
    wrong = tokens(slack) | {"SLACK_APP_TOKEN": "xapp-wrong"}
    ran = await set_up(slack, tmp_path, *FLAGS, **wrong)
    assert ran.returncode == 1
    assert "Slack refuses SLACK_APP_TOKEN (invalid_auth)" in ran.stdout
    assert not (tmp_path / ".env").exists()


async def test_a_wrong_address_of_the_bot_is_refused_before_the_first_question(
    slack: SlackForTests, tmp_path: Path
) -> None:
    ran = await set_up(slack, tmp_path, "--url", "bot.example.org")
    assert ran.returncode == 1
    assert ran.stderr.startswith("QCON_PUBLIC_URL should be an address like https://")
