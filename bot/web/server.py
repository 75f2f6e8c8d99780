"""The HTTP server the routes hang on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

from aiohttp import web

from bot.errors import SettingsError
from bot.web.connections import Connections, Limits

SHUTDOWN_TIMEOUT_S = 5.0

LIMITS = Limits()

HEADERS: Final = {  # of every answer, also of those that say that there is nothing
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",  # for browsers that do not know the first
    "X-Content-Type-Options": "nosniff",
}


@asynccontextmanager
async def run_server(
    host: str, port: int, routes: list[web.RouteDef], limits: Limits | None = LIMITS, options: str = "HOST or PORT"
) -> AsyncIterator[str]:
    """Serve these routes while inside; gives the base URL, with the port that was picked for port 0.

    Without limits WebSockets work too. Raises SettingsError where the address cannot be had; it names the `options` to change.
    """
    application = web.Application(client_max_size=(limits or LIMITS).body)
    application.add_routes(routes)
    application.on_response_prepare.append(_protect)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    plain = cast("web.Server", runner.server)  # it is there after the setup
    connections = Connections(plain, limits, access_log=None) if limits else plain
    try:
        try:
            server = await asyncio.get_running_loop().create_server(connections, host, port)
        except OSError as error:
            raise SettingsError(
                f"Cannot serve on {host}:{port} ({error.strerror}); choose another {options}."
            ) from error
        try:
            picked = server.sockets[0].getsockname()[1]
            yield f"http://{f'[{host}]' if ':' in host else host}:{picked}"
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _protect(_request: web.Request, response: web.StreamResponse) -> None:
    """Let no page be shown within another one's frame, and nothing be taken for what it is not."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
