"""Two processes: one runs through the whole conference, the other is killed and restarted; requests go to both.

The other one begins as an older version of the bot, and is another version after each restart: as in an upgrade, and
when it is taken back.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

import aiohttp

from tests.end_to_end.processes import Running, start_process
from tests.fake_slack.server import SlackForTests
from tests.soak.figures import Figures

NOTICED_S = 0.3  # until a load balancer stops sending requests to a killed process

GRACE_S = 1


class Nodes:
    """Starts, kills and restarts processes, and collects their metrics."""

    def __init__(
        self, stack: AsyncExitStack, slack: SlackForTests, folder: Path, settings: dict[str, str], older: Path | None
    ) -> None:
        """`older` is the folder of older code; without it, both are of today's version."""
        self._stack = stack
        self._slack = slack
        self._folder = folder
        self._settings = settings | {"QCON_GRACE_S": str(GRACE_S)}
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        stack.push_async_callback(self._session.close)
        self._alive: list[Running] = []
        self.figures = Figures()
        self.killed = self.restarted = self.older_started = 0
        self._older = older
        self._is_older_next = False

    @property
    def first(self) -> str:
        """The address of the process that runs all the time."""
        return self._alive[0].url

    async def start_one(self) -> None:
        """Start a process and send requests to it. The first is of today's version."""
        version = {"PYTHONPATH": str(self._older)} if self._older and self._is_older_next else {}
        self.older_started += bool(version)
        self._is_older_next |= not self._alive
        starting = start_process(self._slack, self._folder, **self._settings, **version)
        self._alive.append(await self._stack.enter_async_context(starting))
        self._route_requests()

    async def kill_one(self) -> None:
        """Kill a process, as a failing machine would, and start another."""
        self.killed += 1
        await self._replace(SIGKILL, NOTICED_S)

    async def restart_one(self) -> None:
        """Stop a process with no more requests before it stops, and start one of the other version."""
        self.restarted += 1
        self._is_older_next = not self._is_older_next
        await self._replace(SIGTERM, 0)

    async def take_figures(self) -> None:
        """Read the metrics of every process that answers."""
        for running in tuple(self._alive):
            try:
                async with self._session.get(f"{running.url}/metrics") as response:
                    self.figures.take(running.url, await response.text())
            except (aiohttp.ClientError, TimeoutError):
                continue

    async def _replace(self, how: Signals, noticed_s: float) -> None:
        await self.take_figures()
        leaving = self._alive[-1]
        leaving.process.send_signal(how)
        await asyncio.sleep(noticed_s)
        self._alive.remove(leaving)
        self._route_requests()
        await leaving.process.wait()
        await self.start_one()

    def _route_requests(self) -> None:
        self._slack.connect(*(f"{running.url}/slack/events" for running in self._alive))
