from datetime import date

from bot.schedule.validation import days_of, overlapping_talks
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load_with_problems
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk, london

FLEMING, TURING = a_room("Fleming"), a_room("Turing")

ANN = a_speaker("Ann")


def warnings(*talks: object) -> list[str]:
    schedule = a_schedule(*talks)  # type: ignore[arg-type]  # only ever talks
    return [problem.text for problem in load_with_problems(dump(schedule), "x")[1]]


def test_consecutive_talks_in_a_room_do_not_clash() -> None:
    assert warnings(a_talk("A", room=FLEMING), a_talk("B", "11:25", room=FLEMING)) == []


def test_a_break_may_share_a_room() -> None:
    assert warnings(a_talk("A", room=FLEMING), a_talk("Tea", kind="break", room=FLEMING)) == []


def test_a_clash_with_a_long_session_is_reported_for_each_talk_during_it() -> None:
    told = warnings(
        a_talk("All day", "09:00", minutes=600, room=FLEMING),
        a_talk("A", "10:00", room=FLEMING),
        a_talk("B", "11:00", room=FLEMING),
    )
    assert told == ["`All day` (09:00–19:00) is in the same room then. Move one of them."] * 2


def test_a_speaker_in_two_rooms_at_once_is_reported() -> None:
    told = warnings(a_talk("A", room=FLEMING, speakers=(ANN,)), a_talk("B", "11:00", room=TURING, speakers=(ANN,)))
    assert told == ["Ann also speaks in `A` (10:35–11:25) then. Move one of them."]


def test_overlaps_pair_each_talk_with_the_one_that_lasts_longest() -> None:
    long, short, later = a_talk("long", "10:00", minutes=120), a_talk("short", "10:10"), a_talk("later", "11:30")
    assert list(overlapping_talks([later, short, long])) == [(long, short), (long, later)]


def test_a_party_after_midnight_also_belongs_to_the_day_before() -> None:
    party = a_talk("Party", london("00:30", "2019-03-07"))
    assert days_of(party, a_conference()) == {date(2019, 3, 6), date(2019, 3, 7)}
    assert warnings(party) == []
    assert warnings(a_talk("Run", london("07:00", "2019-03-07"))) == [
        "2019-03-07 isn't a day of the conference (2019-03-04 to 2019-03-06). Is the date right?"
    ]
