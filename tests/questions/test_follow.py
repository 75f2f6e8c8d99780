"""Which talk a follow-up means."""

import pytest

from bot.questions.conversation import Conversation
from bot.questions.cues import OTHER
from bot.questions.follow import _meant

TWO = Conversation(talks=("a", "b"), focus="b")


@pytest.mark.parametrize(
    ("kept", "nth", "meant"),
    [
        (TWO, 0, "b"),
        (TWO, 1, "a"),
        (TWO, -1, "b"),
        (TWO, OTHER, "a"),
        (TWO, 3, ""),
        (Conversation(talks=("a", "b", "c"), focus="b"), OTHER, ""),
        (Conversation(focus="b"), 2, "b"),
        (Conversation(), 0, ""),
    ],
)
def test_that_one_the_second_and_the_other_one(kept: Conversation, nth: int, meant: str) -> None:
    assert _meant(kept, nth) == meant
