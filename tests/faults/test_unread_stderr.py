"""A process whose standard error nobody reads, or whose log's disk is full, serves and ends like any other."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import aiohttp
import pytest

from tests.end_to_end.processes import environment
from tests.fake_slack.server import SlackForTests
from tests.faults.health import ProcessHealth

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the pipe and /dev/full are Linux's"),
]


def full_pipe() -> tuple[int, int]:
    """A pipe that takes nothing more."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    return reading, writing


@asynccontextmanager
async def serving(
    folder: Path, stderr: int, module: str = "bot"
) -> AsyncIterator[tuple[asyncio.subprocess.Process, SlackForTests]]:
    """Run the bot with this standard error until it answers people; kill it at the end."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    async with SlackForTests.serving() as slack:
        variables = environment(slack, folder, PORT=str(port))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, "run", env=variables, cwd=folder, stderr=stderr
        )
        try:
            async with ProcessHealth.of(url := f"http://127.0.0.1:{port}") as health, asyncio.timeout(50):
                while True:
                    with suppress(aiohttp.ClientError):
                        if await health.status("/answerz") == 200:
                            break
                    await asyncio.sleep(0.1)
            slack.connect(f"{url}/slack/events")
            yield process, slack
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@pytest.mark.parametrize("to", ["unread pipe", "full disk"])
async def test_a_bot_whose_log_cannot_be_written_answers_and_stops(to: str, tmp_path: Path) -> None:
    reading, writing = (
        full_pipe() if to == "unread pipe" else (os.open(os.devnull, 0), os.open("/dev/full", os.O_WRONLY))
    )
    async with serving(tmp_path, writing) as (process, slack), asyncio.timeout(30):
        assert "Yevgeniy Brikman" in (await slack.person("amara").ask("/qcon who talks about terraform?")).text
        process.terminate()
        assert await process.wait() == 0
    os.close(reading)
    os.close(writing)


async def test_a_hanging_process_ends_though_nobody_reads_its_traceback(tmp_path: Path) -> None:
    reading, writing = full_pipe()
    async with serving(tmp_path, writing, "tests.faults.impatient") as (process, _), asyncio.timeout(30):
        process.send_signal(signal.SIGUSR1)
        assert await process.wait() == 1
    os.close(reading)
    os.close(writing)
