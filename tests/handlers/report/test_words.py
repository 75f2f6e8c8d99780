import pytest

from bot.delivery import models
from bot.handlers.report.figures import (
    MESSAGE_KIND_NAMES,
    QUESTION_KIND_NAMES,
    Count,
    QuestionStats,
    count_text,
    percent_text,
)
from bot.questions.results import KINDS


def test_every_kind_of_question_has_a_name() -> None:
    assert set(QUESTION_KIND_NAMES) == set(KINDS)


def test_every_kind_of_message_has_a_name() -> None:
    assert set(MESSAGE_KIND_NAMES) == set(models.KINDS)


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (1204, "1,204"), (None, "fewer than 5")])
def test_counts_are_written_with_thousands_separators_or_as_fewer_than_five(count: Count, said: str) -> None:
    assert count_text(count) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 2, "50%"),
        (0, 9, "0%"),
        (9, 9, "100%"),
        (999, 1000, "99.9%"),
        (99_999, 100_000, "99.9%"),
        (1, 900, "<1%"),
        (None, 9, ""),
        (0, 0, ""),
    ],
)
def test_only_an_exact_share_is_rounded_to_0_or_100_percent(part: Count, whole: Count, said: str) -> None:
    assert percent_text(part, whole) == said


@pytest.mark.parametrize(
    ("asked", "both"),
    [
        (QuestionStats(5, 6), 11),
        (QuestionStats(5, None), 5),
        (QuestionStats(None, None), None),
        (QuestionStats(0, None), None),
        (QuestionStats(), 0),
    ],
)
def test_a_total_leaves_out_counts_below_five(asked: QuestionStats, both: Count) -> None:
    assert asked.total == both
