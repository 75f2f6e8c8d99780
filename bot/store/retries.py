"""How often a node may try again: an outage is not made worse by everybody's second, third and sixth try."""

from collections.abc import Callable

from bot.clock import monotonic

RETRY_SHARE = 0.1  # of what is tried
PER_SECOND = 2.0  # and so many more: a node that has little to do tries again all the same
MAX_RETRIES_SAVED = 30.0  # every connection of the pool may break in one moment, and twice


class RetryBudget:
    """One node's, for the database. Seconds are a stopwatch's."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._left = MAX_RETRIES_SAVED
        self._at = now()

    def record_attempt(self) -> None:
        """Something was tried for the first time, which earns its share."""
        self._left = min(MAX_RETRIES_SAVED, self._left + RETRY_SHARE)

    def try_spend(self) -> bool:
        """Whether there is one left to take; then it is taken."""
        now = self._now()
        self._left = min(MAX_RETRIES_SAVED, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
