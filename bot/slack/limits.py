"""How much is under way, and when it is too much: what is taken is answered soon, the rest is told so at once.

Nobody may ask so fast that others wait: a pace for each person, kept by each node for itself."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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


BURST = 20.0  # requests that come in a rush

PER_SECOND = 1.0  # and steadily

TYPE_AHEAD_COST = 0.2  # of a request: a letter typed into a menu

MAX_USERS = 10_000  # people; who was quiet for longest is forgotten first


class TooFast(BotError):
    """That was a lot at once. Give me a few seconds, then go on."""

    def __init__(self, *, notified: bool) -> None:
        """`notified` says that they know already: to tell them each time would be a rush of our own."""
        super().__init__(self.__doc__)
        self.notified = notified


@dataclass(slots=True)
class _Bucket:
    tokens: float
    updated_at: float
    notified: bool = False


class RateLimiter:
    """How much each person may still do; seconds are a stopwatch's."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def check(self, user: str, now: float, cost: float = 1.0) -> None:
        """Let the person do something of this cost. Raises TooFast where they have to wait."""
        mine = self._buckets.setdefault(user, _Bucket(BURST, now))
        self._buckets.move_to_end(user)
        if len(self._buckets) > MAX_USERS:
            self._buckets.popitem(last=False)
        mine.tokens = min(BURST, mine.tokens + (now - mine.updated_at) * PER_SECOND)
        mine.updated_at = now
        if mine.tokens < cost:
            told, mine.notified = mine.notified, True
            raise TooFast(notified=told)
        mine.tokens -= cost
        mine.notified = mine.notified and mine.tokens < BURST / 2
