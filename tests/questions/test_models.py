import pytest

from bot.questions.answer import answer
from bot.questions.models import Counted, counted
from bot.questions.parse import parse
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
        ("who talks about event flows?", Counted("who", answered=True)),
        ("when is Ruecker on?", Counted("when", answered=True)),
        ("where is complex event flows?", Counted("where", answered=True)),
        ("next", Counted("list", answered=True)),
        ("anything on blockchain?", Counted("list", answered=False)),
        ("who talks about blockchain?", Counted("who", answered=False)),
        ("day 9", Counted("list", answered=False)),
        ("is there wifi?", Counted("practical", answered=True)),
        ("when is lunch?", Counted("practical", answered=True)),
        ("where are the toilets?", Counted("practical", answered=False)),
        ("hello!", None),
        ("help", None),
    ],
)
def test_a_question_counts_by_its_kind_and_whether_it_was_answered(
    schedule: Schedule, text: str, expected: Counted | None
) -> None:
    question = parse(text)
    given = answer(question, schedule, build(schedule), london("10:20")).answer
    assert counted(question.ask, given) == expected
