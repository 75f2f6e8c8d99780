"""The results of an answer: which talks it found, how it is counted, and how `qcon-bot ask` writes it as JSON."""

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
from bot.schedule.models import Talk

PRACTICAL = "practical"  # wifi, lunch, toilets
KINDS = (*map(str, Ask), PRACTICAL)


class QuestionStatistics(NamedTuple):
    """A question as the organisers' figures count it: its kind, never its words."""

    kind: str  # one of KINDS
    answered: bool


def statistics_of(ask: Ask, answer: Answer) -> QuestionStatistics | None:
    """The statistics of a question with this answer; None if it asked for no fact, such as a greeting."""
    match answer:
        case Help() | SmallTalk():
            return None
        case Practical(_, told):
            return QuestionStatistics(PRACTICAL, bool(told))
        case Pauses():
            return QuestionStatistics(PRACTICAL, answered=True)
        case _:
            return QuestionStatistics(str(ask), not isinstance(answer, NothingFound | NotInSchedule | Unclear))


def results(answer: Answer) -> list[str]:
    """The ids of the talks or tracks that answer, best first.

    Breaks are left out, unless nothing else was found.
    """
    found: list[str] = []
    match answer:
        case OnNow(talks, then):
            found = _real_ids(talks) or [talk.id for talk in talks] or _real_ids(then)
        case Matches(_, talks, _, tracks) | AboutPerson(_, _, talks, tracks):
            found = (_real_ids(talks) or [talk.id for talk in talks]) + [track.id for track in tracks]
        case Listing(talks):
            found = [talk.id for talk in talks if talk.is_event]
        case OnNext(talks) | Bounds(_, talks) | AboutRoom(_, talks):
            found = _real_ids(talks)
        case Pauses():
            found = [talk.id for talk in answer.talks]
        case AboutTrack(ask, track, talks, hosted):
            itself = hosted or (ask is not Ask.LIST and bool(track.host or track.description))
            found = [track.id, *_real_ids(talks)] if itself else [*_real_ids(talks), track.id]
    return found


def offered(answer: Answer) -> list[str]:
    """The ids of the talks that are only offered as the closest, where nothing was found."""
    return [talk.id for talk in answer.closest] if isinstance(answer, NothingFound) else []


def kind(answer: Answer) -> str:
    """The kind of an answer: who, when, where, what, list, how_long, smalltalk or none."""
    if isinstance(answer, SmallTalk | Practical) or (isinstance(answer, Pauses) and not results(answer)):
        return "smalltalk"
    if not results(answer):
        return "none"
    ask = getattr(answer, "ask", None)
    return str(ask) if ask else "list"


def as_json(answer: Answer, text: str) -> dict[str, Any]:
    """One answer as `qcon-bot ask` writes it, without the id of its question."""
    found = results(answer)
    return {"results": found, "answered": bool(found), "kind": kind(answer), "offered": offered(answer), "text": text}


def _real_ids(talks: tuple[Talk, ...]) -> list[str]:
    return [talk.id for talk in talks if not talk.is_break]
