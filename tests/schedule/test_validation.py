from datetime import date, timedelta

from bot.errors import Problem
from bot.schedule.models import Schedule
from bot.schedule.validation import ScheduleWarnings, days_of, file_verdict, find_warnings, overlapping_talks
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


ROOM, SPEAKER = a_room(), (a_speaker(),)


def test_the_shipped_schedule_has_no_warnings(qcon: Schedule) -> None:
    assert find_warnings(qcon) == ScheduleWarnings((), (), (), (), (), ())


def test_talks_without_a_room_or_speaker_are_found_but_not_breaks() -> None:
    roomless, silent = a_talk("Roomless", speakers=SPEAKER), a_talk("Silent", "12:00", room=ROOM)
    found = find_warnings(a_schedule(roomless, silent, a_talk("Lunch", "13:00", kind="lunch")))
    assert found.without_room == (roomless,)
    assert found.without_speaker == (silent,)


def test_talks_between_midnight_and_six_are_found() -> None:
    talks = [a_talk(at, at, room=ROOM, speakers=SPEAKER, minutes=30) for at in ("00:00", "05:59", "06:30", "23:00")]
    assert [talk.title for talk in find_warnings(a_schedule(*talks)).at_night] == ["00:00", "05:59"]


def test_a_talk_outside_the_days_of_the_conference_is_found() -> None:
    talk = a_talk("Late", london("10:00", "2019-03-07"), room=ROOM, speakers=SPEAKER)
    assert find_warnings(a_schedule(talk)).on_no_day == (talk,)


def test_clashes_of_rooms_and_speakers_are_found_in_order() -> None:
    afternoon = [a_talk(f"Afternoon {n}", "15:00", room=ROOM, minutes=60 + n) for n in range(2)]
    morning = [a_talk(f"Morning {n}", "10:00", room=a_room("Whittle"), minutes=60 + n) for n in range(2)]
    found = find_warnings(a_schedule(*afternoon, *morning, a_talk("Welcome", "09:00", room=ROOM)))
    assert found.in_one_room == (tuple(morning), tuple(afternoon))
    elsewhere = a_talk("Elsewhere", "10:30", room=a_room("Whittle"), speakers=SPEAKER)
    here = a_talk("Here", "10:00", room=ROOM, speakers=SPEAKER)
    assert find_warnings(a_schedule(here, elsewhere)).by_one_speaker == ((SPEAKER[0].name, here, elsewhere),)
    assert here.length > timedelta(minutes=30)


def test_the_verdict_counts_talks_speakers_rooms_tracks_and_warnings(qcon: Schedule) -> None:
    warning = Problem("x", 1, 1, "warning", "Look.")
    assert file_verdict("x", qcon, []) == "x: 5 talks, 7 speakers, 1 room, 1 track: usable"
    assert file_verdict("x", qcon, [warning]) == "x: 5 talks, 7 speakers, 1 room, 1 track: usable, 1 warning"


def test_the_verdict_of_an_unusable_file_counts_errors_and_warnings() -> None:
    kinds = [Problem("x", 1, 1, "warning", "Look."), *[Problem("x", 1, 1, "error", "No.")] * 2]
    assert file_verdict("x", None, kinds) == "x: 2 errors, 1 warning: not usable"
