from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.handlers.ask.service import AnswerCache, AnswerKey
from bot.live_schedule.current import Snapshot
from bot.questions.models import Conversation, Reader
from bot.schedule.models import Schedule
from bot.search.index import build
from bot.telemetry.metrics import Metrics
from tests.schedules import a_schedule, a_talk, london

NOON = datetime(2019, 3, 5, 12, 0, tzinfo=ZoneInfo("Europe/London"))

SEARCHES = "qcon_search_duration_seconds_count"


@pytest.fixture
def snapshot(qcon: Schedule) -> Snapshot:
    return Snapshot(qcon, build(qcon), 1)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def cache(snapshot: Snapshot, metrics: Metrics) -> AnswerCache:
    return AnswerCache(snapshot, NOON, metrics)


def asked(text: str, reader: Reader | None = None) -> AnswerKey:
    return AnswerKey(text, reader or Reader())


def test_a_mistyped_command_with_words_is_suggested_below_the_answer(cache: AnswerCache) -> None:
    message = cache.answer(asked("sav terraform")).message
    assert "Did you mean “save terraform”?" in message.text
    assert "Brikman" in message.text


@pytest.mark.parametrize("text", ["say terraform", "safe deployments", "have you terraform", "plan b", "microservices"])
def test_a_question_that_begins_like_a_command_is_only_answered(cache: AnswerCache, text: str) -> None:
    assert "Did you mean “save" not in cache.answer(asked(text)).message.text


def _alike(now: datetime) -> tuple[AnswerCache, Schedule]:
    """A talk at 10, another like it at the same time, and one at 15."""
    about = "Saga orchestration and compensation in workflows."
    others = [a_talk(f"Other {number}", "16:00", abstract=f"Something{number}.") for number in range(4)]
    alike = [a_talk("Flows", "10:00", abstract=about), a_talk("Sagas beside", "10:15", abstract=about)]
    schedule = a_schedule(*alike, a_talk("Sagas later", "15:00", abstract=about), a_talk("Walk", "15:10"), *others)
    return AnswerCache(Snapshot(schedule, build(schedule), 1), now, Metrics()), schedule


def test_similar_talks_may_overlap_the_talk_in_question_but_no_other_saved_one() -> None:
    cache, schedule = _alike(london("09:00"))
    flows, walk = (next(talk.id for talk in schedule.talks if talk.title == title) for title in ("Flows", "Walk"))
    like = asked("anything similar to flows")
    assert "Sagas beside" in cache.message(like, frozenset()).text
    for saved in (frozenset({flows}), frozenset({flows, walk})):
        text = cache.message(like, saved).text
        assert text.startswith("Similar to “Flows”:")
        assert "Sagas beside" in text
    assert "Sagas later" not in cache.message(like, frozenset({walk})).text


def test_no_heading_is_shown_when_every_similar_talk_clashes_with_a_saved_one() -> None:
    cache, schedule = _alike(london("11:00"))
    walk = frozenset(talk.id for talk in schedule.talks if talk.title == "Walk")
    like = asked("anything similar to flows")
    assert cache.message(like, frozenset()).text.startswith("Similar to “Flows”:\n")
    assert cache.message(like, walk).text == "Nothing still to come is similar to “Flows”."


def test_a_question_that_many_people_ask_is_searched_once(cache: AnswerCache, metrics: Metrics) -> None:
    answers = [cache.answer(asked("who talks about terraform?")) for _ in range(50)]
    assert "Yevgeniy Brikman" in answers[0].message.text
    assert all(answer is answers[0] for answer in answers)
    assert metrics.registry.get_sample_value(SEARCHES) == 1


def test_a_reader_in_another_time_zone_gets_another_answer(cache: AnswerCache) -> None:
    here = cache.answer(asked("when is terraform"))
    away = cache.answer(asked("when is terraform", Reader(zone=ZoneInfo("America/New_York"))))
    assert here.message.text != away.message.text


def test_a_follow_up_question_is_answered_about_the_talk_mentioned_before(cache: AnswerCache, qcon: Schedule) -> None:
    first, second = (Conversation(talks=(talk.id,), focus=talk.id) for talk in qcon.given[:2])
    answers = [cache.answer(replace(asked("where is that?"), previous=before)) for before in (first, second)]
    assert answers[0].message.text != answers[1].message.text
