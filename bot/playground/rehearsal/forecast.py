"""When each message would go out on the day: the courier's order and Slack's limits, reckoned instead of waited for."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush

from bot.store.account import Sending
from bot.store.deliveries import PEOPLE, REMINDER
from bot.store.fanout import AHEAD
from bot.store.pacing import EVERY_CHANNEL

Slots = Mapping[str, datetime | None]  # by a delivery's id; nothing where it would come too late to be useful
_Urgency = tuple[int, datetime, datetime, str]  # as bot.store.ready orders what is ready


def forecast(sendings: Iterable[Sending], rate_per_minute: int) -> Slots:
    """The slot of each message, in conference time, had all been sent at this rate and a second apart in a channel."""
    coming = sorted(sendings, key=_made, reverse=True)
    return _Queue(coming, timedelta(minutes=1) / rate_per_minute).emptied() if coming else {}


class _Queue:
    """What one workspace's courier has before it, at a time that goes from slot to slot."""

    def __init__(self, coming: list[Sending], every: timedelta) -> None:
        """The next one of what is `coming` is the last."""
        self._coming = coming
        self._every = every
        self._now = _made(coming[-1])
        self._early: list[tuple[datetime, str, Sending]] = []  # for people, who may be reminded before it is due
        self._punctual: list[tuple[datetime, str, Sending]] = []
        self._ready: list[tuple[_Urgency, Sending]] = []
        self._free_at: dict[str, datetime] = {}  # by conversation
        self._slots: dict[str, datetime | None] = {}

    def emptied(self) -> Slots:
        """Send until nothing is left."""
        while self._coming or self._waiting:
            self._look()
            if self._ready:
                self._send(heappop(self._ready)[1])
            else:
                self._now = self._next_moment()
        return self._slots

    @property
    def _waiting(self) -> int:
        return len(self._early) + len(self._punctual) + len(self._ready)

    @property
    def _ahead(self) -> timedelta:
        """So long before they are due people are reminded, since so many wait."""
        return min(self._waiting * self._every, AHEAD)

    def _look(self) -> None:
        """Bring on what is there by now, and what may go out."""
        while self._coming and _made(self._coming[-1]) <= self._now:
            sending = self._coming.pop()
            heappush(self._early if sending.rank == PEOPLE else self._punctual, (sending.due, sending.id, sending))
        for queue, horizon in ((self._early, self._now + self._ahead), (self._punctual, self._now)):
            while queue and queue[0][0] <= horizon:
                sending = heappop(queue)[2]
                heappush(self._ready, ((sending.rank, sending.start, sending.due, sending.id), sending))

    def _send(self, sending: Sending) -> None:
        free_at = self._free_at.get(sending.conversation, self._now)
        if free_at > self._now:
            heappush(self._punctual, (free_at, sending.id, sending))
        elif sending.expires <= self._now:
            self._slots[sending.id] = None
        else:
            self._slots[sending.id] = self._now
            self._free_at[sending.conversation] = self._now + EVERY_CHANNEL
            self._now += self._every

    def _next_moment(self) -> datetime:
        """When there will be something to send, or more that waits."""
        made = [_made(self._coming[-1])] if self._coming else []
        early = [self._early[0][0] - self._ahead] if self._early else []
        punctual = [self._punctual[0][0]] if self._punctual else []
        return min(made + early + punctual)


def _made(sending: Sending) -> datetime:
    """When the sweep makes a delivery of it."""
    return sending.due - AHEAD if sending.kind == REMINDER else sending.due
