"""Batching: what many callers have for the database goes into one transaction.

A `Batcher` makes its callers wait for the result. A `WriteQueue` lets them go on, and writes a moment later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from bot.db.database import Database, Transaction

K = TypeVar("K")

V = TypeVar("V")

T = TypeVar("T")

BatchWork = Callable[[Transaction, Sequence[K]], Awaitable[Mapping[K, V]]]


class Batcher(Generic[K, V]):
    """Runs `work` for many callers in one transaction. Those who come while one is under way share the next."""

    def __init__(self, database: Database, work: BatchWork[K, V]) -> None:
        """`work(tx, keys)` returns a value for each of the keys, which are all different."""
        self._database = database
        self._work = work
        self._keys: list[K] = []
        self._pending: asyncio.Task[Mapping[K, V]] | None = None
        self._running: asyncio.Task[Mapping[K, V]] | None = None

    async def __call__(self, key: K) -> V:
        """Return the key's value once it is committed. Raises what `Database.write` raises, to all of the batch."""
        if self._pending is None:
            self._keys = []
            self._pending = asyncio.create_task(self._flush(self._running))
            self._pending.add_done_callback(_consume_exception)
        self._keys.append(key)
        return (await asyncio.shield(self._pending))[key]

    async def _flush(self, previous: "asyncio.Task[Mapping[K, V]] | None") -> Mapping[K, V]:
        if previous is not None:
            await asyncio.wait([previous])  # its errors are for its own callers
        self._running, self._pending = self._pending, None
        return await self._database.write(self._work, self._keys)


def _consume_exception(task: "asyncio.Task[Any]") -> None:
    """Keep asyncio from reporting an error that no caller waits for any more."""
    if not task.cancelled():
        task.exception()


class WriteQueue(Generic[T]):
    """Items that are written a moment later, many at once, in the order in which they were added."""

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[bool]],
        *,
        window_s: float,
        retry_s: float,
        batch_size: int,
        capacity: int | None = None,
    ) -> None:
        """`write` returns false when a batch has to be tried again, which happens after `retry_s`.

        A batch waits `window_s` for more items. Beyond `capacity` the oldest items are dropped.
        """
        self._write = write
        self._window_s = window_s
        self._retry_s = retry_s
        self._batch_size = batch_size
        self._capacity = capacity
        self._items: dict[int, T] = {}  # by the order in which they came, the oldest first
        self._added = 0
        self._filled = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def pending(self) -> Sequence[T]:
        """The items that are not written yet, the oldest first."""
        return tuple(self._items.values())

    def add(self, item: T) -> None:
        """Have the item written soon."""
        self._added += 1
        self._items[self._added] = item
        if self._capacity is not None and len(self._items) > self._capacity:
            del self._items[next(iter(self._items))]
        self._empty.clear()
        self._filled.set()

    async def drained(self) -> None:
        """Return when every item is written."""
        await self._empty.wait()

    async def run(self) -> None:
        """Write batch after batch, for ever."""
        while True:
            await self._filled.wait()
            await asyncio.sleep(self._window_s)
            batch = dict(islice(self._items.items(), self._batch_size))
            if not await self._write(list(batch.values())):
                await asyncio.sleep(self._retry_s)
                continue
            for number in batch:
                self._items.pop(number, None)  # unless it was dropped meanwhile
            if not self._items:
                self._filled.clear()
                self._empty.set()
