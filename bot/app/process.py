"""The parts that all workspaces of a process share: HTTP, health, metrics, supervisor, and the phases of its start."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import ParamSpec, Self, TypeVar

from aiohttp import TCPConnector
from aiohttp.web import RouteDef
from slack_sdk.web.async_client import AsyncWebClient

from bot import telemetry
from bot.clock import Clock, Deadline
from bot.db.database import Database, passing_reason
from bot.db.migrations import lasting_advice
from bot.errors import SettingsError, UnavailableError
from bot.live_schedule.source import ScheduleSource
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.importers.models import ImportHints
from bot.search.index import build
from bot.settings import Settings
from bot.slack.bolt_app import BotApp, ClientMiddleware, authorize_known
from bot.slack.limits import ConcurrencyLimiter
from bot.slack.routing import register
from bot.supervisor import Backoff, Supervisor
from bot.telemetry.metrics import Metrics
from bot.web import health
from bot.web.health import HealthChecks, Shutdown, run_heartbeat
from bot.web.server import run_server

DRAIN_S = 6.0  # for all that is under way at a stop: `docker stop` kills after 10 s, and the grace period is within it

OnServing = Callable[[str], None]  # gets the address as soon as HTTP is served, which is before the bot is ready

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 15.0

MAX_ASKED_WAIT_S = 300.0  # that Slack may ask for; a start that waits longer looks like one that hangs

PHASE_LIMIT_S = 300.0  # ten thousand talks take half a minute on a small machine, as do many workspaces

P = ParamSpec("P")

T = TypeVar("T")

_log = telemetry.logger("app")


@dataclass(frozen=True, slots=True)
class Process:
    """The shared parts of one process."""

    metrics: Metrics = field(default_factory=Metrics)
    concurrency: ConcurrencyLimiter = field(default_factory=ConcurrencyLimiter)
    shutdown: Shutdown = field(default_factory=Shutdown)
    deadline: Deadline = field(default_factory=lambda: Deadline(DRAIN_S))
    clock: Clock = field(default_factory=Clock)  # the machine's, compared with Slack's
    versions: VersionCache = field(default_factory=lambda: VersionCache(build))
    apps: dict[tuple[type, ...], BotApp] = field(default_factory=dict)  # by their features
    sources: dict[tuple[str, ImportHints], ScheduleSource] = field(default_factory=dict)
    imports: Executor = field(default_factory=partial(ThreadPoolExecutor, 1, "imports"))  # the sources' one thread
    database: Database | None = None  # its connections are shared by the databases of all workspaces
    connections: TCPConnector | None = None  # to Slack, shared by the clients of all workspaces

    def share(self, deadline: Deadline) -> Self:
        """The process as one of many workspaces sees it, which has its own time to stop and its share of the requests."""
        return replace(self, concurrency=self.concurrency.share(), deadline=deadline)

    def open_database(self, url: str, real_now: Callable[[], datetime]) -> Database:
        """Open a workspace's database. Raises SettingsError."""
        return self.database.beside(url) if self.database else Database(url, real_now)

    def app_for(self, features: tuple[type, ...]) -> BotApp:
        """Bolt's app with the routes of these features, which all workspaces share."""
        if features not in self.apps:
            app = self.apps[features] = BotApp(
                self.metrics,
                self.concurrency,
                client=AsyncWebClient(),  # never used: each workspace has its own
                authorize=authorize_known,
                request_verification_enabled=False,  # `SignedRequests` has done it, by a clock that does not jump
            )
            app.use(ClientMiddleware())
            register(app, features)
        return self.apps[features]

    def source(self, settings: Settings) -> ScheduleSource:
        """The source that these settings name, the same for all workspaces that follow it."""
        hints = ImportHints(settings.name, settings.timezone)
        key = (settings.schedule, hints)
        if key not in self.sources:
            self.sources[key] = ScheduleSource(settings.schedule, hints, self.versions.remember, self.imports)
        return self.sources[key]

    def new_supervisor(self) -> Supervisor:
        """A supervisor whose parts may use the database."""
        return Supervisor(self.metrics, passing_reason)


@asynccontextmanager
async def serve_http(
    settings: Settings,
    process: Process,
    checks: HealthChecks,
    routes: Sequence[RouteDef],
    on_serving: OnServing | None,
) -> AsyncIterator[str]:
    """Serve these routes, health and metrics while the block is open. Yield the address.

    HTTP comes first and goes last, so that health can be asked during the start and the stop. Raises SettingsError if
    the address is taken.
    """
    looked_at = health.health_routes(checks) + health.metrics_routes(process.metrics, checks.refresh_gauges)
    async with run_server(settings.host, settings.port, [*looked_at, *routes]) as url:
        if on_serving:
            on_serving(url)
        yield url


@asynccontextmanager
async def take_requests(
    settings: Settings, process: Process, supervisor: Supervisor, checks: HealthChecks
) -> AsyncIterator[None]:
    """Report readiness while the block is open. At the end, take no new requests, and answer those under way."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(lambda: process.concurrency.wait_idle(process.deadline.remaining()))
        stack.push_async_callback(process.shutdown.drain, 0)
        checks.set_starting("")
        if settings.heartbeat_url:
            await stack.enter_async_context(run_heartbeat(supervisor, settings.heartbeat_url, checks.readiness))
        yield


class Startup:
    """Runs the phases of a start one after the other, each until it succeeds. HTTP already says which one it is."""

    def __init__(self, metrics: Metrics, on_change: Callable[[str], None], *, patient: bool = True) -> None:
        """`on_change` gets the present phase, with the reason why it lasts.

        Without patience each phase is tried once.
        """
        self._metrics = metrics
        self._on_change = on_change
        self._patient = patient

    async def phase(self, name: str, step: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Try this phase until it succeeds. An error that does not pass by itself ends the start.

        Raises UnavailableError, without patience, where trying again may help.
        """
        backoff = Backoff(FIRST_RETRY_S, LAST_RETRY_S)
        self._on_change(name)
        while True:
            try:
                async with asyncio.timeout(PHASE_LIMIT_S):
                    return await step(*args, **kwargs)
            except Exception as error:  # of any kind: `passing_reason` tells those that may pass
                reason = passing_reason(error)
                if not reason:
                    raise
                if advice := lasting_advice(error):
                    raise SettingsError(f"{name}: {reason}. {advice}") from error
                if not self._patient:
                    raise UnavailableError(f"{name}: {reason}") from error
                asked_s = error.retry_after_s if isinstance(error, UnavailableError) else 0.0
                wait_s = max(backoff.next_s(), min(asked_s, MAX_ASKED_WAIT_S))
                self._metrics.part_restarts.labels("start").inc()
                self._on_change(f"{name}: {reason} (next attempt in {wait_s:.0f} s)")
                _log.warning("the start waits", phase=name, reason=reason, wait_s=round(wait_s, 1))
            await asyncio.sleep(wait_s)
