"""The text report of a rehearsal."""

import pytest

from bot.delivery.models import DIGEST, EVENING, REMINDER
from bot.rehearsal.report import text_report
from bot.rehearsal.results import MissingMessage, ReceivedMessage
from bot.schedule.models import Schedule
from tests.rehearsal.messages import a_message, a_result
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

BERND, FLEMING = a_speaker(), a_room()

FLAWLESS = a_schedule(a_talk(speakers=(BERND,), room=FLEMING))


def _lines(*messages: ReceivedMessage, schedule: Schedule = FLAWLESS, width: int = 80) -> list[str]:
    return text_report(a_result(schedule, *messages), width).splitlines()


def test_a_channel_gets_a_line_with_its_text_and_people_share_one_with_their_number() -> None:
    lines = _lines(a_message(channel="#general"), a_message(), a_message())
    assert lines[4:7] == [
        "Tuesday 5 March",
        "  10:25  #general  10:35 · Fleming · Complex & Event Flows",
        "         2 people  Complex Event Flows",
    ]


def test_several_talks_are_counted() -> None:
    lines = _lines(a_message(channel="#general", talks=("a", "b", "c")), a_message(talks=("a", "b")))
    assert lines[5].endswith("Complex & Event Flows (+2 talks)")
    assert lines[6].endswith("1 person  2 talks")


def test_the_digest_and_the_evening_question_are_named() -> None:
    lines = _lines(a_message("08:00", kind=DIGEST), a_message("18:15", kind=EVENING, talks=("a", "b")))
    assert lines[5] == "  08:00  1 person  the day's digest, 1 talk"
    assert lines[6] == "  18:15  1 person  the evening's question, 2 talks"


def test_a_day_begins_at_midnight_on_the_venues_clock() -> None:
    lines = _lines(a_message("23:50"), a_message("00:10"))
    days = [line for line in lines if line.endswith("March")]
    assert days == ["Tuesday 5 March"]
    assert lines.index("  00:10  1 person  Complex Event Flows") < lines.index("  23:50  1 person  Complex Event Flows")


def test_sent_messages_are_counted_by_kind() -> None:
    lines = _lines(a_message(channel="#general"), a_message(), a_message("08:00", kind=DIGEST))
    begin = lines.index("Sent                      channels    people")
    assert lines[begin + 1 : begin + 4] == [
        "  reminders                      1         1",
        "  morning digests                –         1",
        "  in all                         1         2",
    ]


def test_the_busiest_minutes_say_how_late_the_last_one_comes() -> None:
    lines = _lines(a_message(late_s=-60), a_message(late_s=100.7), a_message("11:40"))
    assert "  Tue  5 Mar 10:25       2 due  10:24:00–10:26:40  up to 1 min 40 s late" in lines
    assert "  Tue  5 Mar 11:40       1 due  11:40:00–11:40:00  in time" in lines
    assert "The latest reminder is 1 min 40 s late." in lines


def test_messages_that_would_be_too_late_are_said_to_reach_nobody() -> None:
    lines = _lines(a_message(late_s=None), a_message("11:40"))
    assert "1 message would be too late to be useful, so nobody gets it." in lines
    assert "  Tue  5 Mar 10:25       1 due  too late" in lines


def test_warnings_about_the_schedule_are_listed() -> None:
    night = a_talk("Night shift", "02:00", room=FLEMING, speakers=(BERND,))
    clash = a_talk("Elsewhere", "10:40", room=a_room("Whittle"), speakers=(BERND,))
    again = a_talk("Again", "10:50", room=FLEMING, speakers=(a_speaker("Jan"),))
    flows = a_talk(room=FLEMING, speakers=(BERND,))
    lines = _lines(schedule=a_schedule(night, clash, a_talk("Bare", "15:00"), again, flows))
    assert lines[lines.index("To check") : -2] == [
        "To check",
        "  1 talk without a room",
        "    Tue 15:00–15:50 Bare",
        "  1 talk without a speaker",
        "    Tue 15:00–15:50 Bare",
        "  1 talk between midnight and six: is the time zone right?",
        "    Tue 02:00–02:50 Night shift",
        "  1 talk in a room where another hasn't ended",
        "    Tue 10:35–11:25 Complex Event Flows",
        "      and Tue 10:50–11:40 Again",
        "  1 speaker in two places at once",
        "    Bernd Ruecker: Tue 10:35–11:25 Complex Event Flows",
        "      and Tue 10:40–11:30 Elsewhere",
    ]


def test_more_than_five_of_a_kind_are_counted() -> None:
    lines = _lines(schedule=a_schedule(*(a_talk(f"Talk {n}", f"1{n}:00", room=FLEMING) for n in range(7))))
    assert "  7 talks without a speaker" in lines
    assert "    and 2 more" in lines


def test_a_faultless_schedule_is_reported_as_such() -> None:
    assert "Nothing looks amiss in the schedule." in _lines(a_message())


def test_a_channels_messages_about_many_talks_are_pointed_out() -> None:
    lines = _lines(a_message(channel="#general", talks=tuple("abcdefghi")))
    assert "  1 message to channels about more than 8 talks: the rest are behind a button" in lines
    assert "    with a channel for each track there may be fewer: --track-channels" in lines


def test_the_last_line_says_how_many_messages_arrived() -> None:
    assert _lines(a_message())[-1] == "1 message arrived, each once, in 2 s. Nothing left this machine."
    assert _lines()[-1] == "Nobody gets anything, in 2 s. Nothing left this machine."


def test_missing_and_repeated_messages_are_reported() -> None:
    lost = MissingMessage(london("10:25"), REMINDER, "", "dead: msg_too_long")
    assert text_report(a_result(FLAWLESS, a_message(), missing=(lost, lost), repeated=1), 80).splitlines()[-3:] == [
        "2 reminders did not arrive: dead: msg_too_long",
        "1 message arrived again.",
        "1 message arrived, in 2 s. Nothing left this machine.",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = "A title that goes on and on " * 6
    speakers = (a_speaker("Long Name " * 5),)
    talks = [a_talk(long + str(n), "10:35", id=f"t{n}", room=FLEMING, speakers=speakers) for n in range(9)]
    announced = tuple(talk.id for talk in talks)
    in_channel = a_message(channel="#" + "long-name" * 9, talks=announced, text=f"*10:35 · Fleming* · {long}")
    lines = _lines(
        in_channel,
        *(a_message(talks=("t1",)) for _ in range(1_200)),
        *(a_message("11:25", talks=("t1",), late_s=None) for _ in range(3)),
        schedule=a_schedule(*talks),
        width=width,
    )
    assert width - 10 < max(map(len, lines)) <= width
