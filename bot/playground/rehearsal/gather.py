"""What came of a rehearsal, brought together: what the stand-in got, and the bot's own account of it."""

from collections.abc import Iterator, Mapping, Sequence

from bot.playground.rehearsal.forecast import forecast_slots
from bot.playground.rehearsal.outcome import MissingMessage, ReceivedMessage
from bot.playground.standin import FakeSlack
from bot.store.account import DeliverySummary


def collect_messages(
    slack: FakeSlack, sendings: Sequence[DeliverySummary], rate_per_minute: int
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


def collect_missing(slack: FakeSlack, sendings: Sequence[DeliverySummary]) -> Iterator[MissingMessage]:
    """Every delivery that did not land, and why, in order of when it was due."""
    landed, names = slack.journal.by_delivery(), channel_names(slack)
    for sending in sendings:
        if sending.id not in landed:
            channel = names.get(sending.conversation, "")
            yield MissingMessage(sending.due, sending.kind, channel, f"{sending.state}: {sending.because}")


def channel_names(slack: FakeSlack) -> Mapping[str, str]:
    """The names of the channels by their ids, `#general`; direct messages have none."""
    return {one.id: f"#{one.name}" for one in slack.workspace.conversations.values() if one.name}
