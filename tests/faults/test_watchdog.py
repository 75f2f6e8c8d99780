"""A process that only a restart can help ends itself, with the reason, whatever starts it again."""

import asyncio
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.processes import Running, run
from tests.fake_slack.server import SlackForTests

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")]

MODULE = "tests.faults.impatient"


async def ended(bot: Running) -> int:
    """The exit code of a process that ends by itself."""
    async with asyncio.timeout(60):
        return await bot.process.wait()


async def test_a_hanging_process_ends_with_a_traceback(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack, run(slack, tmp_path, MODULE) as bot:
        bot.process.send_signal(signal.SIGUSR1)
        assert await ended(bot) == 1
        assert "<lambda>" in await bot.says("impatient.py")


async def test_a_process_with_a_dead_part_ends_with_an_explanation(tmp_path: Path) -> None:
    async with SlackForTests.serving() as slack, run(slack, tmp_path, MODULE) as bot:
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:
            database.execute("ALTER TABLE reminders RENAME TO lost")
            database.commit()
        assert await ended(bot) == 1
        assert "The process stops so that it can be restarted." in await bot.says("Not working for minutes")
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:
            database.execute("ALTER TABLE lost RENAME TO reminders")
            database.commit()
    async with SlackForTests.serving() as slack, run(slack, tmp_path, MODULE) as bot:
        assert bot.ready
        assert await bot.stop() == 0
