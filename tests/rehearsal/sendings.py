"""Deliveries for the tests of what is reckoned from them."""

from datetime import datetime, timedelta

from bot.delivery.audit import DeliverySummary
from bot.delivery.models import CHANNELS, DIGEST, LOW, PEOPLE, REMINDER
from tests.schedules import london


def a_reminder(
    to: str, due: datetime | str = "10:25", *, id: str = "", talks: tuple[str, ...] = ("complex-event-flows",)
) -> DeliverySummary:
    """To a channel (`C…`) or a person (`U…`), ten minutes before the start; useful until five minutes after it."""
    at = london(due) if isinstance(due, str) else due
    start = at + timedelta(minutes=10)
    rank = PEOPLE if to.startswith("U") else CHANNELS
    return DeliverySummary(
        id or f"{to} {at:%H:%M}", to, REMINDER, rank, "sent", "", start, at, start + _5_MINUTES, talks
    )


def a_digest(to: str, due: str = "08:00") -> DeliverySummary:
    """To a person; useful for three hours."""
    at = london(due)
    until = at + timedelta(hours=3)
    return DeliverySummary(f"{to} digest", to, DIGEST, LOW, "sent", "", at, at, until, ("complex-event-flows",))


_5_MINUTES = timedelta(minutes=5)
