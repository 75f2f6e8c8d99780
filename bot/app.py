"""The only file that puts the parts together; plain constructor calls."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from aiohttp.web import RouteDef
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Anchor, Clock, Patience
from bot.conference.following import Follower, first
from bot.conference.running import RunningConference
from bot.conference.source import Source
from bot.errors import SettingsError
from bot.handlers.agenda import Agendas
from bot.handlers.announce import Announce
from bot.handlers.answering import Called
from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.calendar import Calendars
from bot.handlers.changes import Changes
from bot.handlers.choices import PersonalChoices
from bot.handlers.command import Command, Topics
from bot.handlers.conversation import Conversations
from bot.handlers.crowd import Crowd
from bot.handlers.desk import Desk
from bot.handlers.feedback import Feedback
from bot.handlers.finding import Finding
from bot.handlers.home import Home
from bot.handlers.notebook import Notebook
from bot.handlers.organise import Organise
from bot.handlers.people import People
from bot.handlers.personal import Personal
from bot.handlers.reception import OneLine, Reception
from bot.handlers.repetitions import Repetitions
from bot.handlers.report import Reports
from bot.handlers.schedule import Schedules
from bot.handlers.sending import Sending
from bot.handlers.sharing import Sharing
from bot.handlers.subscriptions import Subscriptions
from bot.handlers.surfaces import Surfaces
from bot.handlers.talks import Talks
from bot.handlers.welcome import Welcome
from bot.questions.subscriptions import LEADS
from bot.reminders.boundary import safely
from bot.reminders.organisers import Organisers
from bot.reminders.pacer import SharedPacer
from bot.reminders.plan import Planner
from bot.reminders.reminders import Reminders
from bot.reminders.rhythm import Rhythm
from bot.reminders.round import Posters
from bot.reminders.subscribers import Subscribers
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
from bot.telemetry.metrics import Metrics
from bot.web import health, slack_events, slack_sockets
from bot.web import metrics as exposition
from bot.web.doors import Doors
from bot.web.heartbeat import beat
from bot.web.server import serving
from bot.web.vitals import Vitals

DRAIN_S = 6.0  # what is under way at a stop gets so long in all: an operator waits for 10, the grace in it


class Topic(Protocol):
    """What people talk with the bot about, or press."""

    def listen(self, app: AsyncApp, boundary: Boundary) -> None: ...


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
    """The bot, serving while inside; on leaving, what is under way is finished or left to be picked up.

    `leads` are the lead times that are planned for, in minutes: all that one can choose, unless it is known that some
    are not. Raises BotError in plain words when a setting is missing, a token is wrong or the schedule is bad.
    """
    _demand_slack(settings)
    source = Source(settings.schedule, Hints(settings.name, settings.timezone))
    clock = clock or Clock()
    patience, metrics, doors = Patience(DRAIN_S), Metrics(), Doors()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, clock.machine)
        stack.push_async_callback(database.close)
        await migrate(database)
        schedule = await first(source, database)
        await _tie(clock, database, settings, schedule.conference)
        line = await stack.enter_async_context(connected(settings, metrics))
        identity = await identify(line)
        planner = Planner(clock, leads, Organisers.of(settings), identity.workspace)
        conference = RunningConference(database, planner, build)
        posters = _posters(settings, line, identity, database)
        reminders = Reminders(database, clock, conference, posters, settings, metrics)
        await reminders.take_stock(identity.workspace)
        tell = partial(reminders.tell_of_schedule, identity.workspace, settings.schedule)
        follower = Follower(source, conference, tell)
        await follower.begin(schedule)
        gc.freeze()  # schedule and index stay: no collection need walk them, which would hold every answer up
        gc.enable()
        await stack.enter_async_context(_in_background(conference.follow()))
        await reminders.start()
        stack.push_async_callback(lambda: reminders.stop(patience.left()))
        await stack.enter_async_context(_in_background(_following(follower)))
        notebook = Notebook(database)
        await stack.enter_async_context(_in_background(notebook.write_on()))
        stack.push_async_callback(lambda: notebook.written(patience.left()))
        crowd, prompt = Crowd(), Impatient(database)
        stack.push_async_callback(prompt.close)
        boundary = Boundary(Repetitions(prompt).first_time, metrics, crowd)
        app = _app(settings, line, identity, metrics, crowd, reminders.answers.called)
        for topic in _topics(settings, clock, database, prompt, notebook, conference, metrics, reminders.wake):
            topic.listen(app, boundary)
        stack.push_async_callback(lambda: crowd.drained(patience.left()))
        if settings.socket_mode:
            doors.socket = await stack.enter_async_context(slack_sockets.connected(app, line, settings.app_token))
        vitals = Vitals(clock, conference, follower, reminders, metrics, doors)
        routes = [*health.routes(vitals.readiness), *exposition.routes(metrics, vitals.look)]
        routes += slack_events.routes(app, doors) if settings.signing_secret else []
        routes += _feeds(database, conference) if settings.public_url else []
        url = await stack.enter_async_context(serving(settings.host, settings.port, routes))
        stack.push_async_callback(lambda: crowd.drained(patience.left()))  # while answers still get through
        stack.push_async_callback(doors.close, 0)
        if settings.heartbeat_url:
            await stack.enter_async_context(_in_background(beat(settings.heartbeat_url, vitals.readiness)))
        yield Bot(url, clock, database, conference, reminders, vitals, doors)


def _topics(
    settings: Settings,
    clock: Clock,
    database: Database,
    prompt: Impatient,
    notebook: Notebook,
    conference: RunningConference,
    metrics: Metrics,
    wake: Callable[[], None],
) -> tuple[Topic, ...]:
    """Everything the bot listens to, by topic of conversation."""
    people = People(settings, clock)
    desk = Desk(conference, clock, notebook, people, metrics, settings.command)
    subscribers = Subscribers(prompt, clock, conference)
    attendees = Attendees(prompt, subscribers)
    surfaces = Surfaces(desk, attendees, settings.public_url)
    agendas, choices = Agendas(desk, attendees, surfaces), PersonalChoices(attendees, surfaces)
    calendars = Calendars(surfaces, prompt)
    feedback = Feedback(desk, attendees, people, surfaces)
    subscriptions = Subscriptions(desk, people, subscribers, choices.remind_me)
    welcome = Welcome(prompt, desk, wake)
    sending = Sending(subscribers, Rhythm.of(settings), wake)
    changes = Changes(desk, surfaces, conference, clock)
    organise = Organise(desk, people, surfaces, conference, database, sending)
    mine = Personal(prompt)
    topics = Topics(
        agenda=agendas.shown,
        calendar=calendars.asked,
        changes=changes.asked,
        feedback=feedback.asked,
        my_data=mine.asked,
        organise=organise.asked,
        remind=subscriptions.asked,
        report=Reports(desk, people, database).asked,
        save=agendas.save_asked,
        settings=choices.asked,
        unsave=agendas.unsave_asked,
    )
    asking = (Command(desk, topics), Conversations(desk), Talks(desk, surfaces), Finding(desk, surfaces), changes)
    personal = (
        agendas,
        choices,
        calendars,
        feedback,
        mine,
        Sharing(desk, attendees, surfaces),
        Home(surfaces, welcome),
    )
    running = (organise, Announce(desk, people, surfaces, database, sending), Schedules(conference, people))
    return (*asking, *personal, subscriptions, welcome, *running)


def _feeds(database: Database, conference: RunningConference) -> list[RouteDef]:
    """Calendar files. Who offers none does not pay for the library that writes them: 4 MiB and 50 ms of start."""
    from bot.web.feeds import Feeds  # noqa: PLC0415

    return Feeds(database, conference).routes()


def _app(
    settings: Settings, line: Line, identity: Identity, metrics: Metrics, crowd: Crowd, called: Called
) -> Reception:
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
    app = Reception(metrics, crowd, client=for_bolt(line), authorize=authorize, signing_secret=secret)
    app.use(OneLine(line, called))
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


@asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _demand_slack(settings: Settings) -> None:
    if not settings.bot_token:
        raise SettingsError("SLACK_BOT_TOKEN is missing: the README's “Slack in five minutes” says where it is found.")
    if not settings.app_token and not settings.signing_secret:
        raise SettingsError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.")


async def _tie(clock: Clock, database: Database, settings: Settings, conference: Conference) -> None:
    """Live or rehearsal: the database remembers which it is, and refuses the other."""
    if settings.rehearsal_now is None:
        await database.read(rehearsal.serve_live)
        return
    at_venue = settings.rehearsal_now.replace(tzinfo=conference.timezone).astimezone(UTC)
    wanted = Anchor(clock.machine(), at_venue, settings.rehearsal_speed)
    clock.follow(await database.write(rehearsal.rehearse, wanted))
