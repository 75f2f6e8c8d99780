"""A token bucket, the rate limiter of everything that one process counts for itself."""

from collections.abc import Callable

from bot.clock import monotonic


class TokenBucket:
    """Holds at most `burst` tokens, is full at first, and gains `per_second`."""

    __slots__ = ("_burst", "_now", "_per_second", "_tokens", "_updated_at")

    def __init__(self, burst: float, per_second: float, now: Callable[[], float] = monotonic) -> None:
        """`now` is monotonic time in seconds."""
        self._burst, self._per_second, self._now = burst, per_second, now
        self._tokens, self._updated_at = burst, now()

    @property
    def tokens(self) -> float:
        """The tokens that are left now; they may be a fraction."""
        now = self._now()
        self._tokens = min(self._burst, self._tokens + (now - self._updated_at) * self._per_second)
        self._updated_at = now
        return self._tokens

    def add(self, tokens: float) -> None:
        """Add tokens, as far as there is room for them."""
        self._tokens = min(self._burst, self.tokens + tokens)

    def take(self, cost: float = 1.0) -> bool:
        """Take so many tokens; false if there are fewer."""
        if self.tokens < cost:
            return False
        self._tokens -= cost
        return True
