"""The attendees of a rehearsal."""

from collections import Counter
from itertools import combinations

from bot.rehearsal.run import AttendeeModel, generate_agendas
from bot.schedule.models import Schedule
from tests.schedules import a_schedule, a_talk

DAY = a_schedule(
    *(a_talk(f"Talk {hour}.{room}", f"{hour}:00", minutes=50) for hour in range(10, 18) for room in range(5)),
    a_talk("Lunch", "12:50", minutes=10, kind="lunch"),
)


def test_the_same_seed_gives_the_same_attendees_and_another_seed_others() -> None:
    assert generate_agendas(DAY, AttendeeModel(20, seed=7)) == generate_agendas(DAY, AttendeeModel(20, seed=7))
    assert generate_agendas(DAY, AttendeeModel(20, seed=7)) != generate_agendas(DAY, AttendeeModel(20, seed=8))


def test_simulated_attendees_save_talks_that_do_not_overlap_and_no_breaks() -> None:
    for saved in generate_agendas(DAY, AttendeeModel(200, saves=6)):
        talks = [DAY.talk_by_id[talk] for talk in saved]
        assert 1 <= len(talks) <= 6
        assert all(left.end <= right.start or right.end <= left.start for left, right in combinations(talks, 2))
        assert not any(talk.is_break for talk in talks)


def test_some_talks_are_more_popular_than_others() -> None:
    saved = Counter(talk for agenda in generate_agendas(DAY, AttendeeModel(500, saves=4)) for talk in agenda)
    (_, most), *_, (_, least) = saved.most_common()
    assert most > 5 * least


def test_simulated_attendees_may_save_nothing() -> None:
    assert generate_agendas(DAY, AttendeeModel(3, saves=0)) == [(), (), ()]
    assert generate_agendas(a_schedule(a_talk("Lunch", kind="lunch")), AttendeeModel(2)) == [(), ()]


def test_a_talk_without_a_length_is_saved_once() -> None:
    assert generate_agendas(a_schedule(a_talk("Doors open", minutes=0)), AttendeeModel(1)) == [("doors-open",)]


def test_most_simulated_attendees_save_all_five_talks_of_the_shipped_schedule(qcon: Schedule) -> None:
    assert Counter(map(len, generate_agendas(qcon, AttendeeModel(100))))[5] > 80
