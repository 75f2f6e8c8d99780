"""Nobody may ask so fast that others wait: a pace for each person, kept by each node for itself."""

from collections import OrderedDict
from dataclasses import dataclass

from bot.errors import BotError

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
