"""Clocks that jump, days with an hour more or less, and midnight."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.clock import Clock, SimulatedClock
from tests.delivery.conftest import Day
from tests.fake_slack import faults
from tests.fake_slack.server import SlackForTests
from tests.schedules import a_conference, a_schedule, a_talk, london

pytestmark = pytest.mark.slow


class JumpyClock(Clock):
    """A process's own clock, moved by hand."""

    off = timedelta()

    def system_now(self) -> datetime:
        return super().system_now() + self.off


@pytest.fixture
async def jumpy(tmp_path: object) -> AsyncIterator[Day]:
    """A trial on SQLite, where real time is the process's own clock."""
    clock = JumpyClock()
    clock.follow(SimulatedClock(clock.real_now(), london("10:00")))
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackForTests.serving())
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)))
        day = Day(slack, f"sqlite:///{tmp_path}/jumpy.sqlite3", session, clock)
        yield day
        for process in day.processes:
            await process.stop()


def put(day: Day, **hours: float) -> None:
    """Move the process's clock."""
    assert isinstance(day.clock, JumpyClock)
    day.clock.off += timedelta(**hours)
    for process in day.processes:
        process.reminders.wake()


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_jump_while_a_result_is_unknown_loses_and_repeats_nothing(jumpy: Day, hours: int) -> None:
    await jumpy.start_process(a_schedule(a_talk("A", "10:35"), a_talk("B", "13:00")))
    await jumpy.remind()
    jumpy.slack.faults.add(faults.reset("chat.postMessage", lands=True))
    jumpy.jump("10:26")
    await jumpy.settled_with("unknown")
    put(jumpy, hours=hours)
    await jumpy.settled_with("sent")
    put(jumpy, hours=-hours)
    assert await jumpy.settled() == ["sent"]
    assert jumpy.slack.journal.duplicates() == {}


async def test_a_clock_that_is_put_back_delays_no_retry(jumpy: Day) -> None:
    await jumpy.start_process(a_schedule(a_talk("A", "12:35")))
    await jumpy.remind()
    jumpy.slack.faults.add(faults.rate_limited("chat.postMessage", retry_after=1))
    jumpy.jump("12:26")
    await jumpy.settled_with("pending")
    put(jumpy, hours=-1)
    jumpy.jump("12:27")
    assert len(await jumpy.arrived(within_s=12)) == 1


async def test_a_node_whose_clock_is_an_hour_fast_sends_no_reminder_early(postgresql_url: str) -> None:
    clock = JumpyClock()
    clock.off = timedelta(hours=1)
    async with SlackForTests.serving() as slack, aiohttp.ClientSession() as session:
        day = Day(slack, postgresql_url, session, clock)
        start = Clock().real_now() + timedelta(minutes=65)
        process = await day.start_process(a_schedule(a_talk("A", start), conference=a_conference(days=(start.date(),))))
        await day.remind(lead=30)
        await asyncio.sleep(0.9)
        due = await process.reminders.next_due()
        await process.stop()
    assert due == start - timedelta(minutes=30)
    assert slack.deliveries() == []


# London, the night to 31 March 2019: 01:00 is followed by 02:00. The night to 27 October: 01:59 is followed by 01:00.
@pytest.mark.parametrize(
    ("start", "clock"),
    [
        (datetime(2019, 3, 31, 0, 55, tzinfo=UTC), "00:55"),
        (datetime(2019, 3, 31, 1, 5, tzinfo=UTC), "02:05"),
        (datetime(2019, 10, 27, 0, 30, tzinfo=UTC), "01:30"),
        (datetime(2019, 10, 27, 1, 5, tzinfo=UTC), "01:05"),
        (datetime(2019, 3, 31, 23, 0, tzinfo=UTC), "00:00"),
    ],
    ids=["before the gap", "after the gap", "the first 01:30", "the second 01:05", "midnight in summer"],
)
async def test_a_reminder_comes_ten_minutes_before_the_talk_across_a_clock_change(
    jumpy: Day, start: datetime, clock: str
) -> None:
    day = london("12:00", str(start.date())).date()
    await jumpy.start_process(a_schedule(a_talk("A", start), conference=a_conference(days=(day,))))
    jumpy.jump(start - timedelta(hours=1))
    await jumpy.remind()
    jumpy.jump(start - timedelta(minutes=10, seconds=3))
    assert await jumpy.settled_with("pending") == ["pending"]
    jumpy.jump(start - timedelta(minutes=10))
    [message] = await jumpy.arrived()
    assert message.text.startswith(f"Starts at *{clock}*")
