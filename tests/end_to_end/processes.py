"""Run the bot as operators do, in a process of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.fake_slack.server import SlackForTests

READY_S = 50  # ten thousand talks on a busy machine


@dataclass(frozen=True)
class Running:
    """A process that printed its ready line, or at least the address that it serves."""

    process: asyncio.subprocess.Process
    ready: str  # its ready line; empty where it was not waited for
    url: str
    output: list[str]  # every line that it has printed so far

    async def says(self, text: str, within_s: float = READY_S) -> str:
        """Return the first line with this text, once it was printed."""
        async with asyncio.timeout(within_s):
            while not (found := [line for line in self.output if text in line]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return found[0]

    async def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 15) -> int:
        """Send the signal and return the exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(within_s):
            return await self.process.wait()


def environment(slack: SlackForTests, folder: Path, **changed: str) -> dict[str, str]:
    """Settings for one process against this fake Slack, with nothing from this machine's environment except PATH."""
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    settings = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "PORT": "0",
        "QCON_DATABASE_URL": f"sqlite:///{folder}/bot.sqlite3",
        "QCON_NOW": "2019-03-05T10:20",
        "QCON_GRACE_S": "0",
        "PYTHONPATH": str(ROOT),
    }
    return inherited | settings | changed


async def launch(
    command: str, variables: dict[str, str], folder: Path, module: str = "bot"
) -> asyncio.subprocess.Process:
    """Start `qcon-bot run` in this folder, or another module with the same environment."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, command, env=variables, cwd=folder, stderr=asyncio.subprocess.PIPE
    )


async def command(variables: dict[str, str], folder: Path, *arguments: str) -> tuple[int, str]:
    """Run `qcon-bot …` in this folder; return the exit code and the output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env=variables,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@asynccontextmanager
async def run(slack: SlackForTests, folder: Path, module: str = "bot", **changed: str) -> AsyncIterator[Running]:
    """Run the bot until it is ready and connected to the fake Slack; kill it at the end if it still runs."""
    async with start_process(slack, folder, module, **changed) as running:
        if "SLACK_APP_TOKEN" not in changed:
            slack.connect(f"{running.url}/slack/events")
        yield running


@asynccontextmanager
async def start_unready(slack: SlackForTests, folder: Path, **changed: str) -> AsyncIterator[Running]:
    """Run the bot until it serves HTTP, which is before it is ready; kill it at the end if it still runs."""
    process = await launch("run", environment(slack, folder, **changed), folder)
    async with wait_until_ready(process, "serving on ") as running:
        slack.connect(f"{running.url}/slack/events")
        yield running


@asynccontextmanager
async def start_process(
    slack: SlackForTests, folder: Path, module: str = "bot", **changed: str
) -> AsyncIterator[Running]:
    """Run one of several processes until it is ready; the caller connects it to the fake Slack."""
    async with wait_until_ready(await launch("run", environment(slack, folder, **changed), folder, module)) as running:
        yield running


@asynccontextmanager
async def wait_until_ready(process: asyncio.subprocess.Process, line: str = "ready: ") -> AsyncIterator[Running]:
    """Wait until a process is ready, or prints another line; kill it at the end if it still runs."""
    try:
        output: list[str] = []
        last, url = await _readiness(process, output, line)
        reading = asyncio.create_task(_listen(process, output))
        yield Running(process, last if line == "ready: " else "", url, output)
        reading.cancel()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _readiness(process: asyncio.subprocess.Process, output: list[str], wanted: str) -> tuple[str, str]:
    """Read until this line, and the address before it. Raise AssertionError with the whole output if there is none."""
    assert process.stderr is not None
    url = ""
    async with asyncio.timeout(READY_S):
        async for raw in process.stderr:
            line = raw.decode().strip()
            output.append(line)
            url = line.removeprefix("serving on ") if line.startswith("serving on ") else url
            if line.startswith(wanted):
                return line, url
    raise AssertionError("\n".join(output))


async def _listen(process: asyncio.subprocess.Process, output: list[str]) -> None:
    assert process.stderr is not None
    while raw := await process.stderr.readline():
        output.append(raw.decode().strip())
