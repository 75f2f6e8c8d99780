"""Slack's rate limits, for whoever asks for them: a bucket per method, and one per channel for posting."""

import math
from dataclasses import dataclass, field

from bot.clock import monotonic


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
