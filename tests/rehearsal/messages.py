"""Posted messages and results for the tests of the report."""

from datetime import timedelta

from bot.delivery.models import REMINDER
from bot.rehearsal.results import MissingMessage, ReceivedMessage
from bot.rehearsal.run import AttendeeModel, SimulationResult
from bot.schedule.models import Schedule
from tests.schedules import london


def a_message(
    due: str = "10:25",
    channel: str = "",
    talks: tuple[str, ...] = ("complex-event-flows",),
    *,
    kind: str = REMINDER,
    late_s: float | None = 0,
    text: str = "*10:35 · Fleming* · Complex &amp; Event Flows\nsecond line",
) -> ReceivedMessage:
    """Build a reminder, to a person unless a channel is named. With `late_s=None` it would come too late to be useful."""
    slot = None if late_s is None else london(due) + timedelta(seconds=late_s)
    return ReceivedMessage(london(due), slot, kind, channel, talks, text)


def a_result(
    schedule: Schedule, *messages: ReceivedMessage, missing: tuple[MissingMessage, ...] = (), repeated: int = 0
) -> SimulationResult:
    """Build the result of a rehearsal of a second and a half, with as many people as messages."""
    return SimulationResult(schedule, AttendeeModel(len(messages)), 300, messages, missing, repeated, 1.5)
