"""A rehearsal's database belongs to one rehearsal."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SimulatedClock
from bot.db.database import Database
from bot.live_schedule import clock_repository
from bot.live_schedule.clock_repository import ClockModeMismatch

REAL = datetime(2031, 1, 1, tzinfo=UTC)

MORNING = datetime(2019, 3, 5, 10, 20, tzinfo=UTC)


async def begin(database: Database, moment: datetime, real: datetime = REAL) -> SimulatedClock:
    return await database.write(clock_repository.set_simulated_mode, SimulatedClock(real, moment))


async def test_a_restarted_process_continues_the_rehearsal(database: Database) -> None:
    first = await begin(database, MORNING)
    assert await begin(database, MORNING, REAL + timedelta(minutes=5)) == first


async def test_a_rehearsal_from_another_moment_is_refused_naming_both(database: Database) -> None:
    await begin(database, MORNING)
    with pytest.raises(ClockModeMismatch, match=r"2019-03-05 10:20 UTC.*2019-03-06 10:20 UTC"):
        await begin(database, MORNING + timedelta(days=1))


async def test_a_restart_continues_at_the_time_a_rehearsal_jumped_to(database: Database) -> None:
    await begin(database, MORNING)
    jumped = SimulatedClock(REAL, MORNING + timedelta(hours=3))
    await database.write(clock_repository.set_clock_anchor, jumped)
    assert await begin(database, MORNING) == jumped


async def test_all_jumps_are_kept_in_order(database: Database) -> None:
    first = await begin(database, MORNING)
    jumps = [SimulatedClock(REAL + timedelta(minutes=at), MORNING + timedelta(hours=at), 1 + at) for at in (1, 2)]
    for jump in jumps:
        await database.write(clock_repository.set_clock_anchor, jump)
    assert await database.read(clock_repository.clock_anchors) == (first, *jumps)
    assert await database.read(clock_repository.clock_anchor) == jumps[-1]
    with pytest.raises(ClockModeMismatch):
        await begin(database, MORNING + timedelta(days=1))
