"""Many callers, one transaction: whoever comes while one is under way goes with the next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from bot.store.database import Database, Transaction

K = TypeVar("K")
V = TypeVar("V")

Work = Callable[[Transaction, Sequence[K]], Awaitable[Mapping[K, V]]]


class Together(Generic[K, V]):
    """Called with something to do, it gives what `work` gives for it, once that is committed."""

    def __init__(self, database: Database, work: Work[K, V]) -> None:
        """`work(tx, things)` gives a value for each of the things, which are all different."""
        self._database = database
        self._work = work
        self._things: list[K] = []
        self._gathering: asyncio.Task[Mapping[K, V]] | None = None
        self._under_way: asyncio.Task[Mapping[K, V]] | None = None

    async def __call__(self, thing: K) -> V:
        """Raises as Database.write does, to all who went together."""
        if self._gathering is None:
            self._things = []
            self._gathering = asyncio.create_task(self._go(self._under_way))
            self._gathering.add_done_callback(_heard)
        self._things.append(thing)
        return (await asyncio.shield(self._gathering))[thing]

    async def _go(self, before: "asyncio.Task[Mapping[K, V]] | None") -> Mapping[K, V]:
        if before is not None:
            await asyncio.wait([before])  # what becomes of it is for those who went with it
        self._under_way, self._gathering = self._gathering, None
        return await self._database.write(self._work, self._things)


def _heard(task: "asyncio.Task[Any]") -> None:
    """An error is for those who still wait for it; where nobody does, asyncio need not complain."""
    if not task.cancelled():
        task.exception()
