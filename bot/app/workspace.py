"""The bot of one workspace, put together by plain constructor calls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.app.features import ListenerDeps, build_features
from bot.app.health import HealthAlerts, SlackClock
from bot.app.process import Process, Startup
from bot.clock import Clock, SimulatedClock
from bot.db.database import CircuitBreakerDatabase, Database
from bot.db.migrations import migrate
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.models import LEADS, PosterFor
from bot.delivery.monitoring import ProgressMonitor
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.rate_limits import DeliveryConfig, SharedPacer
from bot.delivery.worker import IDLE_TICK_S, Worker
from bot.handlers.ask.repository import WriteBehind
from bot.handlers.outbound import Renderer
from bot.live_schedule import simulated_clock
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.watcher import SourceWatcher
from bot.questions.language import languages
from bot.schedule.models import Conference
from bot.settings import Settings
from bot.slack.client import Identity, SlackClient, auth_test, open_client
from bot.slack.limits import Deduplicator
from bot.slack.posting import FAILURES, Poster
from bot.slack.request_guard import RequestGuard
from bot.slack.routing import BotApp, Listeners, WorkspaceRequests
from bot.slack.users import organisers_channel_counts
from bot.supervisor import Supervisor

# How many transactions of requests may read at a time, and how many may write. The database takes more at a time, so that
# the bot's own parts always find a connection. The first number is for requests from Slack, the second for calendar feeds.
SHARES = 5, 2

TENANT_SHARES = 2, 1  # of a workspace that shares its connections with others


@dataclass(frozen=True, slots=True)
class RunningWorkspace:
    """A workspace that is open, and its parts."""

    id: str
    clock: Clock
    database: Database
    live_schedule: LiveSchedule
    source_watcher: SourceWatcher
    worker: Worker
    progress: ProgressMonitor
    supervisor: Supervisor
    app: BotApp
    client: SlackClient
    alerts: HealthAlerts
    feed_database: Database


@dataclass(frozen=True, slots=True)
class KnownWorkspace:
    """A workspace that was open before: the bot's identity in it, and the source's version that it serves, as a digest."""

    identity: Identity
    source: str


@asynccontextmanager
async def run_workspace(
    settings: Settings,
    process: Process,
    startup: Startup,
    clock: Clock | None = None,
    leads: Sequence[int] = LEADS,
    known: KnownWorkspace | None = None,
) -> AsyncIterator[RunningWorkspace]:
    """Run the bot in a workspace while the block is open. At the end, work under way is finished or left for another process.

    `leads` are the lead times that are planned for, in minutes: all that people can choose, unless a rehearsal needs
    fewer. Where the workspace is `known`, neither Slack nor a source that was served before is waited for. Raises BotError
    in plain words when the token is wrong or the schedule is bad.
    """
    clock = clock or Clock()
    async with AsyncExitStack() as stack:
        compare = SlackClock(process.clock, lambda: (clock,)).compare
        client = await stack.enter_async_context(open_client(settings, process.metrics, compare, process.connections))
        identity = await startup.phase("Slack", auth_test, client) if known is None else known.identity
        database = process.open_database(settings.database_url, clock.real_now)
        stack.push_async_callback(database.close)
        await startup.phase("database", migrate, database)
        await asyncio.to_thread(languages)  # reading the word lists takes a tenth of a second: not at a question
        organisers = OrganiserAlerts.from_settings(settings)
        idle_tick_s = IDLE_TICK_S if process.database and not settings.rehearsing else 0.0
        planner = ReminderPlanner(clock, leads, organisers, identity.workspace)
        live_schedule = LiveSchedule(database, planner, process.versions, process.count_people)
        posters = _poster_for(settings, client, identity, database)
        worker = Worker(database, clock, live_schedule, posters, Renderer, settings, process.metrics, idle_tick_s)
        set_alert = partial(worker.set_source_alert, identity.workspace)
        watcher = SourceWatcher(process.open_source(settings), live_schedule, set_alert, known.source if known else "")
        set_clock_mode = partial(_set_clock_mode, clock, database, settings)
        prepare = partial(worker.prepare_after_restore, identity.workspace)
        served = await _serve(startup, live_schedule, watcher, set_clock_mode, prepare, is_known=known is not None)
        supervisor = process.new_supervisor()
        stack.push_async_callback(supervisor.stop)
        live_schedule.start(supervisor, idle_tick_s)
        await startup.phase("database", worker.start, supervisor)
        stack.push_async_callback(lambda: worker.stop(process.deadline.remaining()))
        watcher.watch(supervisor, delay_s=0 if served else None)
        progress = ProgressMonitor(database, clock, identity.workspace)
        progress.start(supervisor, worker.pace)
        shares = TENANT_SHARES if process.database else SHARES
        interactive_db, feed_database = (CircuitBreakerDatabase(database, share=share) for share in shares)
        for circuit_breaker in (interactive_db, feed_database):
            stack.push_async_callback(circuit_breaker.close)
        deps = ListenerDeps(clock, database, interactive_db, live_schedule, worker, client, identity, supervisor)
        app = await stack.enter_async_context(_run_listeners(settings, process, deps))
        yield RunningWorkspace(
            identity.workspace,
            clock,
            database,
            live_schedule,
            watcher,
            worker,
            progress,
            supervisor,
            app,
            client,
            HealthAlerts(client, organisers, identity.workspace, interactive_db, process.clock),
            feed_database,
        )


async def _serve(
    startup: Startup,
    live_schedule: LiveSchedule,
    watcher: SourceWatcher,
    set_clock_mode: Callable[[Conference], Awaitable[None]],
    prepare_after_restore: Callable[[], Awaitable[None]],
    *,
    is_known: bool,
) -> bool:
    """Serve the schedule that was served before, or else the source's. Return True if it was served before.

    It is a function of its own, since the caller's frame lasts as long as the workspace, and would keep the first version.
    """
    served = is_known and await startup.phase("schedule", live_schedule.refresh)
    schedule = live_schedule.current.schedule if served else await startup.phase("schedule", watcher.first_look)
    await startup.phase("database", set_clock_mode, schedule.conference)
    await startup.phase("database", prepare_after_restore)
    if not served:
        await startup.phase("plan", watcher.start, schedule)
    return served


@asynccontextmanager
async def _run_listeners(settings: Settings, process: Process, deps: ListenerDeps) -> AsyncIterator[BotApp]:
    """Run Bolt's app while the block is open. At the end, requests under way are answered and answers are written."""
    async with AsyncExitStack() as stack:
        write_behind = WriteBehind(deps.database)
        write_behind.start(deps.supervisor)
        stack.push_async_callback(lambda: write_behind.stop(process.deadline.remaining()))
        deduplicator = Deduplicator(deps.interactive_db)  # one, so that an edit is known while the database is away
        guard = RequestGuard(deduplicator.is_first, process.metrics, process.concurrency)
        deps.supervisor.start("channel", _warn_about_channel, settings, deps.client, delay_s=0)
        settings = replace(settings, workspace=deps.identity.workspace)
        features = build_features(settings, deps, write_behind, deduplicator, process.metrics)
        listeners = Listeners(guard, features)
        app = process.app_for(tuple(map(type, features))).for_workspace(_requests(settings, process, deps, listeners))
        stack.push_async_callback(lambda: process.concurrency.wait_idle(process.deadline.remaining()))
        yield app


async def _warn_about_channel(settings: Settings, client: SlackClient) -> None:
    """Log it if the organisers' channel does not count. The start does not wait for Slack's answer."""
    if settings.organisers_channel:
        with suppress(*FAILURES):
            await organisers_channel_counts(client, settings.organisers_channel)


def _requests(settings: Settings, process: Process, deps: ListenerDeps, listeners: Listeners) -> WorkspaceRequests:
    identity = AuthorizeResult(
        enterprise_id=None,
        team_id=deps.identity.workspace,
        bot_token=settings.bot_token,
        bot_id=deps.identity.bot,
        bot_user_id=deps.identity.bot_user,
    )
    on_call = deps.worker.foreground.record_call
    return WorkspaceRequests(identity, deps.client, on_call, process.concurrency, listeners)


def _poster_for(settings: Settings, client: AsyncWebClient, identity: Identity, database: Database) -> PosterFor:
    """Build the function that finds the poster of a workspace: there is one."""
    pacer = SharedPacer(database, DeliveryConfig.from_settings(settings))
    return {identity.workspace: Poster(identity.workspace, identity.bot, client, pacer)}.get


async def _set_clock_mode(clock: Clock, database: Database, settings: Settings, live_schedule: Conference) -> None:
    """Set the clock for a live run or a rehearsal. The database remembers which it is, and refuses the other."""
    if settings.rehearsal_now is None:
        await database.read(simulated_clock.set_live_mode)
        return
    at_venue = settings.rehearsal_now.replace(tzinfo=live_schedule.timezone).astimezone(UTC)
    wanted = SimulatedClock(clock.real_now(), at_venue, settings.rehearsal_speed)
    clock.follow(await database.write(simulated_clock.set_simulated_mode, wanted))
