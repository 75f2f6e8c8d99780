"""How fast and how patiently reminders are delivered."""

from dataclasses import dataclass
from datetime import timedelta

from bot.settings import Settings
from bot.store.ready import POST, UPDATE

DEFAULT_RATE = 300  # posts a minute and workspace: "several hundred" (docs.slack.dev/apis/web-api/rate-limits)
METHOD_RATES = {UPDATE: 50, "conversations.history": 50, "conversations.open": 50}  # its tier 3, beside the usual rate


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    """What the operator set; all stretches are machine time."""

    rate_per_minute: int = DEFAULT_RATE
    lease: timedelta = timedelta(seconds=120)
    settle_delay: timedelta = timedelta(seconds=30)
    timeout: timedelta = timedelta(seconds=15)  # of one request
    lookahead: timedelta = timedelta(seconds=1)  # slots are taken so far ahead: a channel's reminder waits no longer

    @classmethod
    def from_settings(cls, settings: Settings) -> "DeliveryConfig":
        seconds = (settings.lease_s, settings.settle_s, settings.http_timeout_s)
        return cls(settings.rate_per_minute, *(timedelta(seconds=one) for one in seconds))

    def is_limited(self, method: str) -> bool:
        """Whether calls of this method take slots."""
        return method == POST or method in METHOD_RATES

    def interval(self, method: str) -> timedelta:
        """Between two calls of a method in one workspace. Whoever may post faster may do the rest faster, too."""
        share = METHOD_RATES.get(method, DEFAULT_RATE) / DEFAULT_RATE
        return timedelta(minutes=1) / (self.rate_per_minute * share)

    @property
    def send_deadline(self) -> timedelta:
        """So long after the fence a request may begin: then it has ended before the lease has."""
        return self.lease - self.timeout
