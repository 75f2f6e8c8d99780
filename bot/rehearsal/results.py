"""The results of a rehearsal: every message that was posted or is missing, and when each would go out on the day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import groupby

from bot.delivery.administration import DeliveryRecord
from bot.delivery.models import PEOPLE, REMINDER
from bot.delivery.queue import SWEEP_AHEAD
from bot.delivery.rate_limits import CHANNEL_INTERVAL
from bot.fake_slack import FakeSlack


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One message that was posted. Times are aware, in UTC."""

    due: datetime
    send_at: datetime | None  # when it goes out on the day; None if that is too late to be useful
    kind: str
    channel: str  # `#general`; empty for a person's direct message
    talks: tuple[str, ...]  # ids
    text: str


@dataclass(frozen=True, slots=True)
class MissingMessage:
    """One message that was due and was not posted, with the reason."""

    due: datetime
    kind: str
    channel: str  # empty for a person's direct message
    because: str


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A row of the timeline: one message to a channel, or all messages of a kind that are due to people at one time."""

    due: datetime
    kind: str
    channel: str  # empty for people
    messages: int
    talks: tuple[str, ...]  # ids, each once
    text: str  # of the first message


@dataclass(frozen=True, slots=True)
class MinuteLoad:
    """The messages that are due within one minute, and when they go out on the day."""

    minute: datetime
    messages: int
    first: datetime | None  # None if none goes out
    last: datetime | None

    @property
    def late(self) -> timedelta:
        """Return how long after the start of the minute the last message goes out; zero at least."""
        return max(self.last - self.minute, timedelta()) if self.last else timedelta()


def timeline(messages: Iterable[ReceivedMessage]) -> list[TimelineRow]:
    """List the rows of the timeline in the order in which they are due, channels first."""
    ordered = groupby(sorted(messages, key=_timeline_key), key=_timeline_key)
    return [row for _, group in ordered for row in _timeline_rows(tuple(group))]


def minute_loads(messages: Iterable[ReceivedMessage]) -> list[MinuteLoad]:
    """List the minutes in which something is due, the busiest first."""
    ordered = groupby(sorted(messages, key=_minute_of), key=_minute_of)
    loads = [_minute_load(minute, tuple(group)) for minute, group in ordered]
    return sorted(loads, key=lambda load: (-load.messages, load.minute))


def _timeline_key(message: ReceivedMessage) -> tuple[datetime, bool, str, str]:
    return message.due, not message.channel, message.channel, message.kind


def _timeline_rows(messages: tuple[ReceivedMessage, ...]) -> list[TimelineRow]:
    if messages[0].channel:
        return [
            TimelineRow(message.due, message.kind, message.channel, 1, message.talks, message.text)
            for message in messages
        ]
    first, talks = messages[0], dict.fromkeys(talk for message in messages for talk in message.talks)
    return [TimelineRow(first.due, first.kind, "", len(messages), tuple(talks), first.text)]


def _minute_of(message: ReceivedMessage) -> datetime:
    return message.due.replace(second=0, microsecond=0)


def _minute_load(minute: datetime, due: tuple[ReceivedMessage, ...]) -> MinuteLoad:
    slots = [message.send_at for message in due if message.send_at]
    return MinuteLoad(minute, len(due), min(slots, default=None), max(slots, default=None))


def message_totals(messages: Iterable[ReceivedMessage]) -> dict[str, tuple[int, int]]:
    """Count the messages of each kind: (to channels, to people)."""
    totals: dict[str, tuple[int, int]] = {}
    for message in messages:
        channels, people = totals.get(message.kind, (0, 0))
        totals[message.kind] = (channels + 1, people) if message.channel else (channels, people + 1)
    return totals


def collect_messages(
    slack: FakeSlack, deliveries: Sequence[DeliveryRecord], rate_per_minute: int
) -> Iterator[ReceivedMessage]:
    """Yield every message that was posted, whether the bot knows of it or not, in the order of posting."""
    by_id = {delivery.id: delivery for delivery in deliveries}
    slots = forecast_slots(deliveries, rate_per_minute)
    names = channel_names(slack)
    for message in slack.journal.messages:
        delivery, channel = by_id.get(message.delivery_id), names.get(message.channel, "")
        if delivery is None:
            yield ReceivedMessage(message.at, message.at, "other", channel, (), message.text)
        else:
            yield ReceivedMessage(
                delivery.due, slots[delivery.id], delivery.kind, channel, delivery.talks, message.text
            )


def collect_missing(slack: FakeSlack, deliveries: Sequence[DeliveryRecord]) -> Iterator[MissingMessage]:
    """Yield every delivery that was not posted, with the reason, in the order in which they were due."""
    posted, names = slack.journal.by_delivery(), channel_names(slack)
    for delivery in deliveries:
        if delivery.id not in posted:
            channel = names.get(delivery.conversation, "")
            yield MissingMessage(delivery.due, delivery.kind, channel, f"{delivery.state}: {delivery.because}")


def channel_names(slack: FakeSlack) -> Mapping[str, str]:
    """Return the names of the channels by id, such as `#general`. Direct messages have none."""
    return {channel.id: f"#{channel.name}" for channel in slack.workspace.conversations.values() if channel.name}


Slots = Mapping[str, datetime | None]  # by a delivery's id; None if it would come too late to be useful

_Urgency = tuple[int, datetime, datetime, str]  # the order in which bot.delivery.leases sends


def forecast_slots(deliveries: Iterable[DeliveryRecord], rate_per_minute: int) -> Slots:
    """Calculate each message's slot in conference time, at this rate and one message a second in a channel.

    A rehearsal could send at that rate and need no calculation, but then every slot is a step of its own, and a hundred
    people take minutes instead of seconds. So it sends at once, and a test compares the calculation with the bot.
    """
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
