"""What can go wrong at Slack: what becomes of a call, and, apart from that, what the bot is told.

Slack's rate limits, for whoever asks for them: a bucket per method, and one per channel for posting."""

import math
import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from bot.clock import monotonic

FaultAnswer = Literal["answer", "status", "error", "reset", "silence"]


@dataclass(slots=True)
class Fault:
    """Strikes calls of `method` (`*` is any), in `channel` if given: first lets `skip` pass, then strikes `times`.

    `lands` says whether the call takes effect, `late_s` how long after. `told` says what comes back: the `answer`
    (at once even when it lands late), an HTTP `status`, Slack's `error` word, a `reset` connection, or `silence`.
    """

    method: str = "*"
    times: int | None = 1  # None: until cleared
    channel: str = ""
    skip: int = 0
    share: float = 1.0  # of the calls that it could strike, by a seeded die
    lands: bool = True
    late_s: float = 0.0
    delay_s: float = 0.0  # before anything comes back
    told: FaultAnswer = "answer"
    status: int = 500
    error: str = "internal_error"
    retry_after: int = 1
    seed: int = 1
    struck: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # chance that can be repeated, not a secret

    def strikes(self, method: str, channel: str) -> bool:
        """Whether it strikes this call; counts it."""
        if self.times is not None and self.struck >= self.times:
            return False
        if not fnmatchcase(method, self.method) or self.channel not in ("", channel):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.share < 1 and self._random.random() >= self.share:
            return False
        self.struck += 1
        return True


def rate_limited(method: str = "*", times: int | None = 1, retry_after: int = 1) -> Fault:
    """429 with `Retry-After`; not posted."""
    return Fault(method, times, lands=False, told="status", status=429, retry_after=retry_after)


def broken(method: str = "*", times: int | None = 1, status: int = 503, *, lands: bool = False) -> Fault:
    """A 5xx."""
    return Fault(method, times, lands=lands, told="status", status=status)


def reset(method: str = "*", times: int | None = 1, *, lands: bool) -> Fault:
    """The connection breaks before or after the call took effect."""
    return Fault(method, times, lands=lands, told="reset")


def no_answer(method: str = "*", times: int | None = 1, *, lands: bool) -> Fault:
    """No answer at all: the bot times out."""
    return Fault(method, times, lands=lands, told="silence")


def late(method: str = "chat.postMessage", times: int | None = 1, seconds: float = 1.5) -> Fault:
    """The connection breaks at once, and the call takes effect later all the same."""
    return Fault(method, times, late_s=seconds, told="reset")


def refused(method: str, error: str, times: int | None = 1, *, lands: bool = False) -> Fault:
    """Slack's own word: `internal_error` (which may have landed), `token_revoked`, `channel_not_found` …"""
    return Fault(method, times, lands=lands, told="error", error=error)


def slow(method: str = "*", times: int | None = None, seconds: float = 0.2) -> Fault:
    """Everything works, later."""
    return Fault(method, times, delay_s=seconds)


class Faults:
    """Those that are set, the first that strikes wins."""

    def __init__(self) -> None:
        self._set: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        self._set.extend(faults)

    def clear(self) -> None:
        self._set.clear()

    def hit_count(self) -> int:
        """How many calls were struck by those still set."""
        return sum(fault.struck for fault in self._set)

    def next(self, method: str, channel: str) -> Fault | None:
        return next((fault for fault in self._set if fault.strikes(method, channel)), None)


@dataclass(slots=True)
class CallAllowance:
    """Fills at `per_minute`, holds `burst`."""

    per_minute: float
    burst: float
    _level: float = field(init=False)
    _seen: float = field(init=False)

    def __post_init__(self) -> None:
        self._level, self._seen = self.burst, monotonic()

    def take(self) -> float:
        """0.0 when there was one to take, else the seconds until there is."""
        now = monotonic()
        self._level = min(self.burst, self._level + (now - self._seen) * self.per_minute / 60)
        self._seen = now
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) * 60 / self.per_minute


class RateLimits:
    """No limits until some are set. Use high numbers to stand in for Slack in accelerated time."""

    def __init__(self) -> None:
        self._methods: dict[str, CallAllowance] = {}
        self._channels: dict[str, CallAllowance] = {}
        self._per_channel: tuple[float, float] | None = None

    def limit(self, method: str, per_minute: float, burst: float = 1) -> None:
        """At most so many calls of a method, over the whole workspace."""
        self._methods[method] = CallAllowance(per_minute, burst)

    def limit_channels(self, per_minute: float, burst: float = 1) -> None:
        """At most so many posts in any one channel."""
        self._per_channel = (per_minute, burst)
        self._channels.clear()

    def remove_all(self) -> None:
        """No limits any more."""
        self._methods.clear()
        self._channels.clear()
        self._per_channel = None

    def retry_after(self, method: str, channel: str) -> int:
        """0 when the call may pass, else the whole seconds of its `Retry-After`."""
        wait = 0.0
        if method == "chat.postMessage" and self._per_channel is not None:
            if channel not in self._channels:
                self._channels[channel] = CallAllowance(*self._per_channel)
            wait = self._channels[channel].take()
        if wait == 0 and method in self._methods:
            wait = self._methods[method].take()
        return math.ceil(wait)
