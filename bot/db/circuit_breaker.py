"""A circuit breaker for requests of people: the database answers soon, or the call fails with DatabaseUnavailable."""

import asyncio
from collections.abc import Coroutine
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot.clock import monotonic
from bot.db.database import Database, DatabaseWork, is_passing
from bot.db.engine import ignore_outcome
from bot.errors import BotError

P = ParamSpec("P")

T = TypeVar("T")

DRAIN_S = 2.0  # time for SQLite to finish what it is writing

CALL_TIMEOUT_S = 1.5  # Slack waits three seconds in all for the answer to a form

RETRY_AFTER_S = 1.0  # between two attempts while the database is away; more would only slow its recovery

DEFAULT_SHARE = 5  # connections


class DatabaseUnavailable(BotError):
    """The database does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "Sorry, I can't reach my database right now, so I can't save or look up your talks. "
            "Nothing is lost. Try again in a minute; I can still answer questions."
        )


class CircuitBreakerDatabase(Database):
    """A database with a timeout for each call. Raises DatabaseUnavailable if a call takes too long or cannot connect.

    After a failure, calls fail at once until `retry_after_s` has passed; then one call tries again.
    """

    def __init__(
        self,
        database: Database,
        timeout_s: float | None = None,
        retry_after_s: float = RETRY_AFTER_S,
        *,
        share: int = DEFAULT_SHARE,
    ) -> None:
        """`share` is how many calls may read at a time, and how many may write. The others wait, within their timeout."""
        self._inner = database
        self.on_postgresql = database.on_postgresql
        self._timeout_s = CALL_TIMEOUT_S if timeout_s is None else timeout_s
        self._retry_after_s = retry_after_s
        # One for writing and one for reading: a slow writer does not stop readers.
        self._open_until = {True: 0.0, False: 0.0}
        self._shares = {True: asyncio.Semaphore(share), False: asyncio.Semaphore(share)}
        self._abandoned: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Wait a little for abandoned calls to release their connections. The inner database is closed by its owner."""
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
            result = await self._with_timeout(self._in_share(writing, work, self._open_until[writing]))
        except (DBAPIError, NoConnectionError, OSError) as error:
            if not is_passing(error):
                raise
            self._open_until[writing] = monotonic() + self._retry_after_s
            raise DatabaseUnavailable from error
        self._open_until[writing] = 0.0
        return result

    async def _in_share(self, writing: bool, work: Coroutine[Any, Any, T], open_until: float) -> T:
        """Run `work` when it is its turn. Raises DatabaseUnavailable if the breaker has opened while it waited."""
        try:
            async with self._shares[writing]:
                if self._open_until[writing] > open_until:
                    raise DatabaseUnavailable
                return await work
        finally:
            work.close()  # it may have timed out before it began

    def _is_open(self, writing: bool) -> bool:
        """True while calls must fail at once. After a pause, the first call gets through and the others keep failing."""
        until, now = self._open_until[writing], monotonic()
        if until and now >= until:
            self._open_until[writing] = now + self._retry_after_s
        return now < until

    async def _with_timeout(self, work: Coroutine[Any, Any, T]) -> T:
        """Await the call. After the timeout, cancel it and raise TimeoutError without waiting for its end."""
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._timeout_s)
        finally:
            if not task.done():
                self._abandoned.add(task)
                task.add_done_callback(self._abandoned.discard)
                task.add_done_callback(ignore_outcome)
                task.cancel()
        if not done:
            raise TimeoutError
        return task.result()
