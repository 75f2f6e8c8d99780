import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from bot.clock import monotonic
from bot.errors import UnavailableError
from bot.supervisor import FIRST_RETRY_S, Backoff, Part, Supervisor
from bot.telemetry.metrics import Metrics
from tests.figures import figure


class Steps:
    """A step that counts, and does what the test wants."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.taken = 0
        self.lasts_s = 0.0

    async def __call__(self) -> None:
        self.taken += 1
        await asyncio.sleep(self.lasts_s)
        if self.errors:
            raise self.errors.pop(0)

    async def reach(self, number: int) -> None:
        """Return when so many steps were taken."""
        async with asyncio.timeout(5):
            while self.taken < number:  # noqa: ASYNC110  # it is being counted, not told
                await asyncio.sleep(0.005)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def supervisor(metrics: Metrics) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(metrics, dead_after_s=0.1)
    yield supervisor
    await supervisor.stop()


async def ended(part: Part) -> None:
    """Return when the step that is under way has ended."""
    await asyncio.sleep(0.02)
    assert part.success_age_s < 5


async def test_a_step_is_taken_again_and_again(supervisor: Supervisor) -> None:
    steps = Steps()
    supervisor.start("counting", steps, interval_s=0.01)
    await steps.reach(3)


async def test_everyone_who_stops_a_part_waits_for_its_step(supervisor: Supervisor) -> None:
    steps, ended = Steps(), asyncio.Event()

    async def step() -> None:
        try:
            await steps()
            await asyncio.sleep(5)
        finally:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)
            ended.set()

    part = supervisor.start("slow to stop", step, interval_s=1, delay_s=0)
    await steps.reach(1)
    cut_off = asyncio.create_task(part.stop())
    await asyncio.sleep(0)
    cut_off.cancel()
    await asyncio.gather(part.stop(), supervisor.stop())
    assert ended.is_set()
    assert supervisor.parts == ()


async def test_a_part_without_an_interval_waits_until_it_is_woken_and_costs_no_task_meanwhile(
    supervisor: Supervisor,
) -> None:
    steps, tasks = Steps(), len(asyncio.all_tasks())
    part = supervisor.start("counting", steps)
    await asyncio.sleep(0.05)
    assert (steps.taken, len(asyncio.all_tasks()), part.success_age_s) == (0, tasks, 0)
    part.wake()
    await steps.reach(1)


async def test_a_wake_during_a_step_brings_another_one(supervisor: Supervisor) -> None:
    steps = Steps()
    steps.lasts_s = 0.05
    part = supervisor.start("counting", steps, delay_s=0)
    await steps.reach(1)
    for _ in range(3):
        part.wake()
    await asyncio.sleep(0.2)
    assert steps.taken == 2


async def test_a_failed_step_is_taken_again_and_counted_and_explained(supervisor: Supervisor, metrics: Metrics) -> None:
    steps = Steps(UnavailableError("Slack does not answer."), ConnectionResetError())
    part = supervisor.start("counting", steps, interval_s=60, delay_s=0)
    await steps.reach(1)
    await ended(part)
    assert part.problem == "Slack does not answer."
    await steps.reach(3)
    await ended(part)
    assert part.problem == ""
    assert figure(metrics, "qcon_part_restarts_total", part="counting") == 2


async def test_a_failing_part_is_not_hurried_by_those_who_wake_it(supervisor: Supervisor) -> None:
    steps, began = Steps(ConnectionResetError()), monotonic()
    part = supervisor.start("counting", steps, delay_s=0)
    while steps.taken < 2:
        part.wake()
        await asyncio.sleep(0.01)
    assert monotonic() - began >= 0.8 * FIRST_RETRY_S


async def test_a_step_that_hangs_is_cancelled_and_taken_again(supervisor: Supervisor) -> None:
    steps = Steps()
    steps.lasts_s = 60
    part = supervisor.start("counting", steps, delay_s=0, limit_s=0.02)
    await steps.reach(2)
    assert part.problem == "there is no answer"


async def test_only_a_fault_of_its_own_makes_a_part_dead(supervisor: Supervisor) -> None:
    broken = Steps(*(ZeroDivisionError() for _ in range(100)))
    waiting = Steps(*(ConnectionResetError() for _ in range(100)))
    supervisor.start("broken", broken, delay_s=0)
    supervisor.start("waiting", waiting, delay_s=0)
    await broken.reach(2)
    assert list(supervisor.dead) == ["broken"]


async def test_a_dead_part_that_works_again_is_alive(supervisor: Supervisor) -> None:
    steps = Steps(ZeroDivisionError(), ZeroDivisionError())
    part = supervisor.start("counting", steps, delay_s=0)
    await steps.reach(2)
    assert part.is_dead
    await steps.reach(3)
    await ended(part)
    assert not part.is_dead


async def test_a_step_that_resists_being_cancelled_makes_a_part_dead(supervisor: Supervisor) -> None:
    release = asyncio.Event()

    async def resist() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    part = supervisor.start("resisting", resist, delay_s=0, limit_s=0.02)
    await asyncio.sleep(0.2)
    assert part.is_dead
    release.set()


async def test_a_part_that_was_stopped_is_neither_taken_again_nor_reported(supervisor: Supervisor) -> None:
    steps = Steps()
    steps.lasts_s = 60
    part = supervisor.start("counting", steps, interval_s=0.01, delay_s=0)
    await steps.reach(1)
    await part.stop()
    part.wake()
    await asyncio.sleep(0.05)
    assert steps.taken == 1
    assert supervisor.parts == ()


def test_delays_double_up_to_the_last_and_begin_again_after_a_success() -> None:
    backoff = Backoff(first_s=1, last_s=10)
    delays = [backoff.next_s() for _ in range(6)]
    assert [round(delay) for delay in delays[:2]] == [1, 2]
    assert all(0.8 * most <= delay <= most for delay, most in zip(delays, (1, 2, 4, 8, 10, 10), strict=True))
    backoff.reset()
    assert backoff.next_s() <= 1
