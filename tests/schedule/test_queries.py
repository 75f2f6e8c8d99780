from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedule.models import Conference, Room, Schedule, Talk
from bot.schedule.queries import (
    agenda_days,
    alternatives_to,
    announced_talks,
    free_talks,
    overlapping,
    running_and_next,
    upcoming_posts,
)
from tests.schedules import a_room, a_schedule, a_talk, a_track, london

TWO_TALKS = a_schedule(a_talk("One", "10:00"), a_talk("Lunch", "10:50", kind="lunch"), a_talk("Two", "11:50"))


def test_the_running_talk_and_the_next_one_without_a_break_are_found() -> None:
    on, then = running_and_next(TWO_TALKS, london("10:30"))
    assert ([one.title for one in on], [one.title for one in then]) == (["One"], ["Two"])


def test_a_break_is_on_but_never_next() -> None:
    on, then = running_and_next(TWO_TALKS, london("11:00"))
    assert ([one.title for one in on], [one.title for one in then]) == (["Lunch"], ["Two"])


def test_no_talk_is_running_or_next_after_the_last_one() -> None:
    assert running_and_next(TWO_TALKS, london("20:00")) == ((), ())


def test_alternatives_to_a_talk_overlap_it_and_are_neither_full_nor_cancelled() -> None:
    talk = a_talk("A", "10:35")
    before, beside, after = a_talk("B", "10:00"), a_talk("C", "10:35"), a_talk("D", "11:25")
    shut = [replace(a_talk("E", "10:35"), full=True), replace(a_talk("F", "10:35"), cancelled=True)]
    pause = a_talk("Coffee", "10:40", kind="coffee")
    assert alternatives_to(talk, a_schedule(talk, before, beside, after, pause, *shut)) == (beside, before)


TEN_MINUTES = timedelta(minutes=10)


def test_breaks_are_not_announced() -> None:
    lunch, talk = a_talk("Lunch", "12:00", kind="lunch"), a_talk()
    assert announced_talks(a_schedule(lunch, talk)) == (talk,)


def test_only_talks_of_the_chosen_track_or_room_are_announced() -> None:
    track, room = a_track("Security"), a_room("Mountbatten")
    here, there = a_talk("A", track=track, room=room), a_talk("B", room=room)
    schedule = a_schedule(here, there)
    assert announced_talks(schedule, track="security") == (here,)
    assert announced_talks(schedule, room="mountbatten") == (here, there)
    assert announced_talks(schedule, track="no-such-track") == ()


def test_sessions_that_start_together_share_one_post_before_the_start() -> None:
    a, b, later = a_talk("A"), a_talk("B"), a_talk("C", "11:50")
    found = list(upcoming_posts((a, b, later), TEN_MINUTES, london("09:00")))
    assert [(post.at, post.talks) for post in found] == [(london("10:25"), (a, b)), (london("11:40"), (later,))]


def test_a_talk_that_starts_soon_is_posted_at_once_and_one_that_began_is_not() -> None:
    began, soon = a_talk("A", "10:00"), a_talk("B", "10:35")
    [post] = upcoming_posts((began, soon), TEN_MINUTES, london("10:30"))
    assert (post.at, post.talks[0].start) == (london("10:30"), london("10:35"))


def test_every_talk_of_fosdem_is_in_one_post_and_posts_are_in_order(fosdem: Schedule) -> None:
    first = fosdem.starts
    assert first is not None
    talks = announced_talks(fosdem)
    found = list(upcoming_posts(talks, TEN_MINUTES, first - timedelta(days=1)))
    assert sum(len(post.talks) for post in found) == len(talks)
    assert [post.at for post in found] == sorted(post.at for post in found)


def test_ten_minutes_before_is_ten_minutes_before_when_clocks_change() -> None:
    talk = a_talk("At night", london("02:05", "2019-03-31"))  # London skips from 01:00 to 02:00 that night
    [post] = upcoming_posts((talk,), TEN_MINUTES, london("12:00", "2019-03-30"))
    assert post.at == london("00:55", "2019-03-31")


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
