"""The web before the bot, of one workspace and of many: what Slack, machines and browsers call.

What all workspaces of one process share."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp.web import RouteDef

from bot.clock import Deadline
from bot.db.database import Database
from bot.settings import Settings
from bot.slack.limits import ConcurrencyLimiter
from bot.telemetry.metrics import Metrics
from bot.web import health
from bot.web.health import HealthChecks, Shutdown, run_heartbeat
from bot.web.server import run_server

DRAIN_S = 6.0  # what is under way at a stop gets so long in all: an operator waits for 10, the grace in it


@dataclass(frozen=True, slots=True)
class Process:
    """One process: what it counts, how much it has under way, and whether it takes requests."""

    metrics: Metrics = field(default_factory=Metrics)
    concurrency: ConcurrencyLimiter = field(default_factory=ConcurrencyLimiter)
    shutdown: Shutdown = field(default_factory=Shutdown)
    deadline: Deadline = field(default_factory=lambda: Deadline(DRAIN_S))
    database: Database | None = None  # its connections are shared by the databases of all workspaces

    def open_database(self, url: str, real_now: Callable[[], datetime]) -> Database:
        """Open a workspace's database. Raises SettingsError."""
        return self.database.beside(url) if self.database else Database(url, real_now)


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """At work while inside."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def serve_http(
    settings: Settings, process: Process, checks: HealthChecks, routes: Sequence[RouteDef]
) -> AsyncIterator[str]:
    """Served while inside, beside health and figures; gives the address. On leaving nothing new is taken, and what is
    under way is answered while answers still get through.

    Raises SettingsError where the address cannot be had.
    """
    looked_at = [
        *health.health_routes(checks.readiness),
        *health.metrics_routes(process.metrics, checks.refresh_gauges),
    ]
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(run_server(settings.host, settings.port, [*looked_at, *routes]))
        stack.push_async_callback(lambda: process.concurrency.wait_idle(process.deadline.remaining()))
        stack.push_async_callback(process.shutdown.drain, 0)
        if settings.heartbeat_url:
            await stack.enter_async_context(in_background(run_heartbeat(settings.heartbeat_url, checks.readiness)))
        yield url
