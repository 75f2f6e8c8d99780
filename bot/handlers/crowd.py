"""How much is under way, and when it is too much: what is taken is answered soon, the rest is told so at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import BotError

MOST = 300  # requests under way; a core answers more than a hundred in a second, and Slack waits for three
OVERRUN = 2 * MOST  # even to say so is too much then: a call of Slack for each


class TooBusyError(BotError):
    """Very many people are asking at this moment. Give me a few seconds, then try again, please."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Crowd:
    """One node's requests."""

    def __init__(self) -> None:
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_overrun(self) -> bool:
        """Whether there is no time left to look at a request."""
        return self._under_way >= OVERRUN

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be under way while inside."""
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def make_way(self) -> None:
        """To be asked before the work. Raises TooBusyError where there are too many already."""
        if self._under_way > MOST:
            raise TooBusyError

    async def drained(self, seconds: float) -> bool:
        """Wait until nothing is under way, at most so long; whether it is so."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True
