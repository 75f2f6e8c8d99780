"""Batching: what many callers have for the database goes into one transaction.

A `Batcher` makes its callers wait for the result. A `WriteQueue` lets them go on, and writes a moment later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
        self._items: dict[int, T] = {}  # by the order in which they came, the oldest first
        self._failures: dict[int, ItemFailure] = {}  # of items that failed alone
        self._added = 0
        self._alone = False  # whether items are written one by one, since a batch failed
        self._part = Part(name, self._write_batch)
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def pending(self) -> Sequence[T]:
        """The items that are not written yet, the oldest first."""
        return tuple(self._items.values())

    def start(self, supervisor: Supervisor) -> None:
        self._part.start(supervisor)

    async def stop(self) -> None:
        await self._part.stop()

    def add(self, item: T) -> None:
        self._added += 1
        self._items[self._added] = item
        if self._capacity is not None and len(self._items) > self._capacity:
            self._forget(next(iter(self._items)))
        self._empty.clear()
        self._part.wake()

    async def drained(self) -> None:
        """Return when every item is written."""
        await self._empty.wait()

    async def _write_batch(self) -> None:
        await asyncio.sleep(self._window_s)
        batch = dict(islice(self._items.items(), 1 if self._alone else self._batch_size))
        try:
            await self._write(tuple(batch.values()))
        except Exception as error:  # of any kind: that depends on what is written
            self._on_failure(batch, error)
            raise  # the supervisor logs it, and tries again after a while
        for number in batch:
            self._forget(number)
        self._alone = bool(self._failures)
        if self._items:
            self._part.wake()

    def _on_failure(self, batch: Mapping[int, T], error: Exception) -> None:
        """Go on with single items.

        One that fails alone for long, or by a fault of its own, makes way for the others.
        """
        if len(batch) > 1:
            self._alone = True
            return
        for number in batch:
            if number not in self._items:  # it was dropped meanwhile
                continue
            failure = self._failures.setdefault(number, ItemFailure(monotonic()))
            failure.tries += not is_passing(error)
            if failure.tries >= self._max_tries:
                _log.error("given up", queue=self._part.name, error=type(error).__name__)
                self._forget(number)
            elif not is_passing(error) or monotonic() - failure.since > self._set_aside_after_s:
                failure.since = monotonic()
                self._items[number] = self._items.pop(number)  # now it is the last

    def _forget(self, number: int) -> None:
        self._items.pop(number, None)
        self._failures.pop(number, None)
        if not self._items:
            self._empty.set()


@dataclass(slots=True)
class ItemFailure:
    since: float  # monotonic time of the first one, or of when it was set aside
    tries: int = 0  # that failed by a fault of the item
