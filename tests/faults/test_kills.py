"""SIGKILL at every step of the flow, over one node and many."""

import asyncio
import random

import pytest

from tests.faults.conftest import Table
from tests.faults.node import STEPS, Saboteur
from tests.faults.trial import Trial, a_day

LIFE_S = 1.0  # a step that does not come by itself is not waited for longer


async def mow(trial: Trial, kills: int, nodes: int) -> int:
    """Keep so many nodes running and let each be killed, at one step after the other; the number that were."""
    steps = [STEPS[n % len(STEPS)] for n in range(kills)]
    lives: dict[object, float] = {}
    killed = 0
    loop = asyncio.get_running_loop()
    while killed < kills:
        for node in [node for node in trial.nodes if loop.time() > lives[node]]:
            node.kill()
        for node in [node for node in trial.nodes if not node.is_alive()]:
            node.join()
            trial.nodes.remove(node)
            killed += 1
        while len(trial.nodes) < nodes and killed + len(trial.nodes) < kills:
            node = trial.start(Saboteur(steps.pop(), nth=random.randint(1, 4)))
            lives[node] = loop.time() + LIFE_S
        await asyncio.sleep(0.02)
    return killed


async def test_a_node_killed_at_every_step_loses_and_repeats_nothing(postgresql_url: str, table: Table) -> None:
    async with Trial.on(postgresql_url) as trial:
        await trial.seed(a_day(4), people=60, talks_each=4)
        killed = await mow(trial, kills=len(STEPS), nodes=3)
        trial.start()
        await trial.finished()
        count = await trial.count()
    table.add("killed at every step, 3 nodes", count, killed)
    assert (count.lost, count.duplicated) == (0, 0)
    assert count.landed == count.lines


@pytest.mark.thorough
@pytest.mark.parametrize(("nodes", "kills", "people"), [(1, 300, 1500), (2, 300, 2500), (4, 400, 4000)])
async def test_a_thousand_kills(postgresql_url: str, table: Table, nodes: int, kills: int, people: int) -> None:
    async with Trial.on(postgresql_url) as trial:
        await trial.seed(a_day(5), people=people, talks_each=5)
        killed = await mow(trial, kills, nodes)
        for _ in range(nodes):
            trial.start()
        await trial.finished(within_s=600)
        count = await trial.count()
    table.add(f"{kills} kills at every step, {nodes} nodes", count, killed)
    assert (count.lost, count.duplicated) == (0, 0)
