import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from bot.web import health
from bot.web.health import HealthChecks, Readiness, Shutdown, run_heartbeat
from bot.web.server import run_server


class Told(HealthChecks):
    """The bot's state, as the test sets it."""

    def __init__(self) -> None:
        self.state = Readiness(talks=5, revision=1)
        self.dead_parts: list[str] = []
        self.answering = True

    def dead(self) -> list[str]:
        return self.dead_parts

    def is_answering(self) -> bool:
        return self.answering

    async def readiness(self) -> Readiness:
        return self.state


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def address(told: Told) -> AsyncIterator[str]:
    async with run_server("127.0.0.1", 0, health.health_routes(told)) as url:
        yield url


async def _get(address: str) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.json()


async def test_a_healthy_bot_is_ready(address: str) -> None:
    status, body = await _get(f"{address}/readyz")
    assert status == 200
    assert body == {"ready": True, "talks": 5, "revision": 1, "next_reminder": "", "problems": [], "warnings": []}


async def test_a_bot_with_problems_names_them_and_is_still_alive(address: str, told: Told) -> None:
    told.state = Readiness(5, 1, problems=("database: TimeoutError", "sweep: the last good one was 40 s ago"))
    status, body = await _get(f"{address}/readyz")
    assert (status, body["ready"]) == (503, False)
    assert body["problems"] == list(told.state.problems)
    assert await _get(f"{address}/healthz") == (200, {"alive": True})


async def test_a_readiness_probe_may_exclude_some_problems(address: str, told: Told) -> None:
    told.state = Readiness(5, 1, problems=("database: TimeoutError", "sweep: the last good one was 40 s ago"))
    assert (await _get(f"{address}/readyz?exclude=database"))[0] == 503
    status, body = await _get(f"{address}/readyz?exclude=database&exclude=sweep")
    assert (status, body["ready"]) == (200, True)
    assert body["problems"] == list(told.state.problems)


async def test_a_bot_with_problems_may_still_be_answering(address: str, told: Told) -> None:
    told.state = Readiness(5, 1, problems=("database: it cannot be reached",))
    assert await _get(f"{address}/answerz") == (200, {"answering": True})
    told.answering = False
    assert await _get(f"{address}/answerz") == (503, {"answering": False})


async def test_a_part_that_stays_dead_fails_the_liveness_probe_and_is_named(address: str, told: Told) -> None:
    told.dead_parts = ["sweep"]
    assert await _get(f"{address}/healthz") == (503, {"alive": False, "dead": ["sweep"]})


async def test_a_shutdown_drains_for_a_while_before_it_closes() -> None:
    doors = Shutdown()
    seen = [(doors.draining, doors.closed)]
    closing = asyncio.create_task(doors.drain(0.2))
    await asyncio.sleep(0)
    seen.append((doors.draining, doors.closed))
    await closing
    assert [*seen, (doors.draining, doors.closed)] == [(False, False), (True, False), (True, True)]


OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.mark.parametrize(("accept", "read"), [("", parse), (OPENMETRICS, parse_openmetrics)])
async def test_metrics_are_refreshed_and_served_in_both_prometheus_formats(accept: str, read: object) -> None:
    metrics = Metrics()

    async def look() -> None:
        metrics.revision.set(7)

    async with (
        run_server("127.0.0.1", 0, health.metrics_routes(metrics, look)) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/metrics", headers={"Accept": accept}) as response,
    ):
        assert response.status == 200
        told = await response.text()
    assert callable(read)
    found = {sample.name: sample.value for family in read(told) for sample in family.samples}
    assert found["qcon_schedule_revision"] == 7


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
