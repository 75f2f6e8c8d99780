from datetime import timedelta

from bot.schedule.models import Schedule
from bot.schedule.validation import ScheduleWarnings, find_warnings
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

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
