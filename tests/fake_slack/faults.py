"""Faults and rate limits of the fake Slack.

A fault decides separately whether a call takes effect and which answer the bot gets.
"""

import math
import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from bot.token_bucket import TokenBucket

FaultAnswer = Literal["answer", "status", "error", "reset", "no_answer"]


@dataclass(slots=True)
class Fault:
    """A fault that applies to calls of `method` (`*` is any), and only in `channel` if one is given.

    It lets the first `skip` calls pass and then applies `times` times. `lands` says whether the call takes effect, and
    `late_s` how many seconds later. `response` says what the bot gets: the normal `answer` (at once, even if the call
    lands late), an HTTP `status`, a Slack `error` code, a `reset` connection or `no_answer`.
    """

    method: str = "*"
    times: int | None = 1  # None: until cleared
    channel: str = ""
    skip: int = 0
    share: float = 1.0  # share of the matching calls, drawn at random with the seed
    lands: bool = True
    late_s: float = 0.0
    delay_s: float = 0.0  # seconds before the response
    response: FaultAnswer = "answer"
    status: int = 500
    error: str = "internal_error"
    retry_after: int = 1
    seed: int = 1
    hits: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # repeatable chance, not a secret

    def applies(self, method: str, channel: str) -> bool:
        """Decide whether the fault applies to this call, and count it if so."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not fnmatchcase(method, self.method) or self.channel not in ("", channel):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.share < 1 and self._random.random() >= self.share:
            return False
        self.hits += 1
        return True


def rate_limited(method: str = "*", times: int | None = 1, retry_after: int = 1) -> Fault:
    """Answer 429 with `Retry-After`. The call has no effect."""
    return Fault(method, times, lands=False, response="status", status=429, retry_after=retry_after)


def broken(method: str = "*", times: int | None = 1, status: int = 503, *, lands: bool = False) -> Fault:
    """Answer with a 5xx status."""
    return Fault(method, times, lands=lands, response="status", status=status)


def reset(method: str = "*", times: int | None = 1, *, lands: bool) -> Fault:
    """Break the connection before or after the call takes effect."""
    return Fault(method, times, lands=lands, response="reset")


def no_answer(method: str = "*", *, lands: bool) -> Fault:
    """Send no answer, so that the bot times out."""
    return Fault(method, lands=lands, response="no_answer")


def late(method: str = "chat.postMessage", seconds: float = 1.5) -> Fault:
    """Break the connection at once, although the call takes effect later."""
    return Fault(method, late_s=seconds, response="reset")


def refused(method: str, error: str, times: int | None = 1, *, lands: bool = False) -> Fault:
    """Answer with an error code of Slack, such as `token_revoked`, or `internal_error`: the call may have landed."""
    return Fault(method, times, lands=lands, response="error", error=error)


def slow(method: str = "*", times: int | None = None, seconds: float = 0.2) -> Fault:
    """Answer correctly but slowly."""
    return Fault(method, times, delay_s=seconds)


class Faults:
    """The faults that are set. The first that applies to a call is used."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        self._faults.extend(faults)

    def clear(self) -> None:
        self._faults.clear()

    def hit_count(self) -> int:
        """Count the calls to which the present faults have applied."""
        return sum(fault.hits for fault in self._faults)

    def next(self, method: str, channel: str) -> Fault | None:
        return next((fault for fault in self._faults if fault.applies(method, channel)), None)


class RateLimit(TokenBucket):
    """A token bucket that tells when the next call may pass."""

    @property
    def seconds_to_next(self) -> float:
        """The seconds until there is a whole token."""
        return max(0.0, 1 - self.tokens) / self._per_second


class RateLimits:
    """Slack's rate limits: a bucket per method, and one per channel for posts.

    There are none until a test sets them.
    """

    def __init__(self) -> None:
        self._methods: dict[str, RateLimit] = {}
        self._channels: dict[str, RateLimit] = {}
        self._per_channel: tuple[float, float] | None = None

    def limit(self, method: str, per_minute: float, burst: float = 1) -> None:
        """Limit the calls of a method in the whole workspace."""
        self._methods[method] = RateLimit(burst, per_minute / 60)

    def limit_channels(self, per_minute: float, burst: float = 1) -> None:
        """Limit the posts in each channel."""
        self._per_channel = (per_minute, burst)
        self._channels.clear()

    def remove_all(self) -> None:
        """Remove all limits."""
        self._methods.clear()
        self._channels.clear()
        self._per_channel = None

    def retry_after(self, method: str, channel: str) -> int:
        """Return 0 if the call may pass, else the whole seconds for `Retry-After`."""
        buckets = []
        if method == "chat.postMessage" and self._per_channel is not None:
            per_minute, burst = self._per_channel
            buckets.append(self._channels.setdefault(channel, RateLimit(burst, per_minute / 60)))
        if method in self._methods:
            buckets.append(self._methods[method])
        return next((math.ceil(bucket.seconds_to_next) for bucket in buckets if not bucket.take()), 0)
