import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.clock import monotonic
from bot.db.circuit_breaker import CircuitBreakerDatabase, DatabaseUnavailable
from bot.db.database import Database, Transaction
from tests.db.slowly import wait

PATIENCE_S, AGAIN_S = 0.5, 0.6


class Server:
    """What the database does with what it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.waits_s = 0.0
        self.error: Exception | None = None

    async def __call__(self, tx: Transaction) -> int:
        self.asked += 1
        await wait(tx, self.waits_s)
        if self.error:
            raise self.error
        return self.asked


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def impatient(database: Database) -> AsyncIterator[CircuitBreakerDatabase]:
    impatient = CircuitBreakerDatabase(database, PATIENCE_S, AGAIN_S)
    yield impatient
    await impatient.close()


async def _is_told_away(impatient: CircuitBreakerDatabase, server: Server) -> float:
    """Seconds after which it was said that the database is away."""
    began = monotonic()
    with pytest.raises(DatabaseUnavailable, match="Not now"):
        await impatient.read(server)
    return monotonic() - began


async def test_what_comes_soon_is_given(impatient: CircuitBreakerDatabase, server: Server) -> None:
    assert (await impatient.read(server), await impatient.write(server)) == (1, 2)


async def test_who_waits_is_told_soon_and_the_next_one_at_once(
    impatient: CircuitBreakerDatabase, server: Server
) -> None:
    server.waits_s = 3
    assert PATIENCE_S <= await _is_told_away(impatient, server) < 2
    assert await _is_told_away(impatient, server) < PATIENCE_S
    assert server.asked == 1


async def test_while_it_is_away_one_in_a_while_tries_for_all(impatient: CircuitBreakerDatabase, server: Server) -> None:
    server.waits_s = 3
    await _is_told_away(impatient, server)
    await asyncio.sleep(AGAIN_S)
    await asyncio.gather(*(_is_told_away(impatient, server) for _ in range(20)))
    assert server.asked == 2
    server.waits_s = 0
    await asyncio.sleep(AGAIN_S)
    assert await impatient.read(server) == 3
    assert await impatient.read(server) == 4


async def test_a_database_that_refuses_is_away_after_the_tries_that_there_is_time_for(
    impatient: CircuitBreakerDatabase, server: Server
) -> None:
    server.error = ConnectionRefusedError()
    assert await _is_told_away(impatient, server) < 2
    assert server.asked > 1


async def test_what_is_wrong_with_the_work_is_told_as_it_is(impatient: CircuitBreakerDatabase, server: Server) -> None:
    server.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await impatient.write(server)
    server.error = None
    assert await impatient.write(server) == 2


async def test_a_busy_writer_keeps_no_reader_out(impatient: CircuitBreakerDatabase, server: Server) -> None:
    server.waits_s = 1
    with pytest.raises(DatabaseUnavailable):
        await impatient.write(server)
    server.waits_s = 0
    assert await impatient.read(server) == 2


async def test_what_was_given_up_leaves_nothing_behind(impatient: CircuitBreakerDatabase, database: Database) -> None:
    async def write_slowly(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO seen (key, first_by, at) VALUES ('given up', 'nobody', 0)"))
        await wait(tx, 1)

    async def written(tx: Transaction) -> int:
        return int((await tx.execute(text("SELECT count(*) FROM seen"))).scalar_one())

    with pytest.raises(DatabaseUnavailable):
        await impatient.write(write_slowly)
    await asyncio.sleep(1.2)
    await database.write(written)  # nobody else waits for it either
    assert await database.read(written) in (0, 1)  # SQLite finishes what it began
