"""`GET /metrics`: one node's figures, for Prometheus."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bot.telemetry.metrics import Metrics


def metrics_routes(metrics: Metrics, refresh: Callable[[], Awaitable[None]]) -> list[web.RouteDef]:
    """`refresh` brings up to date what is only known when one looks; it is cheap and never waits for long."""

    async def tell(request: web.Request) -> web.Response:
        await refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        written = await asyncio.to_thread(encode, metrics.registry)  # a thousand lines take 20 ms
        return web.Response(body=written, headers={"Content-Type": content_type})

    return [web.get("/metrics", tell)]
