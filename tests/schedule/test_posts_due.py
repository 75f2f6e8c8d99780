from datetime import timedelta

from bot.schedule.models import Schedule
from bot.schedule.queries import announced_talks, upcoming_posts
from tests.schedules import a_room, a_schedule, a_talk, a_track, london

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
    assert (post.at, post.start) == (london("10:30"), london("10:35"))


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
