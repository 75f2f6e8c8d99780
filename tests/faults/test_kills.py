"""SIGKILL at every step of the flow, over one node and many."""

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

pytestmark = pytest.mark.slow

STEADY = 2_400  # messages a minute, so that what is to be done lasts as long as nodes are killed

PATIENCE_S = 8.0  # for a step that does not come by itself

ELSEWHERE = "elsewhere"


async def mow(trial: Trial, kills: int, nodes: int, within_s: float) -> Counter[str]:
    """Keep so many nodes running, each to be killed at the next step of all; how many were killed at which.

    It ends when so many came to their step, or when nothing is left that anybody could come to.
    """
    steps, killed = cycle(STEPS), Counter[str]()

    async def one_after_the_other() -> None:
        while at_their_step(killed) < kills and not await trial.is_over():
            killed[await end_of_a_node(trial, next(steps))] += 1

    async with asyncio.timeout(within_s):
        await asyncio.gather(*(one_after_the_other() for _ in range(nodes)))
    return killed


async def end_of_a_node(trial: Trial, step: str) -> str:
    """The step at which it was killed: this one or, if it was not reached, another.

    Its time begins with its first step: how long a process takes to start says something about the machine only.
    """
    at_work = FORKS.Event()
    node = trial.start(Saboteur(step, nth=random.randint(1, 3), at_work=at_work))
    while node.is_alive() and not at_work.is_set():  # noqa: ASYNC110  # it is another process
        await asyncio.sleep(0.02)
    until = monotonic() + PATIENCE_S
    while node.is_alive() and monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    came = (
        at_work.is_set() and not node.is_alive()
    )  # else it may have ended because nobody answered in time as it began
    trial.kill(node)
    assert not came or node.exitcode == -signal.SIGKILL
    return step if came else ELSEWHERE


async def do_the_rest(trial: Trial, nodes: int, within_s: float) -> None:
    """As fast as it goes, but patiently.

    With a second for each request, four nodes would ask for more than the stand-in answers in time on a small machine,
    hold it all for unknown, and read back for an hour what had only been slow.
    """
    for _ in range(nodes):
        trial.start(rate_per_minute=100_000, http_timeout_s=15.0, lease_s=20.0)
    await trial.finished(within_s)


def at_their_step(killed: Counter[str]) -> int:
    return killed.total() - killed[ELSEWHERE]


async def test_a_node_killed_at_every_step_loses_and_repeats_nothing(postgresql_url: str, table: Table) -> None:
    async with Trial.on(postgresql_url, rate_per_minute=STEADY) as trial:
        await trial.seed(a_day(4), people=250, talks_each=4)
        killed = await mow(trial, kills=len(STEPS), nodes=3, within_s=120)
        await do_the_rest(trial, nodes=1, within_s=60)
        count = await trial.count()
    table.add("killed at every step, 3 nodes", count, killed.total())
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


@pytest.mark.thorough
@pytest.mark.parametrize(("nodes", "kills", "people"), [(1, 200, 3000), (2, 400, 3500), (4, 400, 4000)])
async def test_a_thousand_kills(postgresql_url: str, table: Table, nodes: int, kills: int, people: int) -> None:
    async with Trial.on(postgresql_url, rate_per_minute=STEADY) as trial:
        await trial.seed(a_day(5), people=people, talks_each=5)
        killed = await mow(trial, kills, nodes, within_s=800)
        await do_the_rest(trial, nodes, within_s=300)
        count = await trial.count()
    table.add(f"{kills} kills at every step, {nodes} nodes", count, at_their_step(killed))
    assert (count.lost, count.duplicated) == (0, 0)
    assert at_their_step(killed) >= kills
    assert set(killed) >= set(STEPS)
