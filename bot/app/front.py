"""The web before the bot, of one workspace and of many: what Slack, machines and browsers call."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp.web import RouteDef

from bot.app.node import Process, in_background
from bot.settings import Settings
from bot.web import health, metrics
from bot.web.heartbeat import run_heartbeat
from bot.web.server import run_server
from bot.web.vitals import HealthChecks


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
        *metrics.metrics_routes(process.metrics, checks.refresh_gauges),
    ]
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(run_server(settings.host, settings.port, [*looked_at, *routes]))
        stack.push_async_callback(lambda: process.concurrency.wait_idle(process.deadline.remaining()))
        stack.push_async_callback(process.shutdown.drain, 0)
        if settings.heartbeat_url:
            await stack.enter_async_context(in_background(run_heartbeat(settings.heartbeat_url, checks.readiness)))
        yield url
