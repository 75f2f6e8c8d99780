"""The bot of one workspace: over HTTP or Socket Mode, with a token from the environment."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp.web import RouteDef

from bot.app.front import open_to
from bot.app.node import Node
from bot.app.workspace import Workspace, at_work
from bot.clock import Anchor, Clock
from bot.conference.running import RunningConference
from bot.errors import SettingsError
from bot.questions.subscriptions import LEADS
from bot.reminders.reminders import Reminders
from bot.settings import Settings
from bot.store import rehearsal
from bot.store.database import Database
from bot.web import slack_events, slack_sockets
from bot.web.doors import Doors
from bot.web.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Bot:
    """The running bot, as its starter sees it."""

    url: str
    clock: Clock
    database: Database
    conference: RunningConference
    reminders: Reminders
    vitals: Vitals
    doors: Doors

    async def rehearse(self, conference_time: datetime, speed: float) -> None:
        """Jump to this moment, and run so many times faster: all nodes follow, since the anchor is in the database."""
        anchor = Anchor(self.clock.machine(), conference_time, speed)
        await self.database.write(rehearsal.tie_anew, anchor)
        self.clock.follow(anchor)
        self.reminders.wake()


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, leads: Sequence[int] = LEADS) -> AsyncIterator[Bot]:
    """The bot, serving while inside.

    `leads` as in `at_work`. Raises BotError in plain words when a setting is missing, a token is wrong or the schedule
    is bad.
    """
    _demand_slack(settings)
    node = Node()
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(at_work(settings, node, clock, leads))
        if settings.socket_mode:
            sockets = slack_sockets.connected(workspace.app, workspace.line, settings.app_token)
            node.doors.socket = await stack.enter_async_context(sockets)
        vitals = Vitals(lambda: (workspace,), node.metrics, node.doors)
        secret = settings.signing_secret
        routes = slack_events.routes(workspace.app, node.doors, secret) if secret else []
        routes += _feeds(workspace) if settings.public_url else []
        url = await stack.enter_async_context(open_to(settings, node, vitals, routes))
        clock, database = workspace.clock, workspace.database
        yield Bot(url, clock, database, workspace.conference, workspace.reminders, vitals, node.doors)


def _feeds(workspace: Workspace) -> list[RouteDef]:
    """Calendar files. Who offers none does not pay for the library that writes them: 4 MiB and 50 ms of start."""
    from bot.web.feeds import Feeds  # noqa: PLC0415

    return Feeds(workspace.database, workspace.conference).routes()


def _demand_slack(settings: Settings) -> None:
    if not settings.bot_token:
        raise SettingsError("SLACK_BOT_TOKEN is missing: the README's “Slack in five minutes” says where it is found.")
    if not settings.app_token and not settings.signing_secret:
        raise SettingsError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.")
