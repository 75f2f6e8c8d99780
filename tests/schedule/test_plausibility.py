from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.schedule.diff import implausible_because
from bot.schedule.models import Schedule, Talk
from tests.schedules import a_conference, a_room, a_schedule, a_talk


def talks(number: int) -> list[Talk]:
    return [a_talk(f"Talk {hour}", f"{hour:02}:00") for hour in range(8, 8 + number)]


def later(talk: Talk) -> Talk:
    return replace(talk, start=talk.start + timedelta(hours=1), end=talk.end + timedelta(hours=1))


def version(known: int, *, gone: int = 0, moved: int = 0, new: int = 0) -> Schedule:
    """A version of a conference of `known` talks: the first ones are gone, the next ones moved, and others are new."""
    rest = talks(known)[gone:]
    added = [a_talk(f"New {number}", "20:00") for number in range(new)]
    return a_schedule(*map(later, rest[:moved]), *rest[moved:], *added)


@pytest.mark.parametrize(
    ("known", "gone", "moved"),
    [(10, 0, 2), (10, 2, 0), (10, 1, 1), (15, 3, 0), (5, 0, 2), (5, 1, 1), (3, 0, 1), (3, 1, 0), (2, 0, 2), (1, 0, 1)],
)
def test_a_few_missing_or_moved_talks_are_plausible(known: int, gone: int, moved: int) -> None:
    assert implausible_because(version(known), version(known, gone=gone, moved=moved)) == ""


@pytest.mark.parametrize(
    ("known", "gone", "moved", "why"),
    [
        (10, 3, 0, "3 of 10 talks are gone"),
        (10, 0, 3, "3 of 10 talks are at another time or place"),
        (10, 1, 2, "1 of 10 talks is gone and 2 are at another time or place"),
        (5, 2, 0, "2 of 5 talks are gone"),
        (3, 0, 3, "3 of 3 talks are at another time or place"),
        (3, 3, 0, "all 3 talks are gone"),
        (1, 1, 0, "the only talk is gone"),
    ],
)
def test_many_missing_or_moved_talks_are_implausible(known: int, gone: int, moved: int, why: str) -> None:
    assert implausible_because(version(known), version(known, gone=gone, moved=moved)) == why


def test_any_number_of_talks_may_be_new() -> None:
    assert implausible_because(version(3), version(3, new=9)) == ""
    assert implausible_because(version(0), version(9)) == ""


def test_a_renamed_room_does_not_count_as_a_move() -> None:
    known = a_schedule(*(replace(talk, room=a_room("Hall")) for talk in talks(5)))
    renamed = a_schedule(*(replace(talk, room=replace(a_room("Hall"), name="Great Hall")) for talk in talks(5)))
    assert implausible_because(known, renamed) == ""


def test_talks_that_were_already_cancelled_do_not_count_as_gone() -> None:
    known = a_schedule(*(replace(talk, cancelled=True) for talk in talks(5)[:3]), *talks(5)[3:])
    assert implausible_because(known, version(5, gone=3)) == ""


def test_other_days_are_implausible() -> None:
    next_year = a_schedule(*talks(5), conference=a_conference(days=(date(2020, 3, 2), date(2020, 3, 3))))
    assert implausible_because(version(5), next_year) == (
        "the days are 2 March 2020 to 3 March 2020, not 4 March 2019 to 6 March 2019"
    )
