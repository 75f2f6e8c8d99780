"""An answer as plain values for `qcon-bot ask`, and as it is counted: by its kind, never by its words."""

from typing import Any, NamedTuple

from bot.questions.models import (
    AboutPerson,
    AboutRoom,
    AboutTrack,
    Answer,
    Ask,
    Bounds,
    Help,
    Listing,
    Matches,
    NothingFound,
    NotInSchedule,
    OnNext,
    OnNow,
    Pauses,
    Practical,
    SmallTalk,
    Unclear,
)
from bot.questions.question import Question
from bot.schedule.models import Talk

PRACTICAL = "practical"  # wifi, lunch, toilets
KINDS = (*map(str, Ask), PRACTICAL)


class Counted(NamedTuple):
    kind: str  # one of KINDS
    answered: bool


def counted(question: Question, answer: Answer) -> Counted | None:
    """How this question is counted; nothing for what asked for no fact: a greeting, the help."""
    match answer:
        case Help() | SmallTalk():
            return None
        case Practical(_, told):
            return Counted(PRACTICAL, bool(told))
        case Pauses():
            return Counted(PRACTICAL, answered=True)
        case _:
            return Counted(str(question.ask), not isinstance(answer, NothingFound | NotInSchedule | Unclear))


def results(answer: Answer) -> list[str]:
    """The ids of the talks or tracks that answer, best first; a break is none, unless it was asked for by its own name."""
    found: list[str] = []
    match answer:
        case OnNow(talks, then):
            found = _ids(talks) or [talk.id for talk in talks] or _ids(then)
        case Matches(_, talks, _, tracks) | AboutPerson(_, _, talks, tracks):
            found = _ids(talks) + [track.id for track in tracks]
        case OnNext(talks) | Listing(talks) | Bounds(_, talks) | AboutRoom(_, talks):
            found = _ids(talks)
        case Pauses(_, pause) if pause.talk and (answer.named or not pause.talk.is_break):
            found = [pause.talk.id]
        case AboutTrack(ask, track, talks, hosted):
            itself = hosted or (ask is not Ask.LIST and bool(track.host or track.description))
            found = [track.id, *_ids(talks)] if itself else [*_ids(talks), track.id]
    return found


def offered(answer: Answer) -> list[str]:
    """The ids of the talks that are only named as the closest."""
    return [talk.id for talk in answer.closest] if isinstance(answer, NothingFound) else []


def kind(answer: Answer) -> str:
    """One of who when where what list how_long smalltalk none."""
    if isinstance(answer, SmallTalk | Practical) or (isinstance(answer, Pauses) and not results(answer)):
        return "smalltalk"
    if not results(answer):
        return "none"
    ask = getattr(answer, "ask", None)
    return str(ask) if ask else "list"


def as_json(answer: Answer, text: str) -> dict[str, Any]:
    """The line of one answer, without its id."""
    found = results(answer)
    return {"results": found, "answered": bool(found), "kind": kind(answer), "offered": offered(answer), "text": text}


def _ids(talks: tuple[Talk, ...]) -> list[str]:
    return [talk.id for talk in talks if not talk.is_break]
