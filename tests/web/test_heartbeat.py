import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from bot.web.health import Readiness, run_heartbeat
from bot.web.server import run_server

WELL = Readiness(talks=5, revision=1)

UNWELL = Readiness(talks=5, revision=1, problems=("database: TimeoutError",))


class Listener:
    """A service that receives heartbeats."""

    def __init__(self) -> None:
        self.heard = 0
        self.status = 200

    async def hear(self, _: web.Request) -> web.Response:
        self.heard += 1
        return web.Response(status=self.status)

    async def hears(self, more: int) -> None:
        """Return when it heard so many more."""
        wanted = self.heard + more
        async with asyncio.timeout(5):
            while self.heard < wanted:  # noqa: ASYNC110  # it is being counted, not told
                await asyncio.sleep(0.01)


@asynccontextmanager
async def _listening(listener: Listener) -> AsyncIterator[str]:
    """The address that is called."""
    async with run_server("127.0.0.1", 0, [web.get("/ping/secret", listener.hear)]) as url:
        yield f"{url}/ping/secret"


@asynccontextmanager
async def _beating(url: str, told: list[Readiness]) -> AsyncIterator[None]:
    async def readiness() -> Readiness:
        return told[-1]

    supervisor = Supervisor(Metrics())
    async with run_heartbeat(supervisor, url, readiness, interval_s=0.05):
        yield
    assert supervisor.parts == ()


async def test_the_heartbeat_beats_only_while_the_bot_is_healthy() -> None:
    listener, told = Listener(), [WELL]
    async with _listening(listener) as url, _beating(url, told):
        await listener.hears(2)
        told.append(UNWELL)
        await asyncio.sleep(0.1)
        heard = listener.heard
        await asyncio.sleep(0.2)
        assert listener.heard == heard
        told.append(WELL)
        await listener.hears(1)


async def test_a_failed_heartbeat_is_logged_without_its_address_and_tried_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listener = Listener()
    listener.status = 404
    async with _listening(listener) as url, _beating(url, [WELL]):
        await listener.hears(2)
    async with _beating(url, [WELL]):
        await asyncio.sleep(0.3)
    said = capsys.readouterr().out
    assert "the heartbeat was not taken" in said
    assert "ClientConnectorError" in said
    assert "secret" not in said
