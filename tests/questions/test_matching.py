"""Answers that need a search: several topics, repeated sessions, the order of time, what is offered as closest."""

import pytest

from bot.questions.answer import answer
from bot.questions.models import Answer, Matches, NothingFound
from bot.questions.parse import parse
from bot.questions.results import offered, results
from bot.search.index import build
from tests.schedules import a_schedule, a_speaker, a_talk, london

SCHEDULE = a_schedule(
    a_talk("Rust for Gardeners", "09:00", id="rust", minutes=30),
    a_talk("Zig for Gardeners", "13:00", id="zig"),
    a_talk("Leaves or Bags", "14:00", id="leaves"),
    a_talk("Yoga", "08:00", id="yoga-early", minutes=30),
    a_talk("Yoga", "16:00", id="yoga", minutes=30),
    a_talk("Yoga", london("08:00", "2019-03-06"), id="yoga-wednesday", minutes=30),
    a_talk("Pruning roses", "15:00", id="roses", speakers=(a_speaker("Mary Anderson"),)),
)
INDEX = build(SCHEDULE)


def _ask(text: str) -> Answer:
    return answer(parse(text), SCHEDULE, INDEX, london("10:00")).answer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("talks on api", False),
        ("who speaks about api", False),
        ("api", False),
        ("who is api?", True),
        ("who's api", True),
        ("wer ist api", True),
        ("/qcon speaker api", True),
        ("when is mzk on", True),
    ],
)
def test_initials_stand_for_a_speaker_only_if_the_question_asks_for_a_person(text: str, *, found: bool) -> None:
    ivanov, kay = a_speaker("Alan Peter Ivanov"), a_speaker("Mary Z. Kay")
    schedule = a_schedule(*SCHEDULE.talks, a_talk("Mulch", "11:00", id="mulch", speakers=(ivanov, kay)))
    told = answer(parse(text.removeprefix("/qcon ")), schedule, build(schedule), london("10:00")).answer
    assert ("mulch" in results(told)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("when is no meetings after lunch", True),  # what stands before the colon
        ("no meetings after lunch", True),
        ("who gives no meetngs after lunch", True),
        ("similar to no meetings after lunch", False),
    ],
)
def test_a_title_may_be_typed_without_its_subtitle_though_its_words_mean_something_else(
    text: str, *, found: bool
) -> None:
    schedule = a_schedule(*SCHEDULE.talks, a_talk("No meetings after lunch: how we got there", "11:00", id="meetings"))
    told = answer(parse(text), schedule, build(schedule), london("10:00")).answer
    assert (isinstance(told, Matches) and results(told) == ["meetings"]) is found


def test_talks_are_counted_for_each_topic_of_a_question() -> None:
    told = _ask("rust or zig")
    assert isinstance(told, Matches)
    assert told.parts == (("rust", 1), ("zig", 1))
    assert set(results(told)) == {"rust", "zig"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("bread and rye talks", (("bread", 2), ("rye", 2))),  # although the abstract of one has both
        ("rye and kubernetes", (("rye", 2), ("kubernetes", 0))),
        ("sourdough and patience", ()),  # one title has both
    ],
)
def test_two_topics_are_searched_separately_unless_one_title_has_both(text: str, parts: tuple[object, ...]) -> None:
    schedule = a_schedule(
        a_talk("Bread at home", "11:00", abstract="Of wheat and rye."),
        a_talk("The rye harvest", "12:00"),
        a_talk("Sourdough takes patience", "13:00"),
        a_talk("Bread for the world", "14:00"),
    )
    told = answer(parse(text), schedule, build(schedule), london("10:00")).answer
    assert isinstance(told, Matches)
    assert told.parts == parts


@pytest.mark.parametrize(
    "text", ["is there a talk about kubernetes, my roses need it", "any kubernetes? pruning is over"]
)
def test_a_remark_beside_a_question_is_not_searched_for_by_itself(text: str) -> None:
    assert isinstance(_ask(text), NothingFound)


def test_no_topic_is_dropped_silently() -> None:
    told = _ask("zig / kubernetes")
    assert isinstance(told, Matches)
    assert told.parts == (("zig", 1), ("kubernetes", 0))


@pytest.mark.parametrize(
    "text", ["what room is all we hate abt roses", "all we hate abt roses when", "all we hate abt roses"]
)
def test_a_title_may_be_typed_in_shorthand_though_its_words_mean_something_else(text: str) -> None:
    schedule = a_schedule(*SCHEDULE.talks, a_talk("All we hate about roses", "11:00", id="hate"))
    told = answer(parse(text), schedule, build(schedule), london("10:00")).answer
    assert results(told)[:1] == ["hate"]


def test_a_title_with_or_in_it_is_one_topic() -> None:
    assert results(_ask("leaves or bags")) == ["leaves"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [("yoga?", ["yoga"]), ("next yoga pls", ["yoga"]), ("when is yoga", ["yoga", "yoga-wednesday", "yoga-early"])],
)
def test_a_repeated_session_is_given_with_its_next_time_or_all_upcoming_ones(text: str, ids: list[str]) -> None:
    assert results(_ask(text)) == ids


def test_a_matching_talk_at_another_time_is_offered() -> None:
    told = _ask("pruning roses tomorrow")
    assert isinstance(told, NothingFound)
    assert offered(told) == ["roses"]


@pytest.mark.parametrize(
    "text", ["pls can some1 tell me when pruning roses is on, thx", "roses, when n where??", "hey, whens mary on"]
)
def test_small_talk_around_a_question_is_ignored(text: str) -> None:
    assert results(_ask(text)) == ["roses"]


BAKING = a_schedule(
    a_talk("Rye bread", "11:00", id="rye"),
    a_talk("Introduction to sourdough", "12:00", id="intro"),
    a_talk("Sourdough in space", "13:00", id="space"),
    a_talk("Sourdough for the trade", "14:00", id="trade", speakers=(a_speaker("Olga Stein"),)),
    a_talk("Ovens", "15:00", id="ovens", abstract="Of stone, also for sourdough.", speakers=(a_speaker("Olga Stein"),)),
    a_talk("Flour", "16:00", id="flour", abstract="For cakes and for sourdough."),
)


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("first talk about sourdough", ["intro"]),
        ("last sourdough talk today", ["flour"]),
        ("when is the last talk by olga stein over", ["ovens"]),
        ("wann ist der erste vortrag von olga stein", ["trade"]),
        ("sourdough intro", ["intro"]),
        ("introduction to sourdough please", ["intro"]),
        ("rye intro", ["rye"]),  # no talk on rye has a level
        ("sourdough", ["intro", "space", "trade"]),  # many titles name it: others only mention it
        ("sourdough but not for the trade", ["intro", "space"]),
        ("sourdough today", ["intro", "space", "trade", "ovens", "flour"]),
    ],
)
def test_first_last_intro_and_exclusions_narrow_the_talks_found(text: str, talks: list[str]) -> None:
    told = answer(parse(text), BAKING, build(BAKING), london("10:00")).answer
    assert results(told) == talks


@pytest.mark.parametrize("text", ["tor", "talks on tor", "is there anything about tor"])
def test_a_topic_in_a_title_comes_before_a_person_of_that_first_name(text: str) -> None:
    onions = a_talk("Onion routing with Tor", "10:00", id="onions", speakers=(a_speaker("Jane Doe"),))
    schedule = a_schedule(onions, a_talk("Compost", "11:00", id="compost", speakers=(a_speaker("Tor Petersen"),)))
    told = answer(parse(text), schedule, build(schedule), london("09:00")).answer
    assert results(told) == ["onions"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("anyone from Okedoki here, I want a sticker", True),
        ("any people from okedoki today", True),
        ("ist jemand von Okedoki da", True),
        ("what is on about okedoki", False),
    ],
)
def test_only_a_question_for_people_from_somewhere_is_answered_from_biographies(text: str, *, found: bool) -> None:
    speaker = a_speaker("Mary Kay", bio="Mary was a gardener at Okedoki for ten years.")
    schedule = a_schedule(*SCHEDULE.talks, a_talk("Mulch", "11:00", id="mulch", speakers=(speaker,)))
    told = answer(parse(text), schedule, build(schedule), london("10:00")).answer
    assert ("mulch" in results(told)) is found
