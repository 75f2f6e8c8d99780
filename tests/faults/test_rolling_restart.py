"""A rolling restart of two processes that serve two hundred workspaces, while people ask and reminders are due."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.schedule.yaml.dump import schedule_yaml
from tests.benchmarks import copies
from tests.end_to_end.asking import Asking, answers_by_thread, reminded
from tests.end_to_end.balancer import Balancer
from tests.end_to_end.processes import Running, launch, wait_until_ready
from tests.end_to_end.several import SlackWithWorkspaces, environment_of_many
from tests.fake_slack.server import SlackForTests
from tests.schedules import a_schedule, a_talk

WORKSPACES = 200

PER_SECOND = 10  # questions over all workspaces

LEAD = timedelta(minutes=10)  # between a reminder and its talk

AHEAD = timedelta(minutes=2)  # to prepare the workspaces before the first reminder


@pytest.mark.thorough
async def test_two_processes_with_two_hundred_workspaces_are_restarted_unnoticed(
    postgresql_url: str, tmp_path: Path
) -> None:
    first = Clock().real_now().replace(second=0, microsecond=0) + AHEAD + LEAD
    talks = (a_talk(f"Talk {n}", first + timedelta(minutes=n), id=f"t{n}") for n in range(30))
    (tmp_path / "schedule.yaml").write_bytes(schedule_yaml(a_schedule(*talks)))
    async with AsyncExitStack() as stack:
        ids = [f"T0MANY{n:03}" for n in range(WORKSPACES)]
        many = await stack.enter_async_context(SlackWithWorkspaces.serving(*ids))
        balancer = await stack.enter_async_context(Balancer.serving())
        conferences = f"conferences:\n  - {{schedule: schedule.yaml, workspaces: [{', '.join(ids)}]}}"
        variables = environment_of_many(many, tmp_path, conferences, QCON_DATABASE_URL=postgresql_url, QCON_GRACE_S="2")
        del variables["QCON_NOW"]
        await copies.prepare(many, postgresql_url, tmp_path, variables)

        async def start_another() -> Running:
            running = await stack.enter_async_context(wait_until_ready(await launch("run", variables, tmp_path)))
            await balancer.add(running.url)
            started.append(running)
            return running

        started: list[Running] = []
        processes = [await start_another(), await start_another()]
        slacks = list(many.workspaces.values())
        for slack in slacks:
            slack.connect(balancer.url)
            slack.transport.retry_after_s = ()  # Slack itself would retry
        everyone = [await stack.enter_async_context(_asking(slack)) for slack in slacks]
        await _until_reminded(slacks, 1)
        for old in processes:
            assert await old.stop() == 0
            balancer.remove(old.url)
            await start_another()
        await _until_reminded(slacks, 2)

        assert sum((asking.failed for asking in everyone), Counter()) == Counter()
        assert sum(asking.asked for asking in everyone) > 1000
        for slack, asking in zip(slacks, everyone, strict=True):
            answers = slack.workspace.conversation("random").messages.values()
            refused = [message.text for message in answers if "Talk" not in message.text]
            assert refused == [], [line for process in started for line in process.output if "not at work" in line]
            await slack.workspace.wait_until(lambda: answers_by_thread(slack).keys() >= set(asking.mentions), 30)  # noqa: B023
            assert set(answers_by_thread(slack).values()) <= {1}
            await slack.workspace.wait_until(lambda: _missing(slack) == [], within_s=180)  # noqa: B023
            assert len(set(reminded(slack))) == len(reminded(slack))


@asynccontextmanager
async def _asking(slack: SlackForTests) -> AsyncIterator[Asking]:
    """Let people in this workspace ask, a moment after those in the one before it."""
    await asyncio.sleep(1 / PER_SECOND)
    async with Asking.going_on(slack, PER_SECOND / WORKSPACES) as asking:
        yield asking


def _missing(slack: SlackForTests) -> list[int]:
    """The numbers of the talks before the last one told that nobody was reminded of."""
    told = {int(title.split()[1]) for title in reminded(slack)}
    return sorted(set(range(max(told))) - told)


async def _until_reminded(slacks: Sequence[SlackForTests], times: int) -> None:
    """Wait until every workspace had so many more reminders."""
    counts = [len(reminded(slack)) + times for slack in slacks]
    for slack, count in zip(slacks, counts, strict=True):
        await slack.workspace.wait_until(lambda: len(reminded(slack)) >= count, within_s=240)  # noqa: B023
