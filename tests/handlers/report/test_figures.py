from dataclasses import replace

import pytest

from bot.handlers.feedback.repository import Votes
from bot.handlers.report.figures import ConferenceReport, PunctualityStats, TalkStats, liked_lower_bound, publishable
from tests.schedules import a_conference, a_talk, london


@pytest.mark.parametrize(("number", "expected"), [(0, 0), (1, None), (4, None), (5, 5), (1_204, 1_204)])
def test_counts_of_one_to_four_people_are_not_published(number: int, expected: int | None) -> None:
    assert publishable(number) == expected


def report(*talks: TalkStats) -> ConferenceReport:
    return ConferenceReport(a_conference(), london("18:00"), talks)


def test_the_most_saved_talks_come_first_and_talks_saved_by_few_are_left_out() -> None:
    talks = [
        TalkStats("a", None, saved=5),
        TalkStats("b", None, saved=None),
        TalkStats("c", None, saved=9),
        TalkStats("d", None),
    ]
    assert [one.id for one in report(*talks).most_saved] == ["c", "a"]


def test_a_talk_liked_by_96_of_100_ranks_above_one_liked_by_all_of_five() -> None:
    few, many, split = Votes(5, 0, 0), Votes(96, 3, 1), Votes(50, 0, 50)
    rated = [
        TalkStats(name, None, votes=it.total, rating=it)
        for name, it in (("few", few), ("split", split), ("many", many))
    ]
    assert [one.id for one in report(*rated).best_rated] == ["many", "few", "split"]
    assert liked_lower_bound(many) == pytest.approx(0.9016, abs=1e-4)


def test_talks_with_few_votes_are_counted_and_not_ranked() -> None:
    found = report(
        TalkStats("a", None, votes=None), TalkStats("b", None), TalkStats("c", None, votes=5, rating=Votes(5, 0, 0))
    )
    assert found.rated_by_few == 1
    assert [one.id for one in found.best_rated] == ["c"]


def test_channel_posts_are_on_time_within_half_a_minute_and_personal_ones_before_the_start() -> None:
    counts = (10, 5, 4, 3, 2)
    assert PunctualityStats(to_people=False, within=counts, before_start=24).on_time == 15
    assert PunctualityStats(to_people=True, within=counts, before_start=23).on_time == 23


def test_the_title_says_if_a_talk_was_cancelled_or_left_the_schedule() -> None:
    assert TalkStats("flows", None).title == "flows (no longer in the schedule)"
    assert TalkStats("flows", a_talk()).title == "Complex Event Flows"
    assert TalkStats("flows", replace(a_talk(), cancelled=True)).title == "Complex Event Flows (cancelled)"
