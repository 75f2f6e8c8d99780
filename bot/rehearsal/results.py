"""What came of a rehearsal, brought together: what the stand-in got, and the bot's own account of it.

What came of a rehearsal: every message that landed, and when it would have gone out on the day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.delivery.audit import DeliveryRecord
from bot.fake_slack import FakeSlack
from bot.rehearsal.attendees import AttendeeModel
from bot.rehearsal.send_forecast import forecast_slots
from bot.schedule.models import Schedule

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One message that landed. Moments are aware, in UTC."""

    due: datetime
    send_at: datetime | None  # when it goes out on the day; nothing where that is too late to be useful
    kind: str
    channel: str  # `#general`; empty for a person's direct message
    talks: tuple[str, ...]  # ids
    text: str


@dataclass(frozen=True, slots=True)
class MissingMessage:
    """One message that was due and did not land, and why."""

    due: datetime
    kind: str
    channel: str  # empty for a person's direct message
    because: str


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """The whole of it."""

    schedule: Schedule
    model: AttendeeModel
    rate_per_minute: int
    messages: tuple[ReceivedMessage, ...]
    missing: tuple[MissingMessage, ...]
    repeated: int  # messages that landed more than once
    seconds: float  # that it took

    @property
    def too_late(self) -> int:
        """So many messages would not be sent on the day: they would come too late to be useful."""
        return sum(arrival.send_at is None for arrival in self.messages)

    @property
    def succeeded(self) -> bool:
        """Whether everything that was due landed, once, and on the day would come while it is useful."""
        return not (self.missing or self.repeated or self.too_late)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A line of the timeline: one message to a channel, or all of a kind that are due to people together."""

    due: datetime
    kind: str
    channel: str  # empty for people
    messages: int
    talks: tuple[str, ...]  # ids, each once
    text: str  # of the message, or of the first of them


@dataclass(frozen=True, slots=True)
class MinuteLoad:
    """What is due within one minute, and when it goes out on the day."""

    minute: datetime
    messages: int
    first: datetime | None  # of those that go out
    last: datetime | None

    @property
    def late(self) -> timedelta:
        """How much later than that minute's beginning the last one goes out; at least nothing."""
        return max(self.last - self.minute, timedelta()) if self.last else timedelta()


def timeline(arrivals: Iterable[ReceivedMessage]) -> list[TimelineRow]:
    """Who gets what when: in order of when it is due, channels first."""
    ordered = groupby(sorted(arrivals, key=_timeline_row), key=_timeline_row)
    return [row for _, together in ordered for row in _timeline_rows(tuple(together))]


def minute_loads(arrivals: Iterable[ReceivedMessage]) -> list[MinuteLoad]:
    """Every minute in which something is due, the busiest first."""
    ordered = groupby(sorted(arrivals, key=_minute_of), key=_minute_of)
    found = [_minute_load(minute, tuple(together)) for minute, together in ordered]
    return sorted(found, key=lambda load: (-load.messages, load.minute))


def _timeline_row(arrival: ReceivedMessage) -> tuple[datetime, bool, str, str]:
    return arrival.due, not arrival.channel, arrival.channel, arrival.kind


def _timeline_rows(alike: tuple[ReceivedMessage, ...]) -> list[TimelineRow]:
    if alike[0].channel:
        return [TimelineRow(one.due, one.kind, one.channel, 1, one.talks, one.text) for one in alike]
    first, talks = alike[0], dict.fromkeys(talk for one in alike for talk in one.talks)
    return [TimelineRow(first.due, first.kind, "", len(alike), tuple(talks), first.text)]


def _minute_of(arrival: ReceivedMessage) -> datetime:
    return arrival.due.replace(second=0, microsecond=0)


def _minute_load(minute: datetime, due: tuple[ReceivedMessage, ...]) -> MinuteLoad:
    slots = [arrival.send_at for arrival in due if arrival.send_at]
    return MinuteLoad(minute, len(due), min(slots, default=None), max(slots, default=None))


def message_totals(arrivals: Iterable[ReceivedMessage]) -> dict[str, tuple[int, int]]:
    """How many messages of each kind went to channels and to people."""
    counted: dict[str, tuple[int, int]] = {}
    for arrival in arrivals:
        channels, people = counted.get(arrival.kind, (0, 0))
        counted[arrival.kind] = (channels + 1, people) if arrival.channel else (channels, people + 1)
    return counted


def collect_messages(
    slack: FakeSlack, sendings: Sequence[DeliveryRecord], rate_per_minute: int
) -> Iterator[ReceivedMessage]:
    """Every message that landed, whether the bot knows of it or not, in order of landing."""
    known = {sending.id: sending for sending in sendings}
    slots = forecast_slots(sendings, rate_per_minute)
    names = channel_names(slack)
    for landing in slack.journal.messages:
        sending, channel = known.get(landing.delivery_id), names.get(landing.channel, "")
        if sending is None:
            yield ReceivedMessage(landing.at, landing.at, "other", channel, (), landing.text)
        else:
            yield ReceivedMessage(sending.due, slots[sending.id], sending.kind, channel, sending.talks, landing.text)


def collect_missing(slack: FakeSlack, sendings: Sequence[DeliveryRecord]) -> Iterator[MissingMessage]:
    """Every delivery that did not land, and why, in order of when it was due."""
    landed, names = slack.journal.by_delivery(), channel_names(slack)
    for sending in sendings:
        if sending.id not in landed:
            channel = names.get(sending.conversation, "")
            yield MissingMessage(sending.due, sending.kind, channel, f"{sending.state}: {sending.because}")


def channel_names(slack: FakeSlack) -> Mapping[str, str]:
    """The names of the channels by their ids, `#general`; direct messages have none."""
    return {one.id: f"#{one.name}" for one in slack.workspace.conversations.values() if one.name}
