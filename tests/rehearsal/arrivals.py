"""What came of a rehearsal, for the tests of how it is told."""

from datetime import timedelta

from bot.delivery.models import REMINDER
from bot.rehearsal.attendees import AttendeeModel
from bot.rehearsal.results import MissingMessage, ReceivedMessage, SimulationResult
from bot.schedule.models import Schedule
from tests.schedules import london


def an_arrival(
    due: str = "10:25",
    channel: str = "",
    talks: tuple[str, ...] = ("complex-event-flows",),
    *,
    kind: str = REMINDER,
    late_s: float | None = 0,
    text: str = "*10:35 · Fleming* · Complex &amp; Event Flows\nsecond line",
) -> ReceivedMessage:
    """A reminder, to a person unless a channel is named; without `late_s` it would come too late to be useful."""
    slot = None if late_s is None else london(due) + timedelta(seconds=late_s)
    return ReceivedMessage(london(due), slot, kind, channel, talks, text)


def a_rehearsal(
    schedule: Schedule, *arrivals: ReceivedMessage, missing: tuple[MissingMessage, ...] = (), repeated: int = 0
) -> SimulationResult:
    """So many people as there are arrivals; it took a second and a half."""
    return SimulationResult(schedule, AttendeeModel(len(arrivals)), 300, arrivals, missing, repeated, 1.5)
