"""Suggestions, by examples and by properties that hold for any schedule."""

from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.planning.day_plan import Interest, fits
from bot.planning.interests import interests_of
from bot.planning.suggestions import MOST_SUGGESTIONS, suggestions_of
from bot.planning.topics import frequent_topics
from bot.schedule.models import Schedule
from bot.search.index import build
from tests.schedules import a_schedule, a_talk, a_track, london

NOW = london("09:00")


@given(st.lists(st.tuples(st.integers(-6, 60), st.integers(1, 9), st.integers(0, 5)), max_size=12))
def test_at_most_three_that_are_to_come_and_fit_together_are_suggested(rows: list[tuple[int, int, int]]) -> None:
    talks = [
        a_talk(f"Talk {number}", NOW + timedelta(minutes=10 * start), minutes=10 * length)
        for number, (start, length, _) in enumerate(rows)
    ]
    interests = {talk.id: Interest(worth, "because") for talk, (*_, worth) in zip(talks, rows, strict=True) if worth}

    found = [suggestion.talk for suggestion in suggestions_of(talks, interests, NOW)]

    assert len(found) <= MOST_SUGGESTIONS
    assert all(talk.id in interests and talk.start > NOW for talk in found)
    assert all(fits(talk, other) for talk, other in combinations(found, 2))
    assert found == sorted(found, key=lambda talk: talk.start)
    assert bool(found) == any(talk.id in interests and talk.start > NOW for talk in talks)


def test_a_fair_talk_of_the_next_hours_comes_before_a_better_one_of_the_evening() -> None:
    soon, late = a_talk("Soon", "10:00"), a_talk("Late", "18:00")
    interests = {"soon": Interest(1, "a"), "late": Interest(9, "b")}

    (suggestion,) = suggestions_of([soon, late], interests, NOW, limit=1)

    assert suggestion.talk == soon


def test_suggestions_are_about_different_things_where_that_costs_little() -> None:
    talks = [a_talk("One", "10:00"), a_talk("Two", "11:00"), a_talk("Three", "12:00")]
    interests = {"one": Interest(1000, "in Rust"), "two": Interest(990, "in Rust"), "three": Interest(600, "in Go")}

    found = suggestions_of(talks, interests, NOW, limit=2)

    assert [row.talk.id for row in found] == ["one", "three"]


def test_the_reason_names_the_topic_the_track_or_the_saved_talk() -> None:
    rust = a_talk("Rust in the kernel", "10:00", track=a_track("Languages"))
    known = a_talk("Borrow checkers of Rust", "11:00", abstract="Rust and its borrow checker, in the kernel.")
    schedule = a_schedule(rust, known, a_talk("Cooking", "12:00"))
    index = build(schedule)

    by_topic = interests_of(index, [rust], ["rust"], {})
    by_track = interests_of(index, [rust], ["languages"], {})
    by_saved = interests_of(index, [rust], [], {known.id: "because you saved “Borrow checkers of Rust”"})

    assert by_topic[rust.id].reason == "matches rust"
    assert by_track[rust.id].reason == "in Languages"
    assert by_saved[rust.id].reason == "because you saved “Borrow checkers of Rust”"


def test_topics_are_what_titles_and_abstracts_share_and_not_the_words_of_any_title(fosdem: Schedule) -> None:
    topics = [topic.casefold() for topic in frequent_topics(build(fosdem))]

    assert {"kubernetes", "risc-v", "python", "postgresql", "mysql"} <= set(topics)
    assert not {"introducing", "using", "building", "the", "talk", "lightning", "how"} & set(topics)
    assert len(topics) == len(set(topics))


def test_a_schedule_of_few_talks_may_have_no_frequent_topics() -> None:
    assert frequent_topics(build(a_schedule(a_talk()))) == ()
