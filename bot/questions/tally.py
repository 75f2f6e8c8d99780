"""How a question is counted for organisers: by its kind and whether it was answered, never by its words."""

from typing import NamedTuple

from bot.questions.answers import Answer, Help, Nothing, Outside, Practical, SmallTalk, Unclear
from bot.questions.question import Ask, Question

PRACTICAL = "practical"  # wifi, lunch, toilets

KINDS = (*map(str, Ask), PRACTICAL)


class Counted(NamedTuple):
    kind: str  # one of KINDS
    answered: bool


def counted(question: Question, answer: Answer) -> Counted | None:
    """As what this question counts; nothing for what asked for no fact: a greeting, the help."""
    match answer:
        case Help() | SmallTalk():
            return None
        case Practical(_, told, pause):
            return Counted(PRACTICAL, bool(told or pause))
        case _:
            return Counted(str(question.ask), not isinstance(answer, Nothing | Outside | Unclear))
