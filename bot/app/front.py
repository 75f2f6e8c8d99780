"""The web before the bot, of one workspace and of many: what Slack, machines and browsers call."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp.web import RouteDef

from bot.app.node import Node, in_background
from bot.settings import Settings
from bot.web import health, metrics
from bot.web.heartbeat import beat
from bot.web.server import serving
from bot.web.vitals import Vitals


@asynccontextmanager
async def open_to(settings: Settings, node: Node, vitals: Vitals, routes: Sequence[RouteDef]) -> AsyncIterator[str]:
    """Served while inside, beside health and figures; gives the address. On leaving nothing new is taken, and what is
    under way is answered while answers still get through.

    Raises SettingsError where the address cannot be had.
    """
    looked_at = [*health.routes(vitals.readiness), *metrics.routes(node.metrics, vitals.look)]
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(settings.host, settings.port, [*looked_at, *routes]))
        stack.push_async_callback(lambda: node.crowd.drained(node.patience.left()))
        stack.push_async_callback(node.doors.close, 0)
        if settings.heartbeat_url:
            await stack.enter_async_context(in_background(beat(settings.heartbeat_url, vitals.readiness)))
        yield url
