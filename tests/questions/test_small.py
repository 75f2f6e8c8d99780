"""What is no question about a session, told from what only looks like it."""

import pytest

from bot.questions.answers import Practical, SmallTalk
from tests.questions.asked import ask


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


@pytest.mark.parametrize("text", ["talk about coffee machines", "who talks about video"])
def test_a_topic_is_searched_for_even_if_it_is_practical(text: str) -> None:
    assert not isinstance(ask(text), Practical)
