"""A simple load balancer for several processes: it follows `/answerz` and never retries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.web.server import run_server

CHECK_INTERVAL_S = 0.1


class Balancer:
    """Passes each request to the next process that was ready at the last check."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.url = ""  # the request URL for Slack
        self._session = session
        self._processes: dict[str, bool] = {}
        self._turn = 0

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator["Balancer"]:
        """Run a balancer during the block."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            balancer = cls(session)
            async with run_server("127.0.0.1", 0, [web.post("/slack/events", balancer._forward)]) as url:
                balancer.url = f"{url}/slack/events"
                checking = asyncio.create_task(balancer._check_readiness())
                try:
                    yield balancer
                finally:
                    checking.cancel()
                    await asyncio.gather(checking, return_exceptions=True)

    async def add(self, process: str, within_s: float = 10.0) -> None:
        """Wait until this process gets requests."""
        self._processes[process] = False
        async with asyncio.timeout(within_s):
            while not self._processes[process]:  # noqa: ASYNC110  # checked at intervals
                await asyncio.sleep(CHECK_INTERVAL_S)

    def remove(self, process: str) -> None:
        del self._processes[process]

    async def _forward(self, request: web.Request) -> web.Response:
        ready = [process for process, is_ready in self._processes.items() if is_ready]
        if not ready:
            return web.Response(status=503, text="No process is ready.")
        self._turn += 1
        process = ready[self._turn % len(ready)]
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
        try:
            body = await request.read()
            async with self._session.post(f"{process}/slack/events", data=body, headers=headers) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
        except aiohttp.ClientError as error:
            return web.Response(status=502, text=type(error).__name__)

    async def _check_readiness(self) -> None:
        while True:
            for process in tuple(self._processes):
                is_ready = await self._is_ready(process)
                if process in self._processes:
                    self._processes[process] = is_ready
            await asyncio.sleep(CHECK_INTERVAL_S)

    async def _is_ready(self, process: str) -> bool:
        try:
            async with self._session.get(f"{process}/answerz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False
