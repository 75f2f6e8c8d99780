"""One workspace's bot, put together by plain constructor calls: all but the web, through which requests come in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import memory
from bot.app.node import Node, in_background
from bot.app.topics import Topic, topics
from bot.clock import Anchor, Clock
from bot.conference.following import Follower, first
from bot.conference.running import RunningConference
from bot.conference.source import Source
from bot.handlers.boundary import Boundary
from bot.handlers.notebook import Notebook
from bot.handlers.reception import OneLine, Reception
from bot.handlers.repetitions import Repetitions
from bot.questions.subscriptions import LEADS
from bot.redaction import redacted
from bot.reminders.boundary import safely
from bot.reminders.organisers import Organisers
from bot.reminders.pacer import SharedPacer
from bot.reminders.plan import Planner
from bot.reminders.reminders import Reminders
from bot.reminders.rhythm import Rhythm
from bot.reminders.round import Posters
from bot.schedule.importers.programme import Hints
from bot.schedule.model import Conference
from bot.search.index import build
from bot.settings import Settings
from bot.slack.connection import Identity, Line, connected, for_bolt, identify
from bot.slack.posting import Poster
from bot.store import rehearsal
from bot.store.database import Database
from bot.store.impatient import Impatient
from bot.store.migrations import migrate


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace where the bot is at work."""

    id: str
    clock: Clock
    database: Database
    conference: RunningConference
    follower: Follower
    reminders: Reminders
    app: Reception
    line: Line


@dataclass(frozen=True, slots=True)
class Ground:
    """What listening stands on."""

    clock: Clock
    database: Database
    conference: RunningConference
    reminders: Reminders
    line: Line
    identity: Identity


@asynccontextmanager
async def at_work(
    settings: Settings,
    node: Node,
    clock: Clock | None = None,
    leads: Sequence[int] = LEADS,
    more: Sequence[Topic] = (),
) -> AsyncIterator[Workspace]:
    """The bot at work in a workspace while inside; on leaving, what is under way is finished or left to be picked up.

    `leads` are the lead times that are planned for, in minutes: all that one can choose, unless it is known that some
    are not. Raises BotError in plain words when the token is wrong or the schedule is bad.
    """
    source = Source(settings.schedule, Hints(settings.name, settings.timezone))
    clock = clock or Clock()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, clock.machine)
        stack.push_async_callback(database.close)
        await migrate(database)
        schedule = await first(source, database)
        await _tie(clock, database, settings, schedule.conference)
        line = await stack.enter_async_context(connected(settings, node.metrics))
        identity = await identify(line)
        planner = Planner(clock, leads, Organisers.of(settings), identity.workspace)
        conference = RunningConference(database, planner, build)
        posters = _posters(settings, line, identity, database)
        reminders = Reminders(database, clock, conference, posters, settings, node.metrics)
        await reminders.take_stock(identity.workspace)
        tell = partial(reminders.tell_of_schedule, identity.workspace, redacted(settings.schedule))
        follower = Follower(source, conference, tell)
        await follower.begin(schedule)
        memory.settle()
        stack.callback(memory.release)
        await stack.enter_async_context(in_background(conference.follow()))
        await reminders.start()
        stack.push_async_callback(lambda: reminders.stop(node.patience.left()))
        await stack.enter_async_context(in_background(_following(follower)))
        ground = Ground(clock, database, conference, reminders, line, identity)
        app = await stack.enter_async_context(_listening(settings, node, ground, more))
        yield Workspace(identity.workspace, clock, database, conference, follower, reminders, app, line)


@asynccontextmanager
async def _listening(settings: Settings, node: Node, ground: Ground, more: Sequence[Topic]) -> AsyncIterator[Reception]:
    """Bolt's app, which hears everything; on leaving, what it was told is answered and written down."""
    async with AsyncExitStack() as stack:
        notebook = Notebook(ground.database)
        await stack.enter_async_context(in_background(notebook.write_on()))
        stack.push_async_callback(lambda: notebook.written(node.patience.left()))
        prompt = Impatient(ground.database)
        stack.push_async_callback(prompt.close)
        boundary = Boundary(Repetitions(prompt).first_time, node.metrics, node.crowd)
        app = _app(settings, node, ground)
        parts = (ground.clock, ground.database, prompt, notebook, ground.conference, node.metrics)
        for topic in (*topics(settings, *parts, ground.reminders.wake), *more):
            topic.listen(app, boundary)
        stack.push_async_callback(lambda: node.crowd.drained(node.patience.left()))
        yield app


def _app(settings: Settings, node: Node, ground: Ground) -> Reception:
    identity = ground.identity
    known = AuthorizeResult(
        enterprise_id=None,
        team_id=identity.workspace,
        bot_token=settings.bot_token,
        bot_id=identity.bot,
        bot_user_id=identity.bot_user,
    )

    async def authorize(**_: Any) -> AuthorizeResult:
        return known  # one workspace: auth.test was asked once, at start

    # In Socket Mode no request is signed, and Bolt wants a secret all the same.
    secret = settings.signing_secret or "socket mode"
    app = Reception(node.metrics, node.crowd, client=for_bolt(ground.line), authorize=authorize, signing_secret=secret)
    app.use(OneLine(ground.line, ground.reminders.answers.called))
    return app


def _posters(settings: Settings, client: AsyncWebClient, identity: Identity, database: Database) -> Posters:
    """The poster of the one workspace there is."""
    poster = Poster(identity.workspace, identity.bot, client, SharedPacer(database, Rhythm.of(settings)))
    return {identity.workspace: poster}.get


async def _following(follower: Follower) -> None:
    """Serve whatever becomes of the schedule's source, for ever."""
    while True:
        await asyncio.sleep(follower.every_s)
        await safely("following the schedule", follower.look)


async def _tie(clock: Clock, database: Database, settings: Settings, conference: Conference) -> None:
    """Live or rehearsal: the database remembers which it is, and refuses the other."""
    if settings.rehearsal_now is None:
        await database.read(rehearsal.serve_live)
        return
    at_venue = settings.rehearsal_now.replace(tzinfo=conference.timezone).astimezone(UTC)
    wanted = Anchor(clock.machine(), at_venue, settings.rehearsal_speed)
    clock.follow(await database.write(rehearsal.rehearse, wanted))
