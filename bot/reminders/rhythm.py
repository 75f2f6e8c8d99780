"""How fast and how patiently reminders are delivered."""

from dataclasses import dataclass
from datetime import timedelta

from bot.settings import Settings
from bot.store.ready import POST, UPDATE

USUAL_RATE = 300  # posts a minute and workspace: "several hundred" (docs.slack.dev/apis/web-api/rate-limits)
PER_MINUTE = {UPDATE: 50, "conversations.history": 50, "conversations.open": 50}  # its tier 3, beside the usual rate


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What the operator set; all stretches are machine time."""

    rate_per_minute: int = USUAL_RATE
    lease: timedelta = timedelta(seconds=120)
    settle: timedelta = timedelta(seconds=30)
    timeout: timedelta = timedelta(seconds=15)  # of one request
    ahead: timedelta = timedelta(seconds=1)  # slots are taken so far ahead: a channel's reminder waits no longer

    @classmethod
    def of(cls, settings: Settings) -> "Rhythm":
        seconds = (settings.lease_s, settings.settle_s, settings.http_timeout_s)
        return cls(settings.rate_per_minute, *(timedelta(seconds=one) for one in seconds))

    def paces(self, method: str) -> bool:
        """Whether calls of this method take slots."""
        return method == POST or method in PER_MINUTE

    def every(self, method: str) -> timedelta:
        """Between two calls of a method in one workspace. Whoever may post faster may do the rest faster, too."""
        share = PER_MINUTE.get(method, USUAL_RATE) / USUAL_RATE
        return timedelta(minutes=1) / (self.rate_per_minute * share)

    @property
    def fresh(self) -> timedelta:
        """So long after the fence a request may begin: then it has ended before the lease has."""
        return self.lease - self.timeout
