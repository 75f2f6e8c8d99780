"""The bot of one workspace: its parts and its features, put together by plain constructor calls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import partial

from slack_bolt.authorization import AuthorizeResult

from bot.app.health import HealthAlerts, SlackClock
from bot.app.process import Process, Startup
from bot.app.workspace_repository import LOOK_AGAIN, ClosedWorkspace
from bot.clock import Clock, Deadline, SimulatedClock
from bot.db.database import DATABASE_ERRORS, CircuitBreaker, Database
from bot.db.migrations import migrate
from bot.delivery.change_notices import ReminderPlanner
from bot.delivery.context import DeliveryContext
from bot.delivery.models import LEADS, POST
from bot.delivery.monitoring import DeliveryLog, ProgressMonitor, run_safely
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.pauses import DeliveryControl
from bot.delivery.rate_limits import DeliveryConfig, wait_for_slot
from bot.delivery.worker import IDLE_TICK_S, Worker
from bot.handlers.agenda.listeners import AgendaHandlers
from bot.handlers.announce import AnnounceHandlers
from bot.handlers.ask.listeners import QuestionHandlers
from bot.handlers.ask.repository import WriteBehind
from bot.handlers.ask.service import QuestionService
from bot.handlers.calendar.listeners import CalendarHandlers
from bot.handlers.feedback.listeners import FeedbackHandlers
from bot.handlers.home.listeners import FinderHandlers, HomeHandlers, WelcomeHandlers
from bot.handlers.my_data import MyDataHandlers
from bot.handlers.organise.listeners import OrganiseHandlers
from bot.handlers.outbound import Renderer
from bot.handlers.plan.listeners import PlanHandlers
from bot.handlers.plan.service import PlanService
from bot.handlers.preferences import PreferenceHandlers
from bot.handlers.presenter import Presenter
from bot.handlers.recent_changes import RecentChanges
from bot.handlers.report.listeners import ReportHandlers
from bot.handlers.request_context import RequestContext
from bot.handlers.subscriptions.listeners import SubscriptionHandlers
from bot.handlers.user_data import UserData
from bot.live_schedule import clock_repository
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.watcher import SourceWatcher
from bot.questions.language import languages
from bot.schedule.models import Conference
from bot.settings import Settings
from bot.slack.bolt_app import BotApp, WorkspaceRequests
from bot.slack.client import Identity, SlackClient, auth_test, open_client
from bot.slack.deduplication import Deduplicator
from bot.slack.posting import FAILURES, Poster
from bot.slack.request_guard import RequestGuard
from bot.slack.routing import Listeners, subcommands_of
from bot.slack.users import Users, organisers_channel_counts
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics

# How many transactions of requests may read at a time, and how many may write. The database takes more at a time, so
# that the bot's own parts always find a connection. The first number is for requests from Slack, the second for
# calendar feeds.
SHARES = 5, 2

TENANT_SHARES = 2, 1  # of a workspace that shares its connections with others

SOON = timedelta(minutes=2)  # one of many stays open if there is something to do within this time

REFRESH_WAIT_S = 0.3  # for the database, before an older revision answers


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


@dataclass(slots=True)
class OpenWorkspace:
    """A running workspace, one of many, with the token it was opened with, and the stack that closes it."""

    workspace: RunningWorkspace
    token: str
    stopping: AsyncExitStack
    deadline: Deadline  # for stopping
    close_at: float  # monotonic: it is closed then, if there is nothing to do
    fresh_at: float  # monotonic; when it was last known to serve the newest revision
    used: bool = False  # by people, since the table of workspaces was told
    refusal: str = ""  # why Slack refuses its token; then it is closed

    async def refresh(self) -> None:
        """Serve the newest revision, which another process may have published.

        A database that is away is not waited for.
        """
        with suppress(*DATABASE_ERRORS):
            async with asyncio.timeout(REFRESH_WAIT_S):
                await self.workspace.live_schedule.refresh()

    async def has_work(self) -> bool:
        """Tell whether there is something to do soon.

        A workspace whose database fails is closed: opening it tells why.
        """
        workspace = self.workspace
        try:
            due = await workspace.worker.next_work_at()
        except DATABASE_ERRORS:
            return False
        return not workspace.source_watcher.is_settled or (due is not None and due <= workspace.clock.real_now() + SOON)

    async def close(self) -> ClosedWorkspace | None:
        """Close it, and return when it has to be opened again; None if that fails: then it is due soon."""
        id, closed = self.workspace.id, list[ClosedWorkspace]()
        await run_safely(f"closing {id}", self.stopping.aclose)
        await run_safely(f"leaving {id}", self._note_closed, closed)
        await run_safely(f"leaving {id}", self.workspace.database.close)
        return closed[0] if closed else None

    async def _note_closed(self, closed: list[ClosedWorkspace]) -> None:
        workspace = self.workspace
        latest, work_at = workspace.clock.real_now() + LOOK_AGAIN, await workspace.worker.next_work_at()
        due_at = min(latest, work_at) if work_at else latest
        revision, served = workspace.live_schedule.current.revision, workspace.source_watcher.served_digest
        closed.append(ClosedWorkspace(workspace.id, due_at, revision, served, self.used))


@dataclass(frozen=True, slots=True)
class KnownWorkspace:
    """A workspace that was open before: the bot's identity in it, and the digest of the source's version it serves."""

    identity: Identity
    source: str


@dataclass(frozen=True, slots=True)
class ListenerDeps:
    """The parts that the listeners need."""

    clock: Clock
    database: Database
    interactive_db: Database
    live_schedule: LiveSchedule
    worker: Worker
    client: SlackClient
    identity: Identity
    supervisor: Supervisor


@asynccontextmanager
async def run_workspace(
    settings: Settings,
    process: Process,
    startup: Startup,
    clock: Clock | None = None,
    leads: Sequence[int] = LEADS,
    known: KnownWorkspace | None = None,
) -> AsyncIterator[RunningWorkspace]:
    """Run the bot in a workspace while the block is open.

    At the end, work under way is finished or left for another process.

    `leads` are the lead times that are planned for, in minutes: all that people can choose, unless a rehearsal needs
    fewer. Where the workspace is `known`, neither Slack nor a source that was served before is waited for. Raises
    BotError in plain words when the token is wrong or the schedule is bad.
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
        ctx = _delivery_context(settings, process.metrics, identity, client, database, clock)
        live_schedule = LiveSchedule(database, ReminderPlanner(clock, leads, ctx.organisers), process.versions)
        idle_tick_s = IDLE_TICK_S if process.database and not settings.rehearsing else 0.0
        worker = Worker(ctx, live_schedule, Renderer, idle_tick_s)
        source, served_source = process.source(settings), known.source if known else ""
        is_woken = process.database is not None
        watcher = SourceWatcher(source, live_schedule, worker.set_source_alert, served_source, is_woken=is_woken)
        set_clock_mode = partial(_set_clock_mode, clock, database, settings)
        served = await _serve(startup, live_schedule, watcher, worker, set_clock_mode, is_known=known is not None)
        supervisor = process.new_supervisor()
        stack.push_async_callback(supervisor.stop)
        live_schedule.start(supervisor, idle_tick_s)
        await startup.phase("database", worker.start, supervisor)
        stack.push_async_callback(lambda: worker.stop(process.deadline.remaining()))
        watcher.part.start(supervisor)
        if served:  # nobody has looked at the source yet
            watcher.part.wake()
        progress = ProgressMonitor(database, clock, identity.workspace)
        progress.start(supervisor, worker.pace)
        shares = TENANT_SHARES if process.database else SHARES
        breakers = [CircuitBreaker(share) for share in shares]
        for breaker in breakers:
            stack.push_async_callback(breaker.drain)
        interactive_db, feed_database = map(database.guarded, breakers)
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
            HealthAlerts(client, ctx.organisers, interactive_db, process.clock),
            feed_database,
        )


def _delivery_context(
    settings: Settings, metrics: Metrics, identity: Identity, client: SlackClient, database: Database, clock: Clock
) -> DeliveryContext:
    workspace, config = identity.workspace, DeliveryConfig.from_settings(settings)
    poster = Poster(workspace, identity.bot, client, partial(wait_for_slot, database, workspace, config))
    organisers = OrganiserAlerts.from_settings(settings, workspace)
    return DeliveryContext(database, clock, poster, organisers, DeliveryLog(clock, metrics), config)


async def _serve(
    startup: Startup,
    live_schedule: LiveSchedule,
    watcher: SourceWatcher,
    worker: Worker,
    set_clock_mode: Callable[[Conference], Awaitable[None]],
    *,
    is_known: bool,
) -> bool:
    """Serve the schedule that was served before, or else the source's. Return True if it was served before.

    It is a function of its own, since the caller's frame lasts as long as the workspace, and would keep the first
    version.
    """
    served = is_known and await startup.phase("schedule", live_schedule.refresh)
    schedule = live_schedule.current.schedule if served else await startup.phase("schedule", watcher.first_look)
    await startup.phase("database", set_clock_mode, schedule.conference)
    await startup.phase("database", worker.prepare_after_restore)
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


async def _set_clock_mode(clock: Clock, database: Database, settings: Settings, live_schedule: Conference) -> None:
    """Set the clock for a live run or a rehearsal. The database remembers which it is, and refuses the other."""
    if settings.rehearsal_now is None:
        await database.read(clock_repository.set_live_mode)
        return
    at_venue = settings.rehearsal_now.replace(tzinfo=live_schedule.timezone).astimezone(UTC)
    wanted = SimulatedClock(clock.real_now(), at_venue, settings.rehearsal_speed)
    clock.follow(await database.write(clock_repository.set_simulated_mode, wanted))


def build_features(
    settings: Settings, deps: ListenerDeps, write_behind: WriteBehind, deduplicator: Deduplicator, metrics: Metrics
) -> tuple[object, ...]:
    """Build every feature, to be registered by `bot.slack.routing.register`.

    `settings.workspace` is the workspace that the bot's token is of. `deps.interactive_db` gives up soon when the
    database is away, so that people get an answer in time.
    """
    clock, live_schedule, wake = deps.clock, deps.live_schedule, deps.worker.wake
    database, interactive_db = deps.database, deps.interactive_db
    users = Users(settings)
    context = RequestContext(live_schedule, clock, users, settings.command, feeds=bool(settings.public_url))
    welcome = WelcomeHandlers(interactive_db, context, wake)
    user_data = UserData(interactive_db, clock, users, welcome.welcome_person)
    questions = QuestionService(context, user_data, write_behind, metrics)
    plans = PlanService(context, user_data)
    presenter = Presenter(context, user_data, plans, questions, settings.public_url)
    delivery = DeliveryControl(interactive_db, DeliveryConfig.from_settings(settings).interval(POST), wake)

    preferences = PreferenceHandlers(user_data, presenter)
    features = (
        FinderHandlers(context, presenter),
        RecentChanges(context, user_data, presenter, live_schedule),
        AgendaHandlers(context, user_data, presenter, deduplicator),
        PlanHandlers(context, user_data, plans, presenter),
        preferences,
        CalendarHandlers(context, presenter, interactive_db, settings.public_url),
        FeedbackHandlers(context, user_data, interactive_db, users, presenter),
        MyDataHandlers(interactive_db),
        HomeHandlers(presenter, welcome),
        welcome,
        SubscriptionHandlers(context, users, interactive_db, delivery, preferences.remind_me),
        OrganiseHandlers(context, users, presenter, live_schedule, database, delivery),
        ReportHandlers(context, users, presenter, database),
        AnnounceHandlers(context, users, presenter, database, delivery),
    )
    asking = QuestionHandlers(context, questions, presenter, subcommands_of(features), deduplicator)
    return asking, *features
