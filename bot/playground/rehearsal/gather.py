"""What came of a rehearsal, brought together: what the stand-in got, and the bot's own account of it."""

from collections.abc import Iterator, Mapping, Sequence

from bot.playground.rehearsal.forecast import forecast
from bot.playground.rehearsal.outcome import Arrival, Missing
from bot.playground.standin import StandIn
from bot.store.account import Sending


def arrivals(slack: StandIn, sendings: Sequence[Sending], rate_per_minute: int) -> Iterator[Arrival]:
    """Every message that landed, whether the bot knows of it or not, in order of landing."""
    known = {sending.id: sending for sending in sendings}
    slots = forecast(sendings, rate_per_minute)
    names = channels(slack)
    for landing in slack.journal.landings:
        sending, channel = known.get(landing.delivery_id), names.get(landing.channel, "")
        if sending is None:
            yield Arrival(landing.at, landing.at, "other", channel, (), landing.text)
        else:
            yield Arrival(sending.due, slots[sending.id], sending.kind, channel, sending.talks, landing.text)


def missing(slack: StandIn, sendings: Sequence[Sending]) -> Iterator[Missing]:
    """Every delivery that did not land, and why, in order of when it was due."""
    landed, names = slack.journal.by_delivery(), channels(slack)
    for sending in sendings:
        if sending.id not in landed:
            channel = names.get(sending.conversation, "")
            yield Missing(sending.due, sending.kind, channel, f"{sending.state}: {sending.because}")


def channels(slack: StandIn) -> Mapping[str, str]:
    """The names of the channels by their ids, `#general`; direct messages have none."""
    return {one.id: f"#{one.name}" for one in slack.workspace.conversations.values() if one.name}
