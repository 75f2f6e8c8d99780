"""The playground, put together: the stage with the real bot on it, and the page that shows it in a browser."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bot.app import RunningBot, run_single
from bot.clock import Clock
from bot.conference import source
from bot.handlers.manifest import manifest
from bot.playground import pages
from bot.playground.live import PageServer
from bot.playground.opening import enable_channel_reminders
from bot.playground.snapshot import Json
from bot.playground.stage import DemoSession, StartBot
from bot.playground.standin import FakeSlack
from bot.schedule.model import Conference
from bot.settings import SHIPPED_SCHEDULE, Settings
from bot.web.server import run_server

OPENING_TIME = datetime(2019, 3, 5, 10, 20)  # noqa: DTZ001  # the venue's wall clock: a quarter of an hour before the first talk


@asynccontextmanager
async def open_playground(port: int = 0) -> AsyncIterator[str]:
    """The playground's address, served while inside. Raises SettingsError where the port is taken."""
    schedule = await asyncio.to_thread(source.read_source, str(SHIPPED_SCHEDULE))
    conference = schedule.conference
    stage = DemoSession(
        _bot_starter(conference), schedule, OPENING_TIME.replace(tzinfo=conference.timezone).astimezone(UTC)
    )
    async with run_stage(stage, manifest(), port) as url:
        yield url


@asynccontextmanager
async def run_stage(stage: DemoSession, declared: Json, port: int = 0) -> AsyncIterator[str]:
    """A stage for an app whose manifest declares this, with the page before it; gives the page's address."""
    async with stage.run():
        live = PageServer(stage, declared)
        routes = [web.get("/live", live.serve), *pages.page_routes()]
        async with run_server("127.0.0.1", port, routes, limits=None) as url, aclosing(live):
            yield url


def _bot_starter(conference: Conference) -> StartBot:
    @asynccontextmanager
    async def started(slack: FakeSlack, clock: Clock) -> AsyncIterator[RunningBot]:
        """The real bot over HTTP, with a database of its own that is gone afterwards."""
        slack.install(manifest())
        with tempfile.TemporaryDirectory(prefix="qcon-playground-") as folder:
            async with run_single(_settings(slack, clock, conference, Path(folder)), clock) as bot:
                slack.connect(f"{bot.url}/slack/events")
                await enable_channel_reminders(slack)
                yield bot

    return started


def _settings(slack: FakeSlack, clock: Clock, conference: Conference, folder: Path) -> Settings:
    """A rehearsal from the time it is on stage."""
    return Settings(
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret,
        slack_api_url=slack.api_url,
        port=0,
        database_url=f"sqlite:///{folder}/playground.sqlite3",
        rehearsal_now=clock.conference_now().astimezone(conference.timezone).replace(tzinfo=None),
        rehearsal_speed=clock.anchor.speed if clock.anchor else 1.0,
    )
