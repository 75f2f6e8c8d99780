from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedule.models import Conference, Room, Talk
from bot.schedule.queries import agenda_days, free_talks, overlapping
from tests.schedules import a_schedule, a_talk, london

SCHEDULE = a_schedule()

FLEMING, MOUNTBATTEN = Room("fleming", "Fleming", "3rd floor"), Room("mountbatten", "Mountbatten", "6th floor")


def _talk(id_: str, start: str, end: str, room: Room = FLEMING) -> Talk:
    begins, ends = (datetime.fromisoformat(f"2019-03-05T{time}").replace(tzinfo=UTC) for time in (start, end))
    return Talk(id_, id_.title(), begins, ends, room=room)


MORNING, NOON, BESIDE = (
    _talk("a", "10:35", "11:25"),
    _talk("b", "11:50", "12:40", MOUNTBATTEN),
    _talk("c", "11:00", "11:40"),
)


def test_an_agenda_is_ordered_by_start_with_clashes_and_the_time_between() -> None:
    (day,) = agenda_days([NOON, BESIDE, MORNING], SCHEDULE)
    first, second, third = day.entries
    assert day.date == date(2019, 3, 5)
    assert [stop.talk for stop in day.entries] == [MORNING, BESIDE, NOON]
    assert first.clashes == (BESIDE,)
    assert second.clashes == (MORNING,)
    assert (third.clashes, third.free_before, third.other_floor) == ((), timedelta(minutes=10), True)


def test_adjacent_talks_do_not_clash() -> None:
    assert overlapping(_talk("d", "11:25", "12:00"), [MORNING]) == ()


def test_an_agenda_without_saved_talks_is_empty() -> None:
    assert agenda_days([], SCHEDULE) == ()


def test_a_talk_after_midnight_is_listed_on_the_day_before() -> None:
    tokyo = Conference("Nights", ZoneInfo("Asia/Tokyo"), (date(2019, 3, 5), date(2019, 3, 6)))
    talks = [MORNING, _talk("late", "15:30", "16:00")]  # 19:35 and 00:30 in Tokyo
    days = agenda_days(talks, a_schedule(*talks, conference=tokyo))
    assert [day.date for day in days] == [date(2019, 3, 5)]


def test_free_talks_are_upcoming_and_do_not_clash_with_saved_ones() -> None:
    saved, rival = a_talk("Saved", "11:00"), a_talk("Rival", "11:30")
    over, free, lunch = a_talk("Over", "09:00"), a_talk("Free", "12:20"), a_talk("Lunch", "13:00", kind="lunch")

    assert free_talks([saved, rival, over, free, lunch], london("10:00"), [saved]) == (free,)
