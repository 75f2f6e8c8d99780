"""Every labelled question, over every schedule there is: what an attendee would see go right or wrong."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.questions.answer import answer
from bot.questions.batch import results
from bot.questions.grammar import parse
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.search.index import build
from tests.search.labelled import Labelled, read, score, total

INVENTED = Path(__file__).parent / "schedules"
OPENING = {
    "qcon": "2019-03-05T09:00",
    "fosdem": "2020-02-01T08:00",
    "cardio": "2024-09-12T08:30",
    "pixel": "2025-05-23T09:30",
}
PREFIX = {"fosdem": "f20-"}
EASY = ("exact", "abstract", "speaker", "partial", "accent", "affiliation", "typo", "roomtime", "multi", "adversarial")


@pytest.fixture(params=OPENING)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def schedule(name: str, request: pytest.FixtureRequest) -> Schedule:
    if name in ("qcon", "fosdem"):
        found: Schedule = request.getfixturevalue(name)
        return found
    file = INVENTED / f"{name}.yaml"
    return load(file.read_bytes(), file.name)


def _wrong(name: str, schedule: Schedule, questions: Sequence[Labelled]) -> tuple[float, float, list[str]]:
    """The share of plain questions that are right, that of refusals that are, and what is wrong."""
    index = build(schedule)
    opening = datetime.fromisoformat(OPENING[name]).replace(tzinfo=schedule.conference.timezone)
    scores, wrong = score(questions, lambda text: results(answer(parse(text), schedule, index, opening).answer))
    return total(scores, *EASY).share, total(scores, "negative").share, wrong


def test_plain_questions_are_answered_right(name: str, schedule: Schedule) -> None:
    plain, refused, wrong = _wrong(name, schedule, read(name, schedule, PREFIX.get(name, "")))
    assert plain >= 0.95, "\n".join(wrong)
    assert refused >= 0.9, "\n".join(wrong)


def test_what_no_schedule_answers_is_refused(name: str, schedule: Schedule) -> None:
    _, refused, wrong = _wrong(name, schedule, read("anywhere", schedule))
    assert refused >= 0.93, "\n".join(wrong)
