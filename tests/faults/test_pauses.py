"""Processes that sleep, as on a suspended or overloaded machine."""

import os
import signal

import pytest

from tests.faults.conftest import Table
from tests.faults.node import Saboteur
from tests.faults.trial import Trial, a_day

pytestmark = pytest.mark.slow

STEPS = ("in lease_deliveries", "before recheck", "after post", "before _record")

THOROUGH = [pytest.param(step, marks=pytest.mark.thorough) for step in STEPS]


@pytest.mark.parametrize("step", ["after recheck", *THOROUGH])
async def test_a_node_paused_past_its_lease_repeats_nothing(postgresql_url: str, table: Table, step: str) -> None:
    async with Trial.on(postgresql_url, lease_s=1.5, http_timeout_s=0.5) as trial:
        await trial.seed(a_day(1), people=40, talks_each=1)
        sleeper = trial.start(Saboteur(step, signal=signal.SIGSTOP))
        await trial.pause(1.0)
        trial.start()
        await trial.pause(2.0)
        os.kill(sleeper.pid or 0, signal.SIGCONT)
        await trial.pause(0.7)
        await trial.finished()
        count = await trial.count()
    table.add(f"a node asleep {step}, past its lease", count, 1)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


async def test_a_node_paused_for_ever_does_not_delay_other_nodes(postgresql_url: str, table: Table) -> None:
    """It sleeps in a transaction that locks the workspace's rate limits, and PostgreSQL still sees it connected."""
    async with Trial.on(postgresql_url) as trial:
        await trial.seed(a_day(1), people=40, talks_each=1)
        trial.start(Saboteur("in lease_deliveries", signal=signal.SIGSTOP))
        await trial.until(lambda states: states["pending"] == 40)
        trial.start()
        await trial.finished()
        count = await trial.count()
    table.add("a node asleep in lease, for ever", count, 1)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


@pytest.mark.thorough
async def test_a_process_paused_right_before_its_request_may_send_documented_duplicates(
    postgresql_url: str, table: Table
) -> None:
    """There is always a moment between the last look at the clock and the request. Each of 20 pauses falls right into it."""
    async with Trial.on(postgresql_url, lease_s=1.5, http_timeout_s=0.5) as trial:
        await trial.seed(a_day(1), people=60, talks_each=1)
        sleepers = [trial.start(Saboteur("before post", signal=signal.SIGSTOP)) for _ in range(20)]
        await trial.pause(2.0)
        trial.start()
        await trial.finished()
        for sleeper in sleepers:
            os.kill(sleeper.pid or 0, signal.SIGCONT)
        await trial.pause(3.0)
        count = await trial.count()
    table.add("published: paused between its last look and the request", count, 20)
    assert count.lost == 0
    assert 0 < count.duplicated <= 20
