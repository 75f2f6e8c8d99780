"""The database as people see it who wait for an answer: it answers soon, or says that it is away."""

import asyncio
from collections.abc import Coroutine
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot.clock import monotonic
from bot.db.database import Database, DatabaseWork, is_transient
from bot.errors import BotError

P = ParamSpec("P")

T = TypeVar("T")

DRAIN_S = 2.0  # SQLite comes to the end of what it writes

CALL_TIMEOUT_S = 1.5  # a submitted form has three seconds in all

RETRY_AFTER_S = (
    1.0  # while it is away, one attempt in so long is enough: more would only be in its way when it comes back
)


class DatabaseUnavailable(BotError):
    """The database does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "Not now, sorry: I cannot reach my database, so I can neither save nor look up what you saved. "
            "Nothing of it is lost. Try again in a minute; questions I answer meanwhile."
        )


class CircuitBreakerDatabase(Database):
    """Another database's; what takes longer than its patience is given up. Raises DatabaseUnavailable where the other would wait."""

    def __init__(
        self, database: Database, timeout_s: float = CALL_TIMEOUT_S, retry_after_s: float = RETRY_AFTER_S
    ) -> None:
        self._inner = database
        self.on_postgresql = database.on_postgresql
        self._timeout_s = timeout_s
        self._retry_after_s = retry_after_s
        self._open_until = {True: 0.0, False: 0.0}  # for writing, and for reading: a busy writer keeps no reader out
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Wait a little until what was given up has let go of its connections; the other closes itself."""
        if self._abandoned:
            await asyncio.wait(self._abandoned, timeout=DRAIN_S)

    async def read(self, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._guarded(False, self._inner.read(work, *args, **kwargs))

    async def write(self, work: DatabaseWork[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._guarded(True, self._inner.write(work, *args, **kwargs))

    async def _guarded(self, writing: bool, work: Coroutine[Any, Any, T]) -> T:
        if self._is_open(writing):
            work.close()
            raise DatabaseUnavailable
        try:
            result = await self._with_timeout(work)
        except (DBAPIError, NoConnectionError, OSError) as error:
            if not is_transient(error):
                raise
            self._open_until[writing] = monotonic() + self._retry_after_s
            raise DatabaseUnavailable from error
        self._open_until[writing] = 0.0
        return result

    def _is_open(self, writing: bool) -> bool:
        """Whether it was a moment ago; who asks after that moment tries for all who come in the next."""
        until, now = self._open_until[writing], monotonic()
        if until and now >= until:
            self._open_until[writing] = now + self._retry_after_s
        return now < until

    async def _with_timeout(self, work: Coroutine[Any, Any, T]) -> T:
        """What it gives. Raises TimeoutError where patience ends first, without waiting until it has let go."""
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._timeout_s)
        finally:
            if not task.done():
                self._abandoned.add(task)
                task.add_done_callback(self._discard)
                task.cancel()
        if not done:
            raise TimeoutError
        return task.result()

    def _discard(self, task: "asyncio.Task[Any]") -> None:
        """What became of it concerns nobody any more."""
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()
