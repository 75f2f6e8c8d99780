"""The HTTP server the routes hang on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.errors import SettingsError

LARGEST_BODY = 1024 * 1024  # bytes; Slack's own payloads are far smaller
SHUTDOWN_S = 5.0


@asynccontextmanager
async def serving(host: str, port: int, routes: list[web.RouteDef]) -> AsyncIterator[str]:
    """Serve these routes while inside; gives the base URL, with the port that was picked for port 0.

    Raises SettingsError where the address cannot be had.
    """
    application = web.Application(client_max_size=LARGEST_BODY)
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(
                f"Cannot serve on {host}:{port} ({error.strerror}); choose another HOST or PORT."
            ) from error
        picked = runner.addresses[0][1]
        yield f"http://{f'[{host}]' if ':' in host else host}:{picked}"
    finally:
        await runner.cleanup()
