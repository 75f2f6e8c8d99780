"""The results of a rehearsal: every message that was posted or is missing, and when each would go out on the day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.delivery.audit import DeliveryRecord
from bot.fake_slack import FakeSlack
from bot.rehearsal.attendees import AttendeeModel
from bot.rehearsal.send_forecast import forecast_slots
from bot.schedule.models import Schedule


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
class SimulationResult:
    """The result of a whole rehearsal."""

    schedule: Schedule
    model: AttendeeModel
    rate_per_minute: int
    messages: tuple[ReceivedMessage, ...]
    missing: tuple[MissingMessage, ...]
    repeated: int  # how many messages were posted again
    seconds: float  # the rehearsal took, in real time

    @property
    def too_late(self) -> int:
        """Count the messages that would not be sent on the day because they would come too late to be useful."""
        return sum(message.send_at is None for message in self.messages)

    @property
    def succeeded(self) -> bool:
        """Return whether everything that was due was posted once, and on the day would come while it is useful."""
        return not (self.missing or self.repeated or self.too_late)


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
