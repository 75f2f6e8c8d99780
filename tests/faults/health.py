"""Ask a process about its health, as an operator's machines do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.web.server import run_server


@dataclass(frozen=True)
class ProcessHealth:
    """The three addresses of one process."""

    session: aiohttp.ClientSession
    url: str

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str) -> AsyncIterator["ProcessHealth"]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            yield cls(session, url)

    async def status(self, path: str) -> int:
        async with self.session.get(f"{self.url}{path}") as response:
            return response.status

    async def problems(self) -> dict[str, str]:
        """The problems in `/readyz`, by their first word."""
        async with self.session.get(f"{self.url}/readyz") as response:
            body: dict[str, Any] = await response.json()
            assert (response.status == 200) is body["ready"] is (not body["problems"])
        return {kind: reason.strip() for kind, _, reason in (problem.partition(":") for problem in body["problems"])}

    async def reports(self, kind: str, text: str = "", within_s: float = 60.0) -> str:
        """Wait until this problem is reported, in words that contain the text."""
        return await self._until(lambda found: kind in found and text in found[kind], within_s, kind)

    async def is_well(self, within_s: float = 60.0) -> None:
        """Wait until all is well."""
        await self._until(lambda found: not found, within_s)

    async def metric(self, name: str) -> dict[str, float]:
        """The values of a metric, by the values of its labels."""
        async with self.session.get(f"{self.url}/metrics") as response:
            lines = (await response.text()).splitlines()
        samples = (line.rpartition(" ") for line in lines if line.startswith(name))
        return {labels.partition('="')[2].rstrip('"}'): float(value) for labels, _, value in samples}

    async def _until(self, fits: Callable[[dict[str, str]], bool], within_s: float, kind: str = "") -> str:
        found: dict[str, str] = {}
        try:
            async with asyncio.timeout(within_s):
                while not fits(found := await self.problems()):  # noqa: ASYNC110  # health is asked for
                    await asyncio.sleep(0.5)
        except TimeoutError:
            raise AssertionError(f"after {within_s:g} s, the problems are {found}") from None
        return found.get(kind, "")


@asynccontextmanager
async def heartbeats() -> AsyncIterator[tuple[str, list[float]]]:
    """The address of a service that receives heartbeats, and the times at which they came."""
    from aiohttp import web  # noqa: PLC0415

    beats: list[float] = []

    async def hear(_: web.Request) -> web.Response:
        beats.append(asyncio.get_running_loop().time())
        return web.Response()

    async with run_server("127.0.0.1", 0, [web.get("/beat", hear)]) as url:
        yield f"{url}/beat", beats
