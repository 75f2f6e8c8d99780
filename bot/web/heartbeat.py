"""A sign of life for hosts without monitoring: an address of the operator's that is called while all is well."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp

from bot import telemetry
from bot.supervisor import Supervisor
from bot.web.health import Readiness

INTERVAL_S = 60.0

TIMEOUT_S = 10.0

_log = telemetry.logger("web")


@asynccontextmanager
async def run_heartbeat(
    supervisor: Supervisor, url: str, readiness: Callable[[], Awaitable[Readiness]], interval_s: float = INTERVAL_S
) -> AsyncIterator[None]:
    """Call the address while the block is open, at once and then every minute. Silence says that something is wrong.

    A call that fails is only logged, and without the address, which is often a secret.
    """
    timeout = aiohttp.ClientTimeout(total=min(TIMEOUT_S, interval_s))
    async with aiohttp.ClientSession(timeout=timeout) as session:
        part = supervisor.start("heartbeat", _beat, session, url, readiness, interval_s=interval_s, delay_s=0)
        try:
            yield
        finally:
            await part.stop()


async def _beat(session: aiohttp.ClientSession, url: str, readiness: Callable[[], Awaitable[Readiness]]) -> None:
    state = await readiness()
    if not state.is_ready():
        _log.warning("no heartbeat", problems=state.problems)
        return
    try:
        async with session.get(url) as response:
            if response.status >= 400:
                _log.warning("the heartbeat was not taken", status=response.status)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("the heartbeat did not get through", error=type(error).__name__)
