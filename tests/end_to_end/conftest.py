"""The real bot over a real connection to the fake Slack, on the morning of Tuesday 5 March 2019."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.app.single import RunningBot, run_single
from bot.fake_slack.workspace import ORGANISER
from bot.settings import Settings
from tests.fake_slack.person import Person
from tests.fake_slack.server import SlackForTests
from tests.migrated import migrated_sqlite

MORNING = datetime(2019, 3, 5, 10, 20)  # noqa: DTZ001  # the venue's local time, as in QCON_NOW


@dataclass(frozen=True)
class World:
    """One workspace with the bot in it."""

    slack: SlackForTests
    bot: RunningBot

    @property
    def organiser(self) -> Person:
        return self.slack.person(ORGANISER.name)

    @property
    def attendee(self) -> Person:
        return self.slack.person("amara")


def settings_for(slack: SlackForTests, folder: Path, *, socket: bool = False) -> Settings:
    """Settings for a rehearsal against this fake Slack."""
    settings = Settings(
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        port=0,
        database_url=f"sqlite:///{folder}/bot.sqlite3",
        rehearsal_now=MORNING,
    )
    return replace(settings, signing_secret="", app_token=slack.app_token) if socket else settings


@asynccontextmanager
async def bot_in(
    slack: SlackForTests, folder: Path, *, socket: bool = False, organisers_channel: str = "", public_url: str = ""
) -> AsyncIterator[World]:
    """Run the bot in this workspace, over HTTP or Socket Mode. Its database stays in the folder."""
    settings = settings_for(slack, folder, socket=socket)
    if not (file := folder / "bot.sqlite3").exists():
        migrated_sqlite(file)
    settings = replace(settings, organisers_channel=organisers_channel, public_url=public_url)
    async with run_single(settings) as bot:
        if not socket:
            slack.connect(f"{bot.url}/slack/events")
        yield World(slack, bot)


@pytest.fixture(params=["http", pytest.param("socket", marks=pytest.mark.variant)])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A running bot; each test runs over HTTP and over Socket Mode."""
    async with SlackForTests.serving() as slack, bot_in(slack, tmp_path, socket=request.param == "socket") as world:
        yield world
