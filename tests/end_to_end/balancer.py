"""A simple load balancer for several processes: it follows `/readyz` and never retries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.web.server import run_server

LOOK_S = 0.1


class Balancer:
    """Passes each request to the next process that was ready at the last check."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.url = ""  # where Slack posts to
        self._session = session
        self._nodes: dict[str, bool] = {}
        self._turn = 0

    @classmethod
    @asynccontextmanager
    async def serving(cls) -> AsyncIterator["Balancer"]:
        """Run a balancer during the block."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            balancer = cls(session)
            async with run_server("127.0.0.1", 0, [web.post("/slack/events", balancer._hand_on)]) as url:
                balancer.url = f"{url}/slack/events"
                looking = asyncio.create_task(balancer._look_on())
                try:
                    yield balancer
                finally:
                    looking.cancel()
                    await asyncio.gather(looking, return_exceptions=True)

    async def add(self, node: str, within_s: float = 10.0) -> None:
        """Wait until this process gets requests."""
        self._nodes[node] = False
        async with asyncio.timeout(within_s):
            while not self._nodes[node]:  # noqa: ASYNC110  # it is looked at anyway
                await asyncio.sleep(LOOK_S)

    def remove(self, node: str) -> None:
        del self._nodes[node]

    async def _hand_on(self, request: web.Request) -> web.Response:
        ready = [node for node, is_ready in self._nodes.items() if is_ready]
        if not ready:
            return web.Response(status=503, text="No node is ready.")
        self._turn += 1
        node = ready[self._turn % len(ready)]
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
        try:
            body = await request.read()
            async with self._session.post(f"{node}/slack/events", data=body, headers=headers) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
        except aiohttp.ClientError as error:
            return web.Response(status=502, text=type(error).__name__)

    async def _look_on(self) -> None:
        while True:
            for node in tuple(self._nodes):
                is_ready = await self._is_ready(node)
                if node in self._nodes:
                    self._nodes[node] = is_ready
            await asyncio.sleep(LOOK_S)

    async def _is_ready(self, node: str) -> bool:
        try:
            async with self._session.get(f"{node}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False
