"""Late answers: Slack waits three seconds for its request, but half an hour for what comes by the response URL.

So a request whose workspace takes longer to open is acknowledged, and answered once the workspace is open.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.app.process import Process
from bot.app.workspace import RunningWorkspace
from bot.delivery.monitoring import run_safely
from bot.settings import Settings
from bot.slack.client import open_client
from bot.web.slack_events import EventApp

WAIT_S = 30.0  # for a workspace to open; people do not wait longer

RETRY_S = 1.0  # between two looks whether it can be opened

MAX_WAITING = 100  # requests of all workspaces; people who come then are asked to try again

STOP_WAIT_S = 3.0  # before a process that stops gives them up


class FindWorkspace(Protocol):
    """Finds a workspace by its id, and opens it where needed; nothing if that takes longer than `wait_s` seconds."""

    def __call__(self, id: str, wait_s: float) -> Awaitable[RunningWorkspace | None]: ...


class LateAnswers:
    """The requests that were acknowledged and wait for their workspace to open."""

    def __init__(
        self,
        settings: Settings,
        process: Process,
        find: FindWorkspace,
        opens_soon: Callable[[str], bool],
        refuse: EventApp,
    ) -> None:
        """`opens_soon(id)` says whether it is worth while to wait. `refuse` answers if the workspace did not open."""
        self._settings = settings
        self._process = process
        self._find = find
        self._opens_soon = opens_soon
        self._refuse = refuse
        self._waiting: set[asyncio.Task[bool]] = set()

    def accept(self, req: AsyncBoltRequest) -> bool:
        """Answer this request later, if there is a way and not too many wait already. Return whether it will be.

        A form has a response URL too, but needs its answer at once.
        """
        can_wait = req.context.response_url and req.body.get("type") != "view_submission"
        if not can_wait or len(self._waiting) >= MAX_WAITING:
            return False
        task = asyncio.create_task(run_safely("answering late", self._answer, req))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return True

    async def stop(self) -> None:
        """Answer those who wait if it can be done soon."""
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=STOP_WAIT_S)

    async def _answer(self, req: AsyncBoltRequest) -> None:
        workspace = await self._wait_for(req.context.team_id or "")
        response = await (workspace.app if workspace else self._refuse).async_dispatch(req)
        if response.body:
            await self._send(req.context.response_url or "", response)

    async def _wait_for(self, id: str) -> RunningWorkspace | None:
        """The workspace once it is open, also if the database refuses it at first; nothing if that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S):
                while not (workspace := await self._find(id, WAIT_S)) and self._opens_soon(id):  # noqa: ASYNC110  # tried again at intervals
                    await asyncio.sleep(RETRY_S)
                return workspace
        return None

    async def _send(self, response_url: str, response: BoltResponse) -> None:
        """Send by the response URL what would have been the answer to the request: text, or a message in JSON."""
        is_json = response.first_headers_without_set_cookie().get("content-type", "").startswith("application/json")
        message = json.loads(response.body) if is_json else {"text": response.body}
        connections = self._process.connections
        async with open_client(self._settings, self._process.metrics, connections=connections) as client:
            await client.response_url(response_url)(**message)
