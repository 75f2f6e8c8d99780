from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.handlers.request_context import TalkSearch
from bot.live_schedule.current import Snapshot
from bot.schedule.models import Schedule
from bot.search.index import build

NOON = datetime(2019, 3, 5, 12, 0, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def talk_search(qcon: Schedule) -> TalkSearch:
    return TalkSearch(Snapshot(qcon, build(qcon), 1), NOON)


def test_options_for_the_same_three_letters_are_searched_once_for_everyone(talk_search: TalkSearch) -> None:
    assert talk_search.options("yev") is talk_search.options("yev")
    assert talk_search.options("yev") != talk_search.options("sar")


def test_before_the_first_letter_the_talks_that_are_still_to_come_are_offered(talk_search: TalkSearch) -> None:
    assert {talk.end > NOON for talk in talk_search.complete("")} == {True}


def test_words_of_one_talk_find_that_talk(talk_search: TalkSearch) -> None:
    [talk] = talk_search.matches("terraform").talks
    assert talk.id == "infrastructure-code"


@pytest.mark.parametrize("words", ["liz and colin", "liz und colin", "fong-jones, breck"])
def test_words_of_two_talks_find_both(talk_search: TalkSearch, words: str) -> None:
    assert [talk.id for talk in talk_search.matches(words).talks] == ["what-lies-between", "production-excellence"]
