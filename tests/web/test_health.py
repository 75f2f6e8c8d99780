from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.web import health
from bot.web.health import Readiness
from bot.web.server import run_server


class Told:
    """The bot's state, as the test sets it."""

    def __init__(self) -> None:
        self.readiness = Readiness(talks=5, revision=1)

    async def __call__(self) -> Readiness:
        return self.readiness


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


async def test_who_is_well_is_ready(address: str) -> None:
    status, body = await _get(f"{address}/readyz")
    assert status == 200
    assert body == {"ready": True, "talks": 5, "revision": 1, "next_reminder": "", "problems": []}


async def test_who_is_not_says_why_and_lives_all_the_same(address: str, told: Told) -> None:
    told.readiness = Readiness(5, 1, problems=("database: TimeoutError", "sweep: the last good one was 40 s ago"))
    status, body = await _get(f"{address}/readyz")
    assert (status, body["ready"]) == (503, False)
    assert body["problems"] == list(told.readiness.problems)
    assert await _get(f"{address}/healthz") == (200, {"alive": True})


async def test_who_asks_may_leave_some_of_it_out(address: str, told: Told) -> None:
    told.readiness = Readiness(5, 1, problems=("database: TimeoutError", "sweep: the last good one was 40 s ago"))
    assert (await _get(f"{address}/readyz?exclude=database"))[0] == 503
    status, body = await _get(f"{address}/readyz?exclude=database&exclude=sweep")
    assert (status, body["ready"]) == (200, True)
    assert body["problems"] == list(told.readiness.problems)
