"""An answer as plain values: what `qcon-bot ask --json` and `--batch` write."""

from typing import Any

from bot.questions.answers import About, Answer, Listing, Matches, OfTrack, OnNext, OnNow, Practical, SmallTalk
from bot.questions.question import Ask


def results(answer: Answer) -> list[str]:
    """The ids of the talks or tracks that answer, best first; a break is none."""
    match answer:
        case OnNow(talks, then):
            found = talks or then
        case Matches(_, talks, _, tracks):
            return _ids(talks) + [track.id for track in tracks]
        case OnNext(talks) | Listing(talks):
            found = talks
        case About(_, _, talks, hosted):
            return _ids(talks) + [track.id for track in hosted]
        case OfTrack(ask, track, talks, hosted):
            itself = hosted or (ask is not Ask.LIST and bool(track.host or track.description))
            return [track.id, *_ids(talks)] if itself else [*_ids(talks), track.id]
        case _:
            return []
    return _ids(found)


def kind(answer: Answer) -> str:
    """One of who when where what list how_long smalltalk none."""
    if isinstance(answer, SmallTalk | Practical):
        return "smalltalk"
    if not results(answer):
        return "none"
    ask = getattr(answer, "ask", None)
    return str(ask) if ask else "list"


def as_json(answer: Answer, text: str) -> dict[str, Any]:
    """The line of one answer, without its id."""
    found = results(answer)
    return {"results": found, "answered": bool(found), "kind": kind(answer), "text": text}


def _ids(talks: Any) -> list[str]:
    return [talk.id for talk in talks if not talk.is_break]
