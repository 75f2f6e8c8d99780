"""The planner, by examples and by properties that hold for any schedule."""

from datetime import timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.planning.day_plan import Interest, Meal, fits, plan_day
from bot.schedule.models import Talk
from tests.schedules import a_room, a_talk, london

ROOMS = (None, a_room("Fleming", "3rd floor"), a_room("Whittle", "3rd floor"), a_room("Rutherford", "Ground floor"))

LUNCH = Meal(london("12:00"), london("13:00"), timedelta(minutes=45))


@st.composite
def _talks(draw: st.DrawFn) -> list[Talk]:
    """Up to eight talks of one day; of more, trying all sets takes too long."""
    rows = draw(st.lists(st.tuples(st.integers(0, 48), st.integers(1, 9), st.sampled_from(ROOMS)), max_size=8))
    return [
        a_talk(f"Talk {number}", london("09:00") + timedelta(minutes=10 * start), minutes=10 * length, room=room)
        for number, (start, length, room) in enumerate(rows)
    ]


def _interests(talks: list[Talk], worths: list[int]) -> dict[str, Interest]:
    return {talk.id: Interest(worth, "because") for talk, worth in zip(talks, worths, strict=False) if worth}


@given(_talks(), st.lists(st.integers(0, 5), min_size=8, max_size=8))
def test_a_plan_is_worth_as_much_as_the_best_set_of_talks_that_fit_together(
    talks: list[Talk], worths: list[int]
) -> None:
    interests = _interests(talks, worths)
    best = max(
        sum(interests[talk.id].worth for talk in chosen)
        for size in range(len(talks) + 1)
        for chosen in combinations([talk for talk in talks if talk.id in interests], size)
        if all(fits(talk, other) for talk, other in combinations(chosen, 2))
    ) if interests else 0  # fmt: skip

    plan = plan_day(talks, interests)

    assert sum(interests[row.talk.id].worth for row in plan.talks) == best


@given(_talks(), st.lists(st.integers(0, 5), min_size=8, max_size=8), st.sets(st.integers(0, 7), max_size=3))
def test_saved_talks_stay_and_nothing_clashes_with_them_or_the_meal(
    talks: list[Talk], worths: list[int], saved_numbers: set[int]
) -> None:
    saved = [talk for number, talk in enumerate(talks) if number in saved_numbers]
    others = [talk for talk in talks if talk not in saved]

    plan = plan_day(others, _interests(talks, worths), saved, LUNCH)

    assert [row.talk for row in plan.talks if row.is_saved] == sorted(saved, key=lambda t: (t.start, t.end, t.id))
    planned = [row.talk for row in plan.talks if not row.is_saved]
    assert all(fits(talk, other) for talk in planned for other in [*planned, *saved] if talk.id != other.id)
    if plan.lunch:
        assert all(row.talk.end <= plan.lunch[0] or row.talk.start >= plan.lunch[1] for row in plan.talks)
    for row in plan.talks:
        if row.second:
            kept = [other.talk for other in plan.talks if other.talk != row.talk]
            assert all(fits(row.second, talk) for talk in kept)
            assert row.second not in kept


@given(_talks(), st.lists(st.integers(0, 5), min_size=8, max_size=8), st.data())
def test_a_planned_talk_can_be_swapped_for_its_second_choice_or_left_out(
    talks: list[Talk], worths: list[int], data: st.DataObject
) -> None:
    interests = _interests(talks, worths)
    plan = plan_day(talks, interests, meal=LUNCH)
    ids = {row.talk.id for row in plan.talks}
    for row in plan.talks:
        left = plan_day(talks, interests, meal=LUNCH, chosen=ids - {row.talk.id})
        assert {other.talk.id for other in left.talks} == ids - {row.talk.id}
        if row.second:
            swapped = plan_day(talks, interests, meal=LUNCH, chosen=ids - {row.talk.id} | {row.second.id})
            found = [other.talk for other in swapped.talks]
            assert row.second in found
            assert row.talk not in found
            assert all(fits(talk, other) for talk, other in combinations(found, 2))


@given(
    _talks(), st.lists(st.integers(0, 5), min_size=8, max_size=8), st.lists(st.integers(0, 30), min_size=3, max_size=3)
)
def test_a_plan_leaves_time_for_the_walks_in_the_schedule(
    talks: list[Talk], worths: list[int], minutes: list[int]
) -> None:
    pairs = combinations([room.id for room in ROOMS if room], 2)
    walks = {frozenset(pair): timedelta(minutes=length) for pair, length in zip(pairs, minutes, strict=True)}

    planned = [row.talk for row in plan_day(talks, _interests(talks, worths), walks=walks).talks]

    assert all(fits(talk, following, walks) for talk, following in pairwise(planned))


@given(_talks(), st.lists(st.integers(0, 5), min_size=8, max_size=8))
def test_a_plan_is_never_worth_less_than_a_greedy_one(talks: list[Talk], worths: list[int]) -> None:
    interests = _interests(talks, worths)
    greedy: list[Talk] = []
    for talk in sorted((talk for talk in talks if talk.id in interests), key=lambda talk: -interests[talk.id].worth):
        if all(fits(talk, other) for other in greedy):
            greedy.append(talk)

    planned = [row.talk for row in plan_day(talks, interests).talks]
    assert sum(interests[talk.id].worth for talk in planned) >= sum(interests[talk.id].worth for talk in greedy)


def test_two_good_talks_beat_one_better_talk_that_takes_the_time_of_both() -> None:
    short = [a_talk("First", "10:00", minutes=30), a_talk("Then", "10:30", minutes=30)]
    long = a_talk("Long", "10:00", minutes=60)
    interests = {"first": Interest(2, "a"), "then": Interest(2, "a"), "long": Interest(3, "a")}

    assert [row.talk for row in plan_day([*short, long], interests).talks] == short


@pytest.mark.parametrize(("floor", "planned"), [("3rd floor", 2), ("Ground floor", 1), ("", 1)])
def test_a_walk_to_another_floor_takes_five_minutes(floor: str, planned: int) -> None:
    here = a_talk("Here", "10:00", minutes=30, room=a_room("Fleming", "3rd floor"))
    there = a_talk("There", "10:30", minutes=30, room=a_room("Whittle", floor))
    interests = {"here": Interest(2, "a"), "there": Interest(2, "a")}

    assert len(plan_day([here, there], interests).talks) == planned


def test_the_second_choice_is_the_next_best_talk_at_the_same_time() -> None:
    talks = [a_talk("Best", "10:00"), a_talk("Good", "10:00"), a_talk("Fair", "10:00")]
    interests = {"best": Interest(3, "a"), "good": Interest(2, "a"), "fair": Interest(1, "a")}

    (row,) = plan_day(talks, interests).talks

    assert (row.talk.id, row.second and row.second.id) == ("best", "good")


def test_lunch_is_planned_when_it_costs_the_fewest_interesting_talks() -> None:
    noon = a_talk("Noon", "12:00", minutes=45)

    plan = plan_day([noon], {"noon": Interest(1, "a")}, meal=LUNCH)

    assert [row.talk for row in plan.talks] == [noon]
    assert plan.lunch == (london("12:45"), london("13:30"))
