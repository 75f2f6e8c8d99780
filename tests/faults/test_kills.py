"""SIGKILL at every step of the delivery flow, with one process and with many."""

import asyncio
import random
import signal
from collections import Counter
from itertools import cycle

import pytest

from bot.clock import monotonic
from tests.faults.conftest import Table
from tests.faults.node import STEPS, Saboteur
from tests.faults.trial import FORKS, Trial, a_day

pytestmark = [pytest.mark.slow, pytest.mark.serial]

STEADY_RATE = 2_400  # messages a minute, so that there is work for as long as processes are killed

STEP_TIMEOUT_S = 8.0  # for a step that a process may never come to

ELSEWHERE = "elsewhere"


async def kill_repeatedly(trial: Trial, kills: int, nodes: int, within_s: float) -> Counter[str]:
    """Keep so many processes running, and kill each at the next of all steps. Return how many were killed at which.

    End when `kills` of them were killed at their step, or when everything is delivered.
    """
    steps, killed = cycle(STEPS), Counter[str]()

    async def kill_one_after_another() -> None:
        while at_their_step(killed) < kills and not await trial.is_over():
            killed[await kill_at_step(trial, next(steps))] += 1

    async with asyncio.timeout(within_s):
        await asyncio.gather(*(kill_one_after_another() for _ in range(nodes)))
    return killed


async def kill_at_step(trial: Trial, step: str) -> str:
    """The step at which it was killed: this one or, if it was not reached, another.

    Its time begins with its first step: how long a process takes to start says something about the machine only.
    """
    at_work = FORKS.Event()
    node = trial.start(Saboteur(step, nth=random.randint(1, 3), at_work=at_work))
    while node.is_alive() and not at_work.is_set():  # noqa: ASYNC110  # it is another process
        await asyncio.sleep(0.02)
    until = monotonic() + STEP_TIMEOUT_S
    while node.is_alive() and monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    # A process that ends before its first step may have got no answer in time when it started.
    reached = at_work.is_set() and not node.is_alive()
    trial.kill(node)
    assert not reached or node.exitcode == -signal.SIGKILL
    return step if reached else ELSEWHERE


async def deliver_the_rest(trial: Trial, nodes: int, within_s: float) -> None:
    """Deliver what is left as fast as possible, with long timeouts.

    With a timeout of a second, four processes would ask for more than the fake Slack answers in time on a small machine.
    They would take all of it for unknown, and read back for an hour what had only been slow.
    """
    for _ in range(nodes):
        trial.start(rate_per_minute=100_000, http_timeout_s=15.0, lease_s=20.0)
    await trial.finished(within_s)


def at_their_step(killed: Counter[str]) -> int:
    """The number of processes that were killed at their step."""
    return killed.total() - killed[ELSEWHERE]


async def test_a_node_killed_at_every_step_loses_and_repeats_nothing(postgresql_url: str, table: Table) -> None:
    async with Trial.on(postgresql_url, rate_per_minute=STEADY_RATE) as trial:
        await trial.seed(a_day(4), people=250, talks_each=4)
        killed = await kill_repeatedly(trial, kills=len(STEPS), nodes=3, within_s=120)
        await deliver_the_rest(trial, nodes=1, within_s=60)
        count = await trial.count()
    table.add("killed at every step, 3 nodes", count, killed.total())
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


@pytest.mark.thorough
@pytest.mark.parametrize(("nodes", "kills", "people"), [(1, 200, 3000), (2, 400, 3500), (4, 400, 4000)])
async def test_nodes_killed_a_thousand_times_lose_and_repeat_nothing(
    postgresql_url: str, table: Table, nodes: int, kills: int, people: int
) -> None:
    async with Trial.on(postgresql_url, rate_per_minute=STEADY_RATE) as trial:
        await trial.seed(a_day(5), people=people, talks_each=5)
        killed = await kill_repeatedly(trial, kills, nodes, within_s=800)
        await deliver_the_rest(trial, nodes, within_s=300)
        count = await trial.count()
    table.add(f"{kills} kills at every step, {nodes} nodes", count, at_their_step(killed))
    assert (count.lost, count.duplicated) == (0, 0)
    assert at_their_step(killed) >= kills
    assert set(killed) >= set(STEPS)
