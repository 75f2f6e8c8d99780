"""A conference day for the tests of deliveries: a fake Slack, a database, and any number of bot processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, SimulatedClock
from bot.db.database import Database, passing_reason
from bot.db.migrations import migrate
from bot.delivery import recipients
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.context import DeliveryContext
from bot.delivery.models import LEADS
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.pauses import DeliveryControl
from bot.delivery.rate_limits import DeliveryConfig, wait_for_slot
from bot.delivery.recipients_repository import Preferences, Subscription
from bot.delivery.worker import Worker
from bot.fake_slack.workspace import WAIT_S, SlackMessage
from bot.handlers.outbound import Renderer
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.models import Schedule
from bot.search.index import build
from bot.settings import Settings
from bot.slack.posting import Poster
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from tests.conftest import BOTH
from tests.delivery import flow
from tests.fake_slack.server import SlackForTests
from tests.migrated import migrated_sqlite
from tests.schedules import london

ENDED = {"sent", "dead", "expired", "cancelled"}

SETTINGS = Settings(rate_per_minute=6000, http_timeout_s=2, lease_s=3, settle_s=0.5)


class BotProcess:
    """The parts of one bot process that send messages, without those that answer people."""

    def __init__(self, day: "Day", settings: Settings, idle_tick_s: float) -> None:
        self.workspace = day.workspace
        self.database = Database(day.database_url, day.clock.real_now)
        workspace = day.slack.workspace
        organisers = OrganiserAlerts.from_settings(settings, workspace.team_id)
        planner = ReminderPlanner(day.clock, LEADS, organisers)
        self.conference = LiveSchedule(self.database, planner, VersionCache(build))
        self.control = DeliveryControl(self.database, timedelta(), wake=lambda: None)
        client = AsyncWebClient(
            day.slack.bot_token,
            day.slack.api_url,
            timeout=int(settings.http_timeout_s),
            session=day.session,
            retry_handlers=[],
        )
        config = DeliveryConfig.from_settings(settings)
        pace = partial(wait_for_slot, self.database, workspace.team_id, config)
        poster = Poster(workspace.team_id, workspace.bot_id, client, pace)
        log = DeliveryLog(day.clock, Metrics())
        self.supervisor = Supervisor(Metrics(), passing_reason)
        ctx = DeliveryContext(self.database, day.clock, poster, organisers, log, config)
        self.reminders = Worker(ctx, self.conference, Renderer, idle_tick_s)

    async def start(self, schedule: Schedule) -> None:
        await migrate(self.database)
        await self.reminders.prepare_after_restore()
        await self.conference.publish_source(schedule)
        await self.reminders.start(self.supervisor)

    async def stop(self) -> None:
        await self.reminders.stop(1.0)
        await self.database.close()


class Day:
    """The Tuesday of the conference, from 10:00 in London. Conference time jumps on demand."""

    def __init__(self, slack: SlackForTests, database_url: str, session: aiohttp.ClientSession, clock: Clock) -> None:
        self.slack = slack
        self.database_url = database_url
        self.session = session
        self.clock = clock
        self.processes: list[BotProcess] = []

    @property
    def workspace(self) -> str:
        return self.slack.workspace.team_id

    def channel(self, name: str = "general") -> str:
        return self.slack.workspace.conversation(name).id

    async def start_process(
        self, schedule: Schedule, settings: Settings = SETTINGS, idle_tick_s: float = 0.0
    ) -> BotProcess:
        process = BotProcess(self, settings, idle_tick_s)
        self.processes.append(process)
        await process.start(schedule)
        return process

    async def crash(self) -> None:
        """Stop all processes."""
        for process in self.processes:
            await process.stop()
        self.processes.clear()

    def jump(self, moment: datetime | str) -> None:
        """Let conference time jump to a moment, or to a time in London on the Tuesday."""
        moment = london(moment) if isinstance(moment, str) else moment
        self.clock.follow(SimulatedClock(self.clock.real_now(), moment))
        self.wake()

    def wake(self) -> None:
        """Let every process look now for what is due."""
        for process in self.processes:
            process.reminders.wake()

    async def remind(self, name: str = "general", lead: int = 10, track: str = "") -> None:
        """Turn a channel's reminders on."""
        subscription = Subscription(self.workspace, self.channel(name), lead, "U1", track)
        assert await self.processes[0].database.write(recipients.turn_on, subscription, self.clock.conference_now())

    async def attend(self, person: str, *talks: str, lead: int = 10) -> None:
        """Let a person save talks and turn reminders on."""
        write, now = self.processes[0].database.write, self.clock.conference_now()
        for talk in talks:
            await write(recipients.save_talk, self.workspace, person, talk, now)
        await self.choose(person, reminded=True, lead=lead)

    async def choose(self, person: str, **choices: Any) -> None:
        """Let a person change some of their settings."""
        change, now = recipients.change_preferences, self.clock.conference_now()
        await self.processes[0].database.write(change, self.workspace, person, Preferences(), choices, now)

    async def arrived(self, count: int = 1, within_s: float = WAIT_S) -> list[SlackMessage]:
        """The deliveries that were posted, once there are `count`."""
        await self.slack.workspace.wait_until(lambda: len(self.slack.deliveries()) >= count, within_s)
        return self.slack.deliveries()

    async def settled_with(self, state: str, within_s: float = WAIT_S) -> list[str]:
        """The states of all deliveries, once this one is among them."""
        async with asyncio.timeout(within_s):
            while state not in (states := await self.processes[0].database.read(flow.states)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return states

    async def settled(self, within_s: float = WAIT_S) -> list[str]:
        """The states of all deliveries, once all of them have ended."""
        async with asyncio.timeout(within_s):
            while not set(states := await self.processes[0].database.read(flow.states)) <= ENDED:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return states


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with every table and no rows; the test runs once for each kind."""
    if request.param == "sqlite":
        return migrated_sqlite(tmp_path / "test.sqlite3")
    return str(request.getfixturevalue("migrated_postgresql_url"))


@pytest.fixture
async def day(database_url: str) -> AsyncIterator[Day]:
    """The test runs once over SQLite and once over PostgreSQL."""
    clock = Clock()
    clock.follow(SimulatedClock(clock.real_now(), london("10:00")))
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackForTests.serving(clock))
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)))
        the_day = Day(slack, database_url, session, clock)
        yield the_day
        await the_day.crash()
