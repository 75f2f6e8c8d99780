"""A sign of life for hosts without monitoring: an address of the operator's that is called while all is well."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from bot import telemetry
from bot.web.health import Readiness

HEARTBEAT_INTERVAL_S = 60.0
HEARTBEAT_TIMEOUT_S = 10.0

_log = telemetry.logger("web")


async def run_heartbeat(
    url: str, readiness: Callable[[], Awaitable[Readiness]], interval_s: float = HEARTBEAT_INTERVAL_S
) -> None:
    """Call the address for ever, at once and then every minute; its silence is what tells that something is wrong.

    What comes of a call is logged where it fails, and no more; nor is the address, which often is a secret.
    """
    timeout = aiohttp.ClientTimeout(total=min(HEARTBEAT_TIMEOUT_S, interval_s))
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while True:
            told = await readiness()
            if told.is_ready():
                await _call_url(session, url)
            else:
                _log.warning("no heartbeat", problems=told.problems)
            await asyncio.sleep(interval_s)


async def _call_url(session: aiohttp.ClientSession, url: str) -> None:
    try:
        async with session.get(url) as response:
            if response.status >= 400:
                _log.warning("the heartbeat was not taken", status=response.status)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("the heartbeat did not get through", error=type(error).__name__)
