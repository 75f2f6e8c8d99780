"""Limit the requests under way, and the rate of each person.

A request that is accepted is answered soon, and any other is refused at once. Each process counts for itself.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from bot.clock import monotonic
from bot.errors import FixedTextError
from bot.token_bucket import TokenBucket

SOFT_LIMIT = 300  # requests under way; a core answers more than a hundred in a second, and Slack waits for three

HARD_LIMIT = 2 * SOFT_LIMIT  # above this even a refusal costs too much, since it takes a call to Slack


class TooBusy(FixedTextError):
    """Lots of people are asking right now. Please try again in a few seconds."""


SHARE_LIMIT = 60  # requests under way in one of many workspaces, so that a slow Slack there costs the others nothing

SHARE_BURST, SHARE_PER_SECOND = 200.0, 50.0  # requests of one of many workspaces: at once, and in the long run


class ConcurrencyLimiter:
    """Counts the requests under way in this process, or in one of its workspaces."""

    def __init__(self, whole: "ConcurrencyLimiter | None" = None) -> None:
        """`whole` is for `share`."""
        self._whole = whole
        self._soft_limit, self._hard_limit = (SHARE_LIMIT, 2 * SHARE_LIMIT) if whole else (SOFT_LIMIT, HARD_LIMIT)
        self._rate = TokenBucket(SHARE_BURST, SHARE_PER_SECOND) if whole else None
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_overloaded(self) -> bool:
        """Tell whether there are so many requests that not even a look at another one is possible."""
        return self._active >= self._hard_limit or (self._whole is not None and self._whole.is_overloaded)

    def share(self) -> "ConcurrencyLimiter":
        """A limiter for one of many workspaces. Its requests also count in this one."""
        return ConcurrencyLimiter(self)

    @contextmanager
    def track(self) -> Iterator[None]:
        """Count a request as under way while inside."""
        self._active += 1
        self._idle.clear()
        try:
            with self._whole.track() if self._whole else nullcontext():
                yield
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()

    def check(self) -> None:
        """Raise TooBusy where too many requests are under way; call it before the work."""
        if self._active > self._soft_limit or (self._rate and not self._rate.take()):
            raise TooBusy
        if self._whole:
            self._whole.check()

    async def wait_idle(self, seconds: float) -> bool:
        """Wait at most this long until nothing is under way, and tell whether it came to that."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True


POST_INTERVAL_S = 1.0  # between two posts in a channel (docs.slack.dev/apis/web-api/rate-limits)

MAX_QUEUE_S = 30.0  # an answer that comes later is no help

MAX_CHANNELS = 1_000  # before those are forgotten that may post now


class ChannelBusy(FixedTextError):
    """Lots of people are asking here right now. Ask me in a direct message, or try again in a minute."""


class ChannelPacer:
    """Spaces the answers in each channel. Each process counts for itself; beyond that, Slack's 429 is waited for."""

    def __init__(self, interval_s: float = POST_INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._free_at: dict[str, float] = {}

    async def wait_for_slot(self, channel: str) -> None:
        """Return when the next post to this channel may be made; those who wait go in turn. Raises ChannelBusy."""
        now = monotonic()
        if len(self._free_at) > MAX_CHANNELS:
            self._free_at = {channel: free_at for channel, free_at in self._free_at.items() if free_at > now}
        slot = max(now, self._free_at.get(channel, now))
        if slot - now > MAX_QUEUE_S:
            raise ChannelBusy
        self._free_at[channel] = slot + self._interval_s
        if slot > now:
            await asyncio.sleep(slot - now)


BURST = 20.0  # requests at once

PER_SECOND = 1.0  # requests in the long run

TYPE_AHEAD_COST = 0.2  # of a request: one letter that is typed into a menu

MAX_USERS = 10_000  # people; the one who asked nothing for longest is forgotten first


class TooFast(FixedTextError):
    """That was a lot at once. Try again in a few seconds."""

    def __init__(self, *, notified: bool) -> None:
        """`notified` says that the person was told already, and need not be told each time."""
        super().__init__()
        self.notified = notified


class RateLimiter:
    """A token bucket for each person."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """`now` is monotonic time in seconds."""
        self._now = now
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._notified: set[str] = set()

    def check(self, user: str, cost: float = 1.0) -> None:
        """Take this cost from the person's bucket. Raises TooFast where they have to wait."""
        bucket = self._buckets.setdefault(user, TokenBucket(BURST, PER_SECOND, self._now))
        self._buckets.move_to_end(user)
        if len(self._buckets) > MAX_USERS:
            self._notified.discard(self._buckets.popitem(last=False)[0])
        if not bucket.take(cost):
            notified = user in self._notified
            self._notified.add(user)
            raise TooFast(notified=notified)
        if bucket.tokens >= BURST / 2:
            self._notified.discard(user)
