"""Connections to the database that hang: nothing ends for good, and no kind of request takes all of them."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.db.database import with_driver
from bot.fake_slack.workspace import ORGANISER
from tests.end_to_end.processes import run
from tests.fake_slack.server import SlackForTests
from tests.faults.health import ProcessHealth
from tests.steps import turn_on_reminders

pytestmark = [
    pytest.mark.slow,
    pytest.mark.serial,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX"),
]


@asynccontextmanager
async def locked(url: str, *tables: str) -> AsyncIterator[None]:
    """Let every statement on these tables hang."""
    engine = create_async_engine(with_driver(url))
    async with engine.connect() as connection:
        while True:
            try:
                await connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
                break
            except DBAPIError:  # a deadlock with the bot, which uses the tables in another order
                await connection.rollback()
        yield
        await connection.rollback()
    await engine.dispose()


async def test_calendar_feeds_that_hang_leave_connections_to_everything_else(
    postgresql_url: str, tmp_path: Path
) -> None:
    settings = {"QCON_DATABASE_URL": postgresql_url, "QCON_PUBLIC_URL": "https://bot.example.org"}
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, **settings, QCON_NOW="2019-03-05T10:24:45") as bot,
        ProcessHealth.of(bot.url) as health,
        aiohttp.ClientSession() as session,
    ):
        organiser = slack.person(ORGANISER.name)
        await turn_on_reminders(organiser)

        async def fetch(number: int) -> int:
            async with session.get(f"{bot.url}/calendar/mine/{number:032}.ics") as response:
                return response.status

        async with locked(postgresql_url, "feeds"):
            flood = asyncio.gather(*(fetch(number) for number in range(200)))
            await asyncio.sleep(0.5)
            assert (
                "saved" in (await organiser.ask("/qcon save Complex Event Flows in Distributed Systems")).text.lower()
            )
            assert await health.problems() == {}
            assert Counter(await flood) == {503: 200}
            await organiser.sees("general", "*10:35 ·", within_s=30)
        async with asyncio.timeout(5):
            while await fetch(1) == 503:  # noqa: ASYNC110  # until a call finds out that the database answers again
                await asyncio.sleep(0.2)
        assert await fetch(1) == 404


async def test_every_part_recovers_from_an_exhausted_connection_pool(postgresql_url: str, tmp_path: Path) -> None:
    tables = ("revisions", "deliveries", "questions", "reminders", "people", "agenda")
    async with (
        SlackForTests.serving() as slack,
        run(slack, tmp_path, QCON_DATABASE_URL=postgresql_url) as bot,
        ProcessHealth.of(bot.url) as health,
    ):
        amara = slack.person("amara")
        await health.is_well()
        async with locked(postgresql_url, *tables):
            for _ in range(8):
                assert "Yevgeniy Brikman" in (await amara.ask("/qcon who talks about terraform?")).text
                await amara.command("/qcon agenda")
                await asyncio.sleep(3)
            assert await health.problems() != {}
            assert await health.status("/healthz") == 200
        await health.is_well()
        parts = await health.metric("qcon_part_up")
        assert set(parts.values()) == {1.0}, parts
        assert "saved" in (await amara.ask("/qcon save Complex Event Flows in Distributed Systems")).text.lower()
    assert not [line for line in bot.output if '"level": "error"' in line]
