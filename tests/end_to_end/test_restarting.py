"""Processes restart while people ask and reminders are due, without anyone noticing."""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot.fake_slack.workspace import ORGANISER
from bot.schedule.yaml.dump import schedule_yaml
from tests.end_to_end.asking import Asking, answers_by_thread, reminded
from tests.end_to_end.balancer import Balancer
from tests.end_to_end.processes import Running, start_process
from tests.end_to_end.several import CLIENT_ID, CLIENT_SECRET, KEY, Installer, SlackWithWorkspaces
from tests.fake_slack.server import SlackForTests
from tests.schedules import a_schedule, a_talk, london

pytestmark = [
    pytest.mark.slow,
    pytest.mark.serial,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX"),
]

SPEED = 20  # a minute of the conference takes 3 s

MANY = 4  # workspaces

A_TALK_A_MINUTE = a_schedule(
    *(a_talk(f"Talk {n}", london("10:30") + timedelta(minutes=n), id=f"t{n}") for n in range(60))
)


async def test_a_rolling_restart_fails_no_request_and_loses_no_reminder(postgresql_url: str, tmp_path: Path) -> None:
    (tmp_path / "schedule.yaml").write_bytes(schedule_yaml(A_TALK_A_MINUTE))
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackForTests.serving())
        slack.transport.retry_after_s = ()  # Slack itself would retry
        balancer = await stack.enter_async_context(Balancer.serving())

        async def start_another() -> Running:
            """Start a process that gets requests."""
            started = start_process(
                slack,
                tmp_path,
                QCON_DATABASE_URL=postgresql_url,
                QCON_SCHEDULE="schedule.yaml",
                QCON_NOW="2019-03-05T10:19:50",
                QCON_SPEED=str(SPEED),
                QCON_GRACE_S="2",
            )
            running = await stack.enter_async_context(started)
            await balancer.add(running.url)
            return running

        processes = [await start_another(), await start_another()]
        slack.connect(balancer.url)
        organiser = slack.person(ORGANISER.name)
        await organiser.click(await organiser.ask("/qcon remind here"), "remind-on")
        await slack.person("amara").ask("/qcon save talk 5")
        async with Asking.going_on(slack) as asking:
            for old in processes:
                assert await old.stop() == 0
                balancer.remove(old.url)
                await start_another()
            before = len(reminded(slack))
            await slack.workspace.wait_until(lambda: len(reminded(slack)) >= before + 2, within_s=15)
        assert asking.asked > 100
        assert asking.failed == Counter()
        await slack.workspace.wait_until(lambda: answers_by_thread(slack).keys() >= set(asking.mentions), within_s=30)
        assert {answers_by_thread(slack)[mention] for mention in asking.mentions} == {1}
        reminders = reminded(slack)
        assert reminders == [f"Talk {number}" for number in range(len(reminders))]  # each once and none missing
        assert len(reminders) > 3


async def test_a_rolling_restart_with_many_workspaces_goes_unnoticed(postgresql_url: str, tmp_path: Path) -> None:
    (tmp_path / "schedule.yaml").write_bytes(schedule_yaml(A_TALK_A_MINUTE))
    async with AsyncExitStack() as stack:
        many = await stack.enter_async_context(SlackWithWorkspaces.serving(*(f"T0MANY{n}" for n in range(MANY))))
        balancer = await stack.enter_async_context(Balancer.serving())
        slacks = list(many.workspaces.values())
        variables = {
            "SLACK_BOT_TOKEN": "",
            "SLACK_API_URL": f"{many.url}/api/",
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "QCON_TOKEN_KEYS": KEY,
            "QCON_PUBLIC_URL": "https://bot.example.org",
            "QCON_DATABASE_URL": postgresql_url,
            "QCON_SCHEDULE": "schedule.yaml",
            "QCON_NOW": "2019-03-05T10:18",
            "QCON_SPEED": str(SPEED),
            "QCON_GRACE_S": "2",
        }

        async def start_another() -> Running:
            running = await stack.enter_async_context(start_process(slacks[0], tmp_path, **variables))
            await balancer.add(running.url)
            return running

        processes = [await start_another(), await start_another()]
        for slack in slacks:
            slack.connect(balancer.url)
            slack.transport.retry_after_s = ()  # Slack itself would retry
            assert (await Installer(processes[0].url).install(slack.workspace.team_id))[0] == 200
            await _turn_on_reminders(slack)
            await _until_open(slack, processes)
        going_on = [await stack.enter_async_context(Asking.going_on(slack, per_second=2)) for slack in slacks]
        for old in processes:
            assert await old.stop() == 0
            balancer.remove(old.url)
            await start_another()
        for slack in slacks:
            before = len(reminded(slack))
            await slack.workspace.wait_until(lambda: len(reminded(slack)) >= before + 2, within_s=60)  # noqa: B023
        assert sum((asking.failed for asking in going_on), Counter()) == Counter()
        for slack in slacks:
            reminders = [int(title.split()[1]) for title in reminded(slack)]
            assert reminders == list(range(reminders[0], reminders[0] + len(reminders)))  # each once, none missing


async def test_a_stopping_process_in_socket_mode_answers_the_requests_it_has_received(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackForTests.serving())

        async def start_another() -> Running:
            variables = {"SLACK_APP_TOKEN": slack.app_token, "SLACK_SIGNING_SECRET": ""}
            return await stack.enter_async_context(
                start_process(slack, tmp_path, QCON_DATABASE_URL=postgresql_url, **variables)
            )

        processes = [await start_another(), await start_another()]
        async with Asking.going_on(slack) as asking:
            for old in processes:
                await asyncio.sleep(1)
                assert await old.stop() == 0
                await start_another()
        assert asking.failed.total() <= 1  # at most the one that was on its way over a socket that was being closed
        await slack.workspace.wait_until(lambda: answers_by_thread(slack).keys() >= set(asking.mentions), within_s=30)


async def _turn_on_reminders(slack: SlackForTests) -> None:
    """Turn on reminders in a channel. A workspace that takes long to open answers late: then ask again."""
    organiser = slack.person(ORGANISER.name)
    general = slack.workspace.conversation("general").messages
    async with asyncio.timeout(60):
        while not any("turned on reminders" in message.text for message in general.values()):
            offer = await organiser.ask("/qcon remind here", within_s=30)
            if "remind-on" in str(offer.blocks):
                await organiser.click(offer, "remind-on")
            await asyncio.sleep(0.5)


async def _until_open(slack: SlackForTests, processes: Sequence[Running]) -> None:
    """Ask until each of the processes has answered several times in a row."""
    async with asyncio.timeout(60):
        answered = 0
        while answered < 2 * len(processes):
            answer = await slack.person("amara").ask("/qcon next", "random", within_s=30)
            answered = answered + 1 if "Talk" in answer.text else 0
