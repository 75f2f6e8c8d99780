"""Two nodes: one lives through the conference, the other is killed and restarted; and the door that leads to those alive."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

import aiohttp

from bot.fake_slack import FakeSlack
from tests.end_to_end.processes import Running, node
from tests.soak.figures import Figures

NOTICED_S = 0.3  # until a load balancer no longer sends requests to a node that was killed

GRACE_S = 1


class Nodes:
    """Their figures are taken as long as they live."""

    def __init__(self, stack: AsyncExitStack, slack: FakeSlack, folder: Path, settings: dict[str, str]) -> None:
        self._stack = stack
        self._slack = slack
        self._folder = folder
        self._settings = settings | {"QCON_GRACE_S": str(GRACE_S)}
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        stack.push_async_callback(self._session.close)
        self._alive: list[Running] = []
        self.figures = Figures()
        self.killed = self.restarted = 0

    @property
    def first(self) -> str:
        """The address of the node that lives through it all."""
        return self._alive[0].url

    async def start_one(self) -> None:
        """One more, ready and asked."""
        starting = node(self._slack, self._folder, **self._settings)
        self._alive.append(await self._stack.enter_async_context(starting))
        self._lead_there()

    async def kill_one(self) -> None:
        """As a machine that fails; another one takes its place."""
        self.killed += 1
        await self._replace(SIGKILL, NOTICED_S)

    async def restart_one(self) -> None:
        """As for a new version: told to stop, and no longer asked before it stops."""
        self.restarted += 1
        await self._replace(SIGTERM, 0)

    async def take_figures(self) -> None:
        """Of every node that answers."""
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
        self._lead_there()
        await leaving.process.wait()
        await self.start_one()

    def _lead_there(self) -> None:
        self._slack.connect(*(f"{running.url}/slack/events" for running in self._alive))
