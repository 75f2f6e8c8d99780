"""The talk that a follow-up question means."""

import pytest

from bot.questions.followups import talk_referred_to
from bot.questions.models import Conversation
from bot.questions.parse import OTHER

TWO = Conversation(talks=("a", "b"), focus="b")


@pytest.mark.parametrize(
    ("kept", "nth", "talk"),
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
def test_a_follow_up_chooses_the_talk_in_focus_one_by_number_or_the_other(
    kept: Conversation, nth: int, talk: str
) -> None:
    assert talk_referred_to(kept, nth) == talk
