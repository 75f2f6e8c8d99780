"""Deliveries for the tests of the forecast."""

from datetime import datetime, timedelta

from bot.delivery.administration import DeliveryRecord
from bot.delivery.models import CHANNELS, DIGEST, LOW, PEOPLE, REMINDER
from tests.schedules import london

_FLOWS = ("complex-event-flows",)


def a_reminder(
    to: str, due: datetime | str = "10:25", *, id: str = "", talks: tuple[str, ...] = _FLOWS
) -> DeliveryRecord:
    """A reminder to a channel (`C…`) or a person (`U…`), ten minutes before the start, useful until five minutes after."""
    at = london(due) if isinstance(due, str) else due
    start = at + timedelta(minutes=10)
    rank = PEOPLE if to.startswith("U") else CHANNELS
    return _sent(id or f"{to} {at:%H:%M}", to, REMINDER, rank, start, at, start + timedelta(minutes=5), talks)


def a_digest(to: str, due: str = "08:00") -> DeliveryRecord:
    """A digest to a person, useful for three hours."""
    at = london(due)
    return _sent(f"{to} digest", to, DIGEST, LOW, at, at, at + timedelta(hours=3), _FLOWS)


def _sent(
    id: str,
    to: str,
    kind: str,
    rank: int,
    start: datetime,
    due: datetime,
    expires: datetime,
    talks: tuple[str, ...],
) -> DeliveryRecord:
    return DeliveryRecord(id, "T1", to, kind, rank, "sent", "", start, due, expires, due, 1, talks)
