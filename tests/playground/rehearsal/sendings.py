"""Deliveries for the tests of what is reckoned from them."""

from datetime import datetime, timedelta

from bot.store.account import Sending
from bot.store.deliveries import AT_LEISURE, CHANNELS, DIGEST, PEOPLE, REMINDER
from tests.schedules import london


def a_reminder(
    to: str, due: datetime | str = "10:25", *, id: str = "", talks: tuple[str, ...] = ("complex-event-flows",)
) -> Sending:
    """To a channel (`C…`) or a person (`U…`), ten minutes before the start; useful until five minutes after it."""
    at = london(due) if isinstance(due, str) else due
    start = at + timedelta(minutes=10)
    rank = PEOPLE if to.startswith("U") else CHANNELS
    return Sending(id or f"{to} {at:%H:%M}", to, REMINDER, rank, "sent", "", start, at, start + _5_MINUTES, talks)


def a_digest(to: str, due: str = "08:00") -> Sending:
    """To a person; useful for three hours."""
    at = london(due)
    until = at + timedelta(hours=3)
    return Sending(f"{to} digest", to, DIGEST, AT_LEISURE, "sent", "", at, at, until, ("complex-event-flows",))


_5_MINUTES = timedelta(minutes=5)
