"""Late answers: Slack waits three seconds for its request, but half an hour for what comes by the response URL.

So a request whose workspace takes longer to open is acknowledged, and answered once the workspace is open.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from slack_bolt.async_app import AsyncBoltRequest

from bot.app.workspace import RunningWorkspace
from bot.delivery.monitoring import run_safely
from bot.web.slack_events import EventApp

WAIT_S = 30.0  # for a workspace to open; people do not wait longer

RETRY_S = 1.0  # between two looks whether it can be opened

MAX_WAITING = 100  # requests of all workspaces; people who come then are asked to try again


class FindWorkspace(Protocol):
    """Finds a workspace by its id, and opens it where needed; nothing if that takes longer than `wait_s` seconds."""

    def __call__(self, id: str, wait_s: float) -> Awaitable[RunningWorkspace | None]: ...


class LateAnswers:
    """The requests that were acknowledged and wait for their workspace to open."""

    def __init__(self, find: FindWorkspace, opens_soon: Callable[[str], bool], refuse: EventApp) -> None:
        """`opens_soon(id)` says whether it is worth while to wait. `refuse` answers if the workspace did not open."""
        self._find = find
        self._opens_soon = opens_soon
        self._refuse = refuse
        self._waiting: set[asyncio.Task[bool]] = set()
        self._limits: set[asyncio.Timeout] = set()  # of those whose workspaces are not open yet

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

    async def stop(self, seconds: float) -> None:
        """Answer those whose workspaces open within so many seconds. Refuse the others, which may take as long."""
        await self._wait_until_answered(seconds)
        for limit in self._limits:
            limit.reschedule(0)  # this is past
        await self._wait_until_answered(seconds)

    async def _wait_until_answered(self, seconds: float) -> None:
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=seconds)

    async def _answer(self, req: AsyncBoltRequest) -> None:
        workspace = await self._wait_for(req.context.team_id or "")
        await req.context.ack()  # as it was, so that the answer comes by the response URL, or else by another way
        response = await (workspace.app if workspace else self._refuse).async_dispatch(req)
        respond = req.context.respond
        if respond and response.status == 200 and response.body:  # too many are under way for a listener to be called
            await respond(response.body)

    async def _wait_for(self, id: str) -> RunningWorkspace | None:
        """The workspace once it is open, also if the database refuses it at first; nothing if that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S) as limit:
                self._limits.add(limit)
                try:
                    while not (workspace := await self._find(id, WAIT_S)) and self._opens_soon(id):  # noqa: ASYNC110  # tried again at intervals
                        await asyncio.sleep(RETRY_S)
                    return workspace
                finally:
                    self._limits.discard(limit)
        return None
