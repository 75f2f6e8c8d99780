"""Facts about one session in the first lines of an answer: all its people, and its level."""

import pytest

from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.messages import answer_message
from bot.questions.answer import answer
from bot.questions.models import Reader
from bot.questions.parse import parse
from bot.schedule.models import Talk
from bot.search.index import build
from tests.schedules import a_schedule, a_speaker, a_talk, london

PEOPLE = tuple(a_speaker(f"Person {letter}") for letter in "ABCDEFGHIJKLMN")


def lines_of(question: str, talk: Talk, clock: str = "10:20") -> list[str]:
    schedule, now = a_schedule(talk, a_talk("Compilers", "15:00")), london(clock)
    given = answer(parse(question), schedule, build(schedule), now).answer
    return answer_message(given, RenderContext(schedule, now, Reader())).text.replace("*", "").splitlines()


@pytest.mark.parametrize(
    ("question", "clock"),
    [("who is on the kernel panel", "10:20"), ("who is speaking now", "10:40"), ("who is next", "10:20")],
)
@pytest.mark.parametrize(("number", "last"), [(7, "Person G"), (12, "Person L"), (14, "and 2 more")])
def test_everybody_is_named_or_counted(question: str, clock: str, number: int, last: str) -> None:
    lines = lines_of(question, a_talk("The kernel panel", speakers=PEOPLE[:number]), clock)
    assert lines[0] == "Person A"
    assert last in lines


@pytest.mark.parametrize(
    "question",
    ["what level is the kernel talk", "how hard is the kernel talk", "is the kernel talk for beginners",
     "welches Niveau hat der Kernel-Vortrag", "wie schwierig ist der Kernel-Vortrag"],
)  # fmt: skip
def test_the_level_is_told_as_the_schedule_says_it(question: str) -> None:
    assert lines_of(question, a_talk("Inside the kernel", level="Advanced"))[0] == "Level: Advanced"
