"""How much is under way, and when it is too much: what is taken is answered soon, the rest is told so at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import BotError

SOFT_LIMIT = 300  # requests under way; a core answers more than a hundred in a second, and Slack waits for three
HARD_LIMIT = 2 * SOFT_LIMIT  # even to say so is too much then: a call of Slack for each


class TooBusy(BotError):
    """Very many people are asking at this moment. Give me a few seconds, then try again, please."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class ConcurrencyLimiter:
    """One node's requests."""

    def __init__(self) -> None:
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_overloaded(self) -> bool:
        """Whether there is no time left to look at a request."""
        return self._active >= HARD_LIMIT

    @contextmanager
    def track(self) -> Iterator[None]:
        """Be under way while inside."""
        self._active += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()

    def check(self) -> None:
        """To be asked before the work. Raises TooBusy where there are too many already."""
        if self._active > SOFT_LIMIT:
            raise TooBusy

    async def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing is under way, at most so long; whether it is so."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True
