"""Suggestions, by examples and by properties that hold for any schedule."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.planning.day_plan import NO_WALKS, Interest, fits
from bot.planning.interests import (
    MOST_SUGGESTIONS,
    InterestFinder,
    Profile,
    frequent_topics,
    missed_talks,
    suggestions_of,
)
from bot.schedule.models import Schedule
from bot.search.index import build
from tests.schedules import a_schedule, a_talk, a_track, london

NOW = london("09:00")


@given(st.lists(st.tuples(st.integers(-6, 60), st.integers(1, 9), st.integers(0, 5)), max_size=12))
def test_at_most_three_upcoming_talks_that_fit_together_are_suggested(rows: list[tuple[int, int, int]]) -> None:
    talks = [
        a_talk(f"Talk {number}", NOW + timedelta(minutes=10 * start), minutes=10 * length)
        for number, (start, length, _) in enumerate(rows)
    ]
    interests = {talk.id: Interest(worth, "because") for talk, (*_, worth) in zip(talks, rows, strict=True) if worth}

    found = [suggestion.talk for suggestion in suggestions_of(talks, interests, NOW, NO_WALKS)]

    assert len(found) <= MOST_SUGGESTIONS
    assert all(talk.id in interests and talk.start > NOW for talk in found)
    assert all(fits(talk, other) for talk, other in combinations(found, 2))
    assert found == sorted(found, key=lambda talk: talk.start)
    assert bool(found) == any(talk.id in interests and talk.start > NOW for talk in talks)


def test_a_fair_talk_of_the_next_hours_comes_before_a_better_one_of_the_evening() -> None:
    soon, late = a_talk("Soon", "10:00"), a_talk("Late", "18:00")
    interests = {"soon": Interest(1, "a"), "late": Interest(9, "b")}

    (suggestion,) = suggestions_of([soon, late], interests, NOW, NO_WALKS, limit=1)

    assert suggestion.talk == soon


def test_suggestions_vary_in_topic_if_they_match_almost_as_well() -> None:
    talks = [a_talk("One", "10:00"), a_talk("Two", "11:00"), a_talk("Three", "12:00")]
    interests = {"one": Interest(1000, "in Rust"), "two": Interest(990, "in Rust"), "three": Interest(600, "in Go")}

    found = suggestions_of(talks, interests, NOW, NO_WALKS, limit=2)

    assert [row.talk.id for row in found] == ["one", "three"]


def test_the_reason_names_the_topic_the_track_or_the_saved_talk() -> None:
    rust = a_talk("Rust in the kernel", "10:00", track=a_track("Languages"))
    known = a_talk("Borrow checkers of Rust", "11:00", abstract="Rust and its borrow checker, in the kernel.")
    schedule = a_schedule(rust, known, a_talk("Cooking", "12:00"))
    index = build(schedule)

    by_topic = InterestFinder(index, [rust]).of(["rust"], {})
    by_track = InterestFinder(index, [rust]).of(["languages"], {})
    by_saved = InterestFinder(index, [rust]).of([], {known.id: "because you saved “Borrow checkers of Rust”"})

    assert by_topic[rust.id].reason == "matches rust"
    assert by_track[rust.id].reason == "in Languages"
    assert by_saved[rust.id].reason == "because you saved “Borrow checkers of Rust”"


def test_recordings_are_of_past_talks_neither_saved_nor_liked_nor_dismissed() -> None:
    talks = [
        replace(a_talk(name, "10:00"), recording="https://example.org") for name in ("Fits", "Saved", "Liked", "No")
    ]
    late = replace(a_talk("Late", "20:00"), recording="https://example.org")
    interests = {talk.id: Interest(1, "matches x") for talk in (*talks, late)}
    profile = Profile(saved=frozenset({"saved"}), liked=frozenset({"liked"}), dismissed=frozenset({"no"}))

    found = missed_talks([*talks, late], interests, profile, london("18:00"))

    assert [row.talk.title for row in found] == ["Fits"]


def test_saved_talks_count_as_interests_only_with_the_persons_consent() -> None:
    known = a_talk("Borrow checkers of Rust", abstract="Rust and its borrow checker.")
    other = a_talk("More of borrow checkers", "14:00", abstract="The borrow checker of Rust again.")
    schedule = a_schedule(known, other, a_talk("Cooking", "12:00"))
    finder = InterestFinder(build(schedule), [other])

    assert finder.of_person(Profile(saved=frozenset({known.id})), schedule) == {}
    assert other.id in finder.of_person(Profile(by_saved=True, saved=frozenset({known.id})), schedule)


def test_frequent_topics_are_subjects_and_not_common_words_of_titles(fosdem: Schedule) -> None:
    topics = [topic.casefold() for topic in frequent_topics(build(fosdem))]

    assert {"kubernetes", "risc-v", "python", "postgresql", "mysql"} <= set(topics)
    assert not {"introducing", "using", "building", "the", "talk", "lightning", "how"} & set(topics)
    assert len(topics) == len(set(topics))


def test_a_schedule_of_few_talks_may_have_no_frequent_topics() -> None:
    assert frequent_topics(build(a_schedule(a_talk()))) == ()
