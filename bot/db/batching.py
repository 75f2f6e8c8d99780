"""Batching: what many callers have for the database goes into one transaction.

A `Batcher` makes its callers wait for the result. A `WriteQueue` lets them go on, and writes a moment later.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from bot import telemetry
from bot.clock import monotonic
from bot.db.database import Transaction, is_passing
from bot.db.engine import ignore_outcome
from bot.supervisor import Part, Supervisor

SET_ASIDE_AFTER_S = 60.0  # an item that fails alone for this long lets the others go first

MAX_TRIES = 10  # of an item that fails by a fault of its own

_log = telemetry.logger("database")

K = TypeVar("K")

V = TypeVar("V")

T = TypeVar("T")

BatchWork = Callable[[Transaction, Sequence[K]], Awaitable[Mapping[K, V]]]

RunBatch = Callable[[BatchWork[K, V], Sequence[K]], Awaitable[Mapping[K, V]]]


class Batcher(Generic[K, V]):
    """Runs `work` for many callers in one transaction. Those who come while one is under way share the next."""

    def __init__(self, run: RunBatch[K, V], work: BatchWork[K, V]) -> None:
        """`run` is `Database.read` or `Database.write`; `work(tx, keys)` returns a value for each of the keys."""
        self._run = run
        self._work = work
        self._keys: list[K] = []
        self._pending: asyncio.Task[Mapping[K, V]] | None = None
        self._running: asyncio.Task[Mapping[K, V]] | None = None

    async def __call__(self, key: K) -> V:
        """Return the key's value once it is committed. Raises what `run` raises, to all of the batch."""
        if self._pending is None:
            self._keys = []
            self._pending = asyncio.create_task(self._flush(self._running))
            self._pending.add_done_callback(ignore_outcome)
        self._keys.append(key)
        return (await asyncio.shield(self._pending))[key]

    async def _flush(self, previous: "asyncio.Task[Mapping[K, V]] | None") -> Mapping[K, V]:
        if previous is not None:
            await asyncio.wait([previous])  # its errors are for its own callers
        self._running, self._pending = self._pending, None
        return await self._run(self._work, self._keys)


@dataclass(slots=True, eq=False)
class QueuedItem(Generic[T]):
    value: T
    failing_since: float | None = None  # alone; the monotonic time of the first failure, or of when it was set aside
    tries: int = 0  # that failed by a fault of the item


class WriteQueue(Generic[T]):
    """Items that are written a moment later, many at once, in the order in which they were added.

    A batch that fails is tried again item by item, so that an item that no database takes is found. It goes to the end
    of the queue, and is dropped after `max_tries`; the others are written.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[Sequence[T]], Awaitable[object]],
        *,
        window_s: float,
        batch_size: int,
        capacity: int | None = None,
        set_aside_after_s: float = SET_ASIDE_AFTER_S,
        max_tries: int = MAX_TRIES,
    ) -> None:
        """`write` raises an error when a batch has to be tried again. A batch waits `window_s` for more items.

        Beyond `capacity` the oldest items are dropped.
        """
        self._write = write
        self._window_s = window_s
        self._batch_size = batch_size
        self._capacity = capacity
        self._set_aside_after_s = set_aside_after_s
        self._max_tries = max_tries
        self._items = deque[QueuedItem[T]]()  # the oldest first
        self._alone = False  # whether items are written one by one, since a batch failed
        self._part = Part(name, self._write_batch)
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def pending(self) -> Sequence[T]:
        """The items that are not written yet, the oldest first."""
        return tuple(item.value for item in self._items)

    def start(self, supervisor: Supervisor) -> None:
        self._part.start(supervisor)

    async def stop(self) -> None:
        await self._part.stop()

    def add(self, item: T) -> None:
        self._items.append(QueuedItem(item))
        if self._capacity is not None and len(self._items) > self._capacity:
            self._items.popleft()
        self._empty.clear()
        self._part.wake()

    async def drained(self) -> None:
        """Return when every item is written."""
        await self._empty.wait()

    async def _write_batch(self) -> None:
        await asyncio.sleep(self._window_s)
        batch = list(islice(self._items, 1 if self._alone else self._batch_size))
        try:
            await self._write([item.value for item in batch])
        except Exception as error:  # of any kind: that depends on what is written
            if len(batch) > 1:
                self._alone = True
            elif batch and batch[0] in self._items:  # it was not dropped meanwhile
                self._on_failure(batch[0], error)
            raise  # the supervisor logs it, and tries again after a while
        self._remove(batch)
        self._alone = any(item.failing_since is not None for item in self._items)
        if self._items:
            self._part.wake()

    def _on_failure(self, item: QueuedItem[T], error: Exception) -> None:
        """Let the others go first if the item fails alone for long, or by a fault of its own."""
        now = monotonic()
        item.failing_since = now if item.failing_since is None else item.failing_since
        item.tries += not is_passing(error)
        if item.tries >= self._max_tries:
            _log.error("given up", queue=self._part.name, error=type(error).__name__)
            self._remove([item])
        elif not is_passing(error) or now - item.failing_since > self._set_aside_after_s:
            item.failing_since = now
            self._items.remove(item)
            self._items.append(item)

    def _remove(self, items: Sequence[QueuedItem[T]]) -> None:
        for item in items:
            with suppress(ValueError):  # it was dropped meanwhile
                self._items.remove(item)
        if not self._items:
            self._empty.set()
