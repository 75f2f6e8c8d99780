"""The first ten minutes in docs/organisers.md: each command is typed, and each line appears."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.fake_slack.workspace import ORGANISER
from tests.conftest import ROOT
from tests.end_to_end.terminal import Terminal, run_in_terminal
from tests.fake_slack.server import SlackForTests

if sys.platform == "win32":
    pytest.skip("terminals are POSIX", allow_module_level=True)

PAGE = (ROOT / "docs" / "organisers.md").read_text(encoding="utf-8")

PROMPT = re.compile(r"(?P<shown>.* >)(?: (?P<typed>.*))?")


def blocks(language: str) -> Iterator[list[str]]:
    """The fenced blocks of that section in this language, line by line."""
    minutes = PAGE.split("## The first ten minutes")[1].split("\n## ")[0]
    for block in re.findall(rf"```{language}\n(.*?)```", minutes, re.DOTALL):
        yield block.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An organiser's folder with the project's samples and the command on the path."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    command = tmp_path / "bin" / "qcon-bot"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -X utf8 -m bot "$@"\n')
    command.chmod(0o755)
    return tmp_path


def surroundings(slack: SlackForTests, folder: Path) -> dict[str, str]:
    """The environment: the fake Slack's address, and nothing else that the page does not mention."""
    paths = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    return paths | {"SLACK_API_URL": slack.api_url, "PORT": "0"}


async def follow(terminal: Terminal, lines: list[str], slack: SlackForTests, folder: Path) -> None:
    """Wait for each line that the page shows, in order, and type the answers."""
    for line in filter(None, lines):
        if asked := PROMPT.fullmatch(line):
            await terminal.shows(asked["shown"])
            terminal.types(answer(asked["shown"], asked["typed"] or "", slack, folder))
        else:
            for part in filter(None, line.split("…")):
                await terminal.shows(part)


def answer(shown: str, typed: str, slack: SlackForTests, folder: Path) -> str:
    """The answer on the page, or the token to copy from Slack after creating the app there."""
    if shown.startswith("Bot token"):
        slack.install(yaml.safe_load((folder / "slack-manifest.yaml").read_text(encoding="utf-8")))
        return slack.bot_token
    return slack.app_token if shown.startswith("App-level token") else typed


async def test_an_organiser_who_follows_the_page_has_a_bot_that_answers(folder: Path) -> None:
    *commands, run = blocks("console")
    async with SlackForTests.serving() as slack:
        bot = slack.workspace.bot.id
        slack.workspace.leave(slack.workspace.conversation("general"), bot)  # a new app is in no channel
        environment = surroundings(slack, folder)
        for first, *lines in commands:
            async with run_in_terminal(first.removeprefix("$ "), environment, folder) as terminal:
                await follow(terminal, lines, slack, folder)
                assert await terminal.ends() == 0
        assert slack.bot_token not in terminal.shown
        assert (folder / ".env").stat().st_mode & 0o777 == 0o600
        first, *lines = run
        async with run_in_terminal(first.removeprefix("$ "), environment, folder) as terminal:
            await follow(terminal, lines, slack, folder)
            await in_slack(slack, next(blocks("slack")))
            terminal.process.terminate()
            assert await terminal.ends() == 0


async def in_slack(slack: SlackForTests, lines: list[str]) -> None:
    """Follow the page in Slack, and check that no text names another conference."""
    invite, ask, remind = lines
    organiser = slack.person(ORGANISER.name)
    await organiser.command(invite, "general")
    welcome = await organiser.sees("general", "Hello! I know the schedule of Teapot Days 2031")
    answered = await organiser.ask(ask, "general")
    assert "Pouring at scale" in answered.text
    preview = await organiser.ask(remind, "general")
    assert "I'll post here 10 minutes before the sessions" in preview.text
    words = ("help", "report", "feedback", "settings", "agenda", "calendar", "remind", "who talks about qubits?")
    others = [await organiser.ask(f"/teapot {word}", "general") for word in words]
    said = [f"{message.text} {message.blocks}" for message in (welcome, answered, preview, *others)]
    said.append(str((await organiser.opens_home()).payload))
    assert not [message for message in said if "qcon" in message.replace(slack.workspace.bot.id, "").casefold()]
    assert "`/teapot next`" in welcome.text
