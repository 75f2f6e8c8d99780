"""How fast and how patiently reminders are delivered."""

from dataclasses import dataclass
from datetime import timedelta

from bot.settings import Settings
from bot.store.ready import UPDATE

# Slack's tiers, a minute and workspace (docs.slack.dev/apis/web-api/rate-limits); chat.postMessage is a setting.
PER_MINUTE = {UPDATE: 50, "conversations.history": 50, "conversations.open": 50}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """All stretches are machine time."""

    rate_per_minute: int = 300
    lease: timedelta = timedelta(seconds=120)
    settle: timedelta = timedelta(seconds=30)
    ahead: timedelta = timedelta(seconds=1)  # slots are taken so far ahead: a channel's reminder waits no longer

    @classmethod
    def of(cls, settings: Settings) -> "Rhythm":
        return cls(settings.rate_per_minute, timedelta(seconds=settings.lease_s), timedelta(seconds=settings.settle_s))

    def every(self, method: str) -> timedelta:
        """Between two calls of a method in one workspace."""
        return timedelta(minutes=1) / PER_MINUTE.get(method, self.rate_per_minute)
