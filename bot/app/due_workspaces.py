"""The workspaces that are due: opened in turns, so that those that open slowly or fail hold up nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Sequence
from functools import partial

from bot.app import workspace_repository
from bot.db.database import Database
from bot.live_schedule.source import SharedSource

MAX_LEASED = 50  # workspaces that are due and are opened one after the other

MAX_OPENING = 4  # of those at the same time; the ones that failed before are opened one by one


class DueWorkspaces:
    """Takes workspaces from the table of what is due, which all processes share, and opens them in the background."""

    def __init__(
        self,
        database: Database,
        open: Callable[[str], Awaitable[None]],
        failed: Container[str],
        look_again: Callable[[], None],
    ) -> None:
        """`open(id)` opens a workspace. `failed` has those that could not be opened the last time.

        `look_again` is called when the last one is open.
        """
        self._database = database
        self._open = open
        self._failed = failed
        self._look_again = look_again
        self._waiting: dict[str, asyncio.Task[None]] = {}  # for their turn, or being opened
        self._turns, self._turns_of_failed = asyncio.Semaphore(MAX_OPENING), asyncio.Semaphore(1)
        self._noted: dict[SharedSource, int] = {}  # the numbers of the versions that closed workspaces will look at

    async def stop(self) -> None:
        """Open no more."""
        for task in self._waiting.values():
            task.cancel()
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)

    async def open_due(self) -> None:
        """Begin to open what is due, unless many are waiting already."""
        if sum(id not in self._failed for id in self._waiting) >= MAX_LEASED / 2:
            return
        for id in await self._database.write(workspace_repository.lease_due, MAX_LEASED):
            if id not in self._waiting:
                task = self._waiting[id] = asyncio.create_task(self._open_in_turn(id))
                task.add_done_callback(partial(self._forget, id))

    def _forget(self, id: str, _: object) -> None:
        del self._waiting[id]

    def has_news(self, source: SharedSource) -> bool:
        """Tell whether a source has something that was not noted yet."""
        return source.number != self._noted.get(source, 0)

    async def note_source(self, source: SharedSource, followers: Sequence[str]) -> None:
        """Have the workspaces that follow a source opened soon, for what it has now."""
        number = source.number
        await self._database.write(workspace_repository.note_source, followers, source.digest)
        self._noted[source] = number

    async def _open_in_turn(self, id: str) -> None:
        async with self._turns_of_failed if id in self._failed else self._turns:
            await self._open(id)
        if len(self._waiting) == 1:
            self._look_again()  # there may be more that are due
