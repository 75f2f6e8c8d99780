"""`qcon-bot backup` and `qcon-bot restore`, with the fake Slack counting the messages."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import Clock, SimulatedClock
from bot.db.database import Database
from bot.fake_slack.workspace import ORGANISER
from bot.live_schedule import clock_repository
from tests.end_to_end.processes import command, environment, run
from tests.fake_slack.server import SlackForTests
from tests.schedules import london
from tests.steps import turn_on_reminders

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

IMPATIENT = {"QCON_SETTLE_S": "0.5"}


async def jump(folder: Path, moment: datetime) -> None:
    """Set conference time; every process notices within two seconds."""
    clock = Clock()
    database = Database(f"sqlite:///{folder}/bot.sqlite3", clock.real_now)
    await database.write(clock_repository.set_clock_anchor, SimulatedClock(clock.real_now(), moment))
    await database.close()


async def deliveries(slack: SlackForTests, folder: Path, condition: Callable[[dict[str, int]], bool]) -> dict[str, int]:
    """Wait for these numbers of deliveries per state."""
    async with asyncio.timeout(20):
        while True:
            _, said = await command(environment(slack, folder), folder, "deliveries", "--json")
            states: dict[str, int] = json.loads(said)["states"]
            if condition(states):
                return states


@pytest.mark.slow
async def test_no_reminder_comes_twice_after_a_backup_is_restored(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        organiser, attendee = slack.person(ORGANISER.name), slack.person("amara")
        async with run(slack, tmp_path, **IMPATIENT) as bot:
            await turn_on_reminders(organiser)
            await jump(tmp_path, london("10:26"))
            await attendee.sees("general", "*10:35 ·")
            assert (await command(environment(slack, tmp_path), tmp_path, "backup", "safe"))[0] == 0
            await jump(tmp_path, london("11:41"))
            await attendee.sees("general", "*11:50 ·")
            assert await command(environment(slack, tmp_path), tmp_path, "restore", "safe", "--replace") == (
                1,
                f"A bot is running with {tmp_path}/bot.sqlite3, or a command is changing it. Stop it first.\n",
            )
            await bot.stop(signal.SIGKILL)
        code, said = await command(environment(slack, tmp_path), tmp_path, "restore", "safe")
        assert code == 1
        assert "2 deliveries" in said
        assert "Add --replace" in said
        assert (await command(environment(slack, tmp_path), tmp_path, "restore", "safe", "--replace"))[0] == 0
        await jump(tmp_path, london("11:43"))
        async with run(slack, tmp_path, **IMPATIENT):
            assert await deliveries(slack, tmp_path, lambda now: now.get("sent", 0) == 2) == {"sent": 2}
            await jump(tmp_path, london("13:31"))
            await attendee.sees("general", "*13:40 ·")
        texts = [
            message.text.removeprefix("Starts at ")[:8] for message in slack.journal.messages if message.delivery_id
        ]
    assert texts == ["*10:35 ·", "*11:50 ·", "*13:40 ·"]


async def test_a_second_bot_and_commands_for_a_stopped_one_are_refused_until_it_ends(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack:
        async with run(slack, tmp_path, **IMPATIENT) as bot:
            for refused in (["run"], ["restore"], ["finish", "--yes"]):
                code, said = await command(environment(slack, tmp_path), tmp_path, *refused)
                assert (code, said.partition(",")[0]) == (1, f"A bot is running with {tmp_path}/bot.sqlite3")
            assert (await command(environment(slack, tmp_path), tmp_path, "deliveries"))[0] == 0
            await bot.stop(signal.SIGKILL)
        async with run(slack, tmp_path, **IMPATIENT) as bot:
            assert await bot.stop() == 0
        assert (await command(environment(slack, tmp_path), tmp_path, "finish", "--yes"))[0] == 0
