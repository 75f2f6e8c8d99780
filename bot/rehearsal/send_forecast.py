"""When each message would go out on the day: the courier's order and Slack's limits, reckoned instead of waited for."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush

from bot.delivery.audit import DeliveryRecord
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.models import PEOPLE, REMINDER
from bot.delivery.rate_limits import CHANNEL_INTERVAL

Slots = Mapping[str, datetime | None]  # by a delivery's id; nothing where it would come too late to be useful

_Urgency = tuple[int, datetime, datetime, str]  # as bot.store.ready orders what is ready


def forecast_slots(sendings: Iterable[DeliveryRecord], rate_per_minute: int) -> Slots:
    """The slot of each message, in conference time, had all been sent at this rate and a second apart in a channel."""
    coming = sorted(sendings, key=_enqueued_at, reverse=True)
    return _Queue(coming, timedelta(minutes=1) / rate_per_minute).drain() if coming else {}


class _Queue:
    """What one workspace's courier has before it, at a time that goes from slot to slot."""

    def __init__(self, coming: list[DeliveryRecord], every: timedelta) -> None:
        """The next one of what is `coming` is the last."""
        self._upcoming = coming
        self._every = every
        self._now = _enqueued_at(coming[-1])
        self._early: list[tuple[datetime, str, DeliveryRecord]] = []  # for people, who may be reminded before it is due
        self._punctual: list[tuple[datetime, str, DeliveryRecord]] = []
        self._ready: list[tuple[_Urgency, DeliveryRecord]] = []
        self._free_at: dict[str, datetime] = {}  # by conversation
        self._slots: dict[str, datetime | None] = {}

    def drain(self) -> Slots:
        """Send until nothing is left."""
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
        """So long before they are due people are reminded, since so many wait."""
        return min(self._waiting * self._every, SWEEP_AHEAD)

    def _admit_due(self) -> None:
        """Bring on what is there by now, and what may go out."""
        while self._upcoming and _enqueued_at(self._upcoming[-1]) <= self._now:
            sending = self._upcoming.pop()
            heappush(self._early if sending.rank == PEOPLE else self._punctual, (sending.due, sending.id, sending))
        for queue, horizon in ((self._early, self._now + self._lead), (self._punctual, self._now)):
            while queue and queue[0][0] <= horizon:
                sending = heappop(queue)[2]
                heappush(self._ready, ((sending.rank, sending.start, sending.due, sending.id), sending))

    def _send(self, sending: DeliveryRecord) -> None:
        free_at = self._free_at.get(sending.conversation, self._now)
        if free_at > self._now:
            heappush(self._punctual, (free_at, sending.id, sending))
        elif sending.expires <= self._now:
            self._slots[sending.id] = None
        else:
            self._slots[sending.id] = self._now
            self._free_at[sending.conversation] = self._now + CHANNEL_INTERVAL
            self._now += self._every

    def _next_moment(self) -> datetime:
        """When there will be something to send, or more that waits."""
        made = [_enqueued_at(self._upcoming[-1])] if self._upcoming else []
        early = [self._early[0][0] - self._lead] if self._early else []
        punctual = [self._punctual[0][0]] if self._punctual else []
        return min(made + early + punctual)


def _enqueued_at(sending: DeliveryRecord) -> datetime:
    """When the sweep makes a delivery of it."""
    return sending.due - SWEEP_AHEAD if sending.kind == REMINDER else sending.due
