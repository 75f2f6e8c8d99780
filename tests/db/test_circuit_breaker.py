import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot.clock import monotonic
from bot.db.database import DEFAULT_SHARE, CircuitBreaker, Database, DatabaseUnavailable, Transaction
from tests.db.slowly import wait

TIMEOUT_S, RETRY_AFTER_S = 0.5, 0.6


class ControlledWork:
    """Work for a transaction whose duration and error the test controls."""

    def __init__(self) -> None:
        self.calls = 0
        self.duration_s = 0.0
        self.error: Exception | None = None

    async def __call__(self, tx: Transaction) -> int:
        self.calls += 1
        await wait(tx, self.duration_s)
        if self.error:
            raise self.error
        return self.calls


@pytest.fixture
def work() -> ControlledWork:
    return ControlledWork()


@pytest.fixture
async def guarded(database: Database) -> AsyncIterator[Database]:
    breaker = CircuitBreaker(timeout_s=TIMEOUT_S, probe_interval_s=RETRY_AFTER_S)
    yield database.guarded(breaker)
    await breaker.drain()


async def _seconds_until_unavailable(guarded: Database, work: ControlledWork) -> float:
    """Call the database, which must fail as unavailable, and return the seconds that it took."""
    began = monotonic()
    with pytest.raises(DatabaseUnavailable, match="reach my database"):
        await guarded.read(work)
    return monotonic() - began


async def test_a_call_within_the_timeout_returns_its_result(guarded: Database, work: ControlledWork) -> None:
    assert (await guarded.read(work), await guarded.write(work)) == (1, 2)


async def test_a_call_that_times_out_fails_soon_and_the_next_one_at_once(
    guarded: Database, work: ControlledWork
) -> None:
    work.duration_s = 3
    assert TIMEOUT_S <= await _seconds_until_unavailable(guarded, work) < 2
    assert await _seconds_until_unavailable(guarded, work) < TIMEOUT_S
    assert work.calls == 1


async def test_an_open_breaker_lets_one_call_at_a_time_try_the_database(
    guarded: Database, work: ControlledWork
) -> None:
    work.duration_s = 3
    await _seconds_until_unavailable(guarded, work)
    await asyncio.sleep(RETRY_AFTER_S)
    await asyncio.gather(*(_seconds_until_unavailable(guarded, work) for _ in range(20)))
    assert work.calls == 2
    work.duration_s = 0
    await asyncio.sleep(RETRY_AFTER_S)
    assert await guarded.read(work) == 3
    assert await guarded.read(work) == 4


async def test_a_refused_connection_is_retried_and_then_fails_soon(guarded: Database, work: ControlledWork) -> None:
    work.error = ConnectionRefusedError()
    assert await _seconds_until_unavailable(guarded, work) < 2
    assert work.calls > 1


async def test_calls_that_wait_for_their_turn_do_not_try_a_database_that_has_failed_meanwhile(
    guarded: Database, work: ControlledWork
) -> None:
    work.error = NoConnectionError()  # fails at once, without retries
    await asyncio.gather(*(_seconds_until_unavailable(guarded, work) for _ in range(50)))
    assert work.calls <= 2 * DEFAULT_SHARE


async def test_an_error_of_the_work_itself_is_raised_and_leaves_the_breaker_closed(
    guarded: Database, work: ControlledWork
) -> None:
    work.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await guarded.write(work)
    work.error = None
    assert await guarded.write(work) == 2


async def test_a_write_that_times_out_does_not_block_reads(guarded: Database, work: ControlledWork) -> None:
    work.duration_s = 1
    with pytest.raises(DatabaseUnavailable):
        await guarded.write(work)
    work.duration_s = 0
    assert await guarded.read(work) == 2


async def test_an_abandoned_write_leaves_no_lock(guarded: Database, database: Database) -> None:
    async def write_slowly(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO seen (key, first_by, at) VALUES ('given up', 'nobody', 0)"))
        await wait(tx, 1)

    async def written(tx: Transaction) -> int:
        return int((await tx.execute(text("SELECT count(*) FROM seen"))).scalar_one())

    with pytest.raises(DatabaseUnavailable):
        await guarded.write(write_slowly)
    await asyncio.sleep(1.2)
    await database.write(written)  # the abandoned write holds no lock
    assert await database.read(written) in (0, 1)  # SQLite may have finished the abandoned write
