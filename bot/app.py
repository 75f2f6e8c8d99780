"""The only file that puts the parts together; plain constructor calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Anchor, Clock
from bot.conference.running import RunningConference
from bot.errors import SettingsError
from bot.handlers.agenda import Agendas
from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.command import Command
from bot.handlers.conversation import Conversations
from bot.handlers.desk import Desk
from bot.handlers.people import People
from bot.handlers.subscriptions import Subscriptions
from bot.handlers.talks import Talks
from bot.reminders.service import Reminders
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.search import index
from bot.settings import Settings
from bot.slack.connection import Identity, connected, identify
from bot.store import rehearsal, seen
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.web import health, slack_events
from bot.web.health import Readiness
from bot.web.server import serving

DRAIN_S = 7.0  # what is under way at a stop gets so long: an operator waits for 10


@dataclass(frozen=True, slots=True)
class Bot:
    """The running bot, as its starter sees it."""

    url: str
    clock: Clock
    conference: RunningConference
    reminders: Reminders

    async def readiness(self) -> Readiness:
        return await _readiness(self.conference, self.reminders)


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """The bot, serving while inside; on leaving, what is under way is finished or left to be picked up.

    Raises BotError in plain words when a setting is missing, a token is wrong or the schedule is bad.
    """
    _demand_slack(settings)
    schedule = await asyncio.to_thread(read_schedule, settings.schedule)
    clock = clock or Clock()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, clock.machine)
        stack.push_async_callback(database.close)
        await migrate(database)
        await _tie(clock, database, settings, schedule)
        client = await stack.enter_async_context(connected(settings.bot_token, settings.slack_api_url, settings.http_timeout_s))
        identity = await identify(client)
