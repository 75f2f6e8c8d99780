"""Results of a rehearsal, grouped and counted."""

from datetime import timedelta

from bot.delivery.models import DIGEST, REMINDER
from bot.rehearsal.results import MinuteLoad, MissingMessage, TimelineRow, message_totals, minute_loads, timeline
from bot.schedule.models import Schedule
from tests.rehearsal.messages import a_message, a_result
from tests.schedules import london

TEXT = a_message().text


def test_personal_messages_due_together_are_one_row_after_those_of_channels() -> None:
    rows = timeline(
        [
            a_message(talks=("b",)),
            a_message("10:25", "#general", ("a", "b")),
            a_message(talks=("a", "b")),
            a_message("08:00", kind=DIGEST),
        ]
    )
    assert rows == [
        TimelineRow(london("08:00"), DIGEST, "", 1, ("complex-event-flows",), TEXT),
        TimelineRow(london("10:25"), REMINDER, "#general", 1, ("a", "b"), TEXT),
        TimelineRow(london("10:25"), REMINDER, "", 2, ("b", "a"), TEXT),
    ]


def test_two_messages_in_one_channel_are_two_rows() -> None:
    assert [row.messages for row in timeline([a_message(channel="#a"), a_message(channel="#a")])] == [1, 1]


def test_the_busiest_minutes_come_first_with_their_first_and_last_message() -> None:
    second = timedelta(seconds=1)
    busy, quiet = minute_loads([a_message("09:00", late_s=None), *(a_message(late_s=s) for s in (-20, 0, 30))])
    assert busy == MinuteLoad(london("10:25"), 3, london("10:25") - 20 * second, london("10:25") + 30 * second)
    assert busy.late == 30 * second
    assert (quiet.messages, quiet.first, quiet.last, quiet.late) == (1, None, None, timedelta())


def test_a_message_that_goes_out_early_is_not_late() -> None:
    assert minute_loads([a_message(late_s=-20)])[0].late == timedelta()


def test_messages_are_counted_by_kind_for_channels_and_for_people() -> None:
    assert message_totals([a_message(channel="#a"), a_message(), a_message(), a_message(kind=DIGEST)]) == {
        REMINDER: (1, 2),
        DIGEST: (0, 1),
    }


def test_a_rehearsal_succeeds_if_every_message_arrived_once_and_in_time(qcon: Schedule) -> None:
    assert a_result(qcon, a_message()).succeeded
    assert not a_result(qcon, a_message(), repeated=1).succeeded
    assert not a_result(qcon, a_message(late_s=None)).succeeded
    assert not a_result(qcon, missing=(MissingMessage(london("10:25"), REMINDER, "", "dead: no_text"),)).succeeded
