import pytest

from bot.questions.answer import answer
from bot.questions.parse import parse
from bot.questions.results import QuestionStatistics, statistics_of
from bot.schedule.models import Info, Schedule
from bot.search.index import build
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    talk = a_talk(speakers=(a_speaker("Bernd Ruecker"),), room=a_room())
    lunch = a_talk("Lunch", "12:40", kind="lunch")
    return a_schedule(talk, lunch, info=[Info(("wifi",), "Ask at the desk.")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who talks about event flows?", QuestionStatistics("who", answered=True)),
        ("when is Ruecker on?", QuestionStatistics("when", answered=True)),
        ("where is complex event flows?", QuestionStatistics("where", answered=True)),
        ("next", QuestionStatistics("list", answered=True)),
        ("anything on blockchain?", QuestionStatistics("list", answered=False)),
        ("who talks about blockchain?", QuestionStatistics("who", answered=False)),
        ("day 9", QuestionStatistics("list", answered=False)),
        ("is there wifi?", QuestionStatistics("practical", answered=True)),
        ("when is lunch?", QuestionStatistics("practical", answered=True)),
        ("where are the toilets?", QuestionStatistics("practical", answered=False)),
        ("hello!", None),
        ("help", None),
    ],
)
def test_a_question_counts_by_its_kind_and_whether_it_was_answered(
    schedule: Schedule, text: str, expected: QuestionStatistics | None
) -> None:
    question = parse(text)
    given = answer(question, schedule, build(schedule), london("10:20")).answer
    assert statistics_of(question.ask, given) == expected
