"""The database as people see it who wait for an answer: it answers soon, or says that it is away."""

import asyncio
from collections.abc import Coroutine
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot.clock import stopwatch
from bot.errors import BotError
from bot.store.database import Database, Work, passing

P = ParamSpec("P")
T = TypeVar("T")

LETTING_GO_S = 2.0  # SQLite comes to the end of what it writes
PATIENCE_S = 1.5  # a submitted form has three seconds in all
AGAIN_S = 1.0  # while it is away, one attempt in so long is enough: more would only be in its way when it comes back


class AwayError(BotError):
    """The database does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "Not now, sorry: I cannot reach my database, so I can neither save nor look up what you saved. "
            "Nothing of it is lost. Try again in a minute; questions I answer meanwhile."
        )


class Impatient(Database):
    """Another database's; what takes longer than its patience is given up. Raises AwayError where the other would wait."""

    def __init__(self, database: Database, patience_s: float = PATIENCE_S, again_s: float = AGAIN_S) -> None:
        self._patient = database
        self.on_postgresql = database.on_postgresql
        self._patience_s = patience_s
        self._again_s = again_s
        self._away_until = {True: 0.0, False: 0.0}  # for writing, and for reading: a busy writer keeps no reader out
        self._given_up: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Wait a little until what was given up has let go of its connections; the other closes itself."""
        if self._given_up:
            await asyncio.wait(self._given_up, timeout=LETTING_GO_S)

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._soon(False, self._patient.read(work, *args, **kwargs))

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._soon(True, self._patient.write(work, *args, **kwargs))

    async def _soon(self, writing: bool, work: Coroutine[Any, Any, T]) -> T:
        if self._is_away(writing):
            work.close()
            raise AwayError
        try:
            result = await self._in_time(work)
        except (DBAPIError, NoConnectionError, OSError) as error:
            if not passing(error):
                raise
            self._away_until[writing] = stopwatch() + self._again_s
            raise AwayError from error
        self._away_until[writing] = 0.0
        return result

    def _is_away(self, writing: bool) -> bool:
        """Whether it was a moment ago; who asks after that moment tries for all who come in the next."""
        until, now = self._away_until[writing], stopwatch()
        if until and now >= until:
            self._away_until[writing] = now + self._again_s
        return now < until

    async def _in_time(self, work: Coroutine[Any, Any, T]) -> T:
        """What it gives. Raises TimeoutError where patience ends first, without waiting until it has let go."""
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._patience_s)
        finally:
            if not task.done():
                self._given_up.add(task)
                task.add_done_callback(self._let_go)
                task.cancel()
        if not done:
            raise TimeoutError
        return task.result()

    def _let_go(self, task: "asyncio.Task[Any]") -> None:
        """What became of it concerns nobody any more."""
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()
