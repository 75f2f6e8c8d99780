"""Calculate when each message would go out on the day, from the order in which the bot sends and Slack's limits.

A rehearsal could send at the permitted rate and need no calculation, but then every slot is a step of its own, and a
hundred people take minutes instead of seconds. So it sends at once, and a test compares the calculation with the bot.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush

from bot.delivery.audit import DeliveryRecord
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.models import PEOPLE, REMINDER
from bot.delivery.rate_limits import CHANNEL_INTERVAL

Slots = Mapping[str, datetime | None]  # by a delivery's id; None if it would come too late to be useful

_Urgency = tuple[int, datetime, datetime, str]  # the order in which bot.delivery.queue sends


def forecast_slots(deliveries: Iterable[DeliveryRecord], rate_per_minute: int) -> Slots:
    """Calculate each message's slot in conference time, at this rate and one message a second in a channel."""
    upcoming = sorted(deliveries, key=_enqueued_at, reverse=True)
    return _Queue(upcoming, timedelta(minutes=1) / rate_per_minute).drain() if upcoming else {}


class _Queue:
    """The messages that one workspace has yet to send, at a time that goes from slot to slot."""

    def __init__(self, upcoming: list[DeliveryRecord], interval: timedelta) -> None:
        """`upcoming` is sorted so that the next delivery is last."""
        self._upcoming = upcoming
        self._interval = interval
        self._now = _enqueued_at(upcoming[-1])
        self._early: list[tuple[datetime, str, DeliveryRecord]] = []  # to people, who may be reminded before it is due
        self._punctual: list[tuple[datetime, str, DeliveryRecord]] = []
        self._ready: list[tuple[_Urgency, DeliveryRecord]] = []
        self._free_at: dict[str, datetime] = {}  # by conversation
        self._slots: dict[str, datetime | None] = {}

    def drain(self) -> Slots:
        """Send everything and return the slots."""
        while self._upcoming or self._waiting:
            self._admit_due()
            if self._ready:
                self._send(heappop(self._ready)[1])
            else:
                self._now = self._next_moment()
        return self._slots

    @property
    def _waiting(self) -> int:
        return len(self._early) + len(self._punctual) + len(self._ready)

    @property
    def _lead(self) -> timedelta:
        """Return how long before their due time people are reminded, since that many messages wait."""
        return min(self._waiting * self._interval, SWEEP_AHEAD)

    def _admit_due(self) -> None:
        """Move on the deliveries that exist by now and those that may go out."""
        while self._upcoming and _enqueued_at(self._upcoming[-1]) <= self._now:
            delivery = self._upcoming.pop()
            heappush(self._early if delivery.rank == PEOPLE else self._punctual, (delivery.due, delivery.id, delivery))
        for queue, horizon in ((self._early, self._now + self._lead), (self._punctual, self._now)):
            while queue and queue[0][0] <= horizon:
                delivery = heappop(queue)[2]
                heappush(self._ready, ((delivery.rank, delivery.start, delivery.due, delivery.id), delivery))

    def _send(self, delivery: DeliveryRecord) -> None:
        free_at = self._free_at.get(delivery.conversation, self._now)
        if free_at > self._now:
            heappush(self._punctual, (free_at, delivery.id, delivery))
        elif delivery.expires <= self._now:
            self._slots[delivery.id] = None
        else:
            self._slots[delivery.id] = self._now
            self._free_at[delivery.conversation] = self._now + CHANNEL_INTERVAL
            self._now += self._interval

    def _next_moment(self) -> datetime:
        """Return when there will be something to send, or more deliveries."""
        created = [_enqueued_at(self._upcoming[-1])] if self._upcoming else []
        early = [self._early[0][0] - self._lead] if self._early else []
        punctual = [self._punctual[0][0]] if self._punctual else []
        return min(created + early + punctual)


def _enqueued_at(delivery: DeliveryRecord) -> datetime:
    """Return when the bot creates the delivery."""
    return delivery.due - SWEEP_AHEAD if delivery.kind == REMINDER else delivery.due
