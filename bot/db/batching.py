"""Many callers, one transaction: whoever comes while one is under way goes with the next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from bot.db.database import Database, Transaction

K = TypeVar("K")

V = TypeVar("V")

BatchWork = Callable[[Transaction, Sequence[K]], Awaitable[Mapping[K, V]]]


class Batcher(Generic[K, V]):
    """Called with something to do, it gives what `work` gives for it, once that is committed."""

    def __init__(self, database: Database, work: BatchWork[K, V]) -> None:
        """`work(tx, things)` gives a value for each of the things, which are all different."""
        self._database = database
        self._work = work
        self._items: list[K] = []
        self._pending: asyncio.Task[Mapping[K, V]] | None = None
        self._running: asyncio.Task[Mapping[K, V]] | None = None

    async def __call__(self, thing: K) -> V:
        """Raises as Database.write does, to all who went together."""
        if self._pending is None:
            self._items = []
            self._pending = asyncio.create_task(self._flush(self._running))
            self._pending.add_done_callback(_consume_exception)
        self._items.append(thing)
        return (await asyncio.shield(self._pending))[thing]

    async def _flush(self, before: "asyncio.Task[Mapping[K, V]] | None") -> Mapping[K, V]:
        if before is not None:
            await asyncio.wait([before])  # what becomes of it is for those who went with it
        self._running, self._pending = self._pending, None
        return await self._database.write(self._work, self._items)


def _consume_exception(task: "asyncio.Task[Any]") -> None:
    """An error is for those who still wait for it; where nobody does, asyncio need not complain."""
    if not task.cancelled():
        task.exception()
