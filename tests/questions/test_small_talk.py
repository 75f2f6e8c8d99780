"""Small talk, as opposed to questions that only look like it."""

import pytest

from bot.questions.answer import answer
from bot.questions.models import Matches, Pauses, Practical, SmallTalk
from bot.questions.parse import parse
from bot.search.index import build
from tests.questions.asked import MORNING, ask
from tests.schedules import a_schedule, a_talk


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "london is beautiful",
        "best conference ever",
        "who are you rooting for",
        "can you dance",
        "i am bored",
    ],
)
def test_small_talk_is_answered_with_a_friendly_word(text: str) -> None:
    assert isinstance(ask(text), SmallTalk)


@pytest.mark.parametrize(
    "text", ["happy path testing", "can you explain terraform", "do you know terraform", "terraform is great?"]
)
def test_what_names_something_is_none(text: str) -> None:
    assert not isinstance(ask(text), SmallTalk) or text.endswith("?")


@pytest.mark.parametrize("text", ["where can I park", "wifi password", "is lunch included"])
def test_what_no_session_is_about_gets_a_pointer(text: str) -> None:
    assert isinstance(ask(text), Practical)


@pytest.mark.parametrize("text", ["talk about coffee machines", "who talks about video", "who talks about tea?"])
def test_a_topic_is_searched_for_even_if_it_is_practical(text: str) -> None:
    assert not isinstance(ask(text), Practical | Pauses)


def test_practical_words_that_make_up_a_title_belong_to_the_talk() -> None:
    schedule = a_schedule(a_talk("Leaves, not bags", "10:35"))
    index = build(schedule)
    assert isinstance(answer(parse("leaves or bags?"), schedule, index, MORNING).answer, Matches)
    assert isinstance(answer(parse("where can I leave my bags"), schedule, index, MORNING).answer, Practical)
