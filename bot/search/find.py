"""Finds the sessions that a question is about, with a confidence that can say "nothing"."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.schedule.model import Talk, Track
from bot.search import fields
from bot.search.index import Index
from bot.search.terms import Asked, Term, understand

THRESHOLD = 0.5  # the one confidence from which an answer is given, for every schedule
CLOSEST = 0.25  # and from which it is offered as "closest, not the same"
DOUBT = 0.5  # added to what is left unexplained, since a few common words may meet anywhere
SCATTERED = 0.8  # what is left of words that stand together nowhere in a session
ALONGSIDE = 0.7  # hits below this share of the best one's confidence are no part of the answer


@dataclass(frozen=True, slots=True)
class Hit:
    """One session, with how much of the question it explains: 0 to 1."""

    session: Talk | Track
    number: int  # in the index
    confidence: float
    rank: float
    fields: int  # where the words of the question stand in it, as in bot.search.fields


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first. Either there are hits, or there is only what comes closest."""

    hits: tuple[Hit, ...] = ()
    closest: tuple[Hit, ...] = ()
    unknown: tuple[str, ...] = ()  # asked words that the schedule does not have in any form
    guessed: tuple[tuple[str, str], ...] = ()  # misspelt word, what it was taken for

    @property
    def confidence(self) -> float:
        best = self.hits or self.closest
        return best[0].confidence if best else 0.0


def search(index: Index, asked: Sequence[Asked], within: Collection[int] | None = None) -> Found:
    """The sessions that explain the asked words, best first; `within` leaves only those numbers in question."""
    terms = understand(index, asked)
    if not any(term.is_known for term in terms):
        return Found(unknown=tuple(term.word for term in terms))
    hits = _hits(index, terms, within)
    sure = [hit for hit in hits if hit.confidence >= THRESHOLD]
    best = max((hit.confidence for hit in sure), default=0.0)
    return Found(
        hits=tuple(hit for hit in sure if hit.confidence >= ALONGSIDE * best),
        closest=() if sure else tuple(hits[:3]),
        unknown=tuple(term.word for term in terms if not term.is_known),
        guessed=tuple((term.word, term.guessed) for term in terms if term.guessed),
    )


def _hits(index: Index, terms: Sequence[Term], within: Collection[int] | None) -> list[Hit]:
    total = sum(term.weight for term in terms)
    standing = _standing(index, terms, CLOSEST * total)
    hits = [
        _hit(index, terms, number, marks, total)
        for number, marks in standing.items()
        if within is None or number in within
    ]
    return sorted((hit for hit in hits if hit.confidence >= CLOSEST), key=lambda hit: -hit.rank)


def _standing(index: Index, terms: Sequence[Term], least: float) -> dict[int, list[tuple[int, float, int]]]:
    """Session -> (term, quality, mark) for every session that can explain at least `least`, rarest terms first."""
    standing: dict[int, list[tuple[int, float, int]]] = {}
    left = sum(term.weight for term in terms)
    for at in sorted(range(len(terms)), key=lambda at: -terms[at].weight):
        places = _places(index, terms[at])
        if left >= least:
            for session, (quality, mark) in places.items():
                standing.setdefault(session, []).append((at, quality, mark))
        else:
            for session in standing.keys() & places.keys():
                standing[session].append((at, *places[session]))
        left -= terms[at].weight
    return standing


def _places(index: Index, term: Term) -> dict[int, tuple[float, int]]:
    """Session -> the surest way one term stands in it, and where."""
    places: dict[int, tuple[float, int]] = dict.fromkeys(term.sessions, (0.0, 0))
    for session, quality in term.sessions.items():
        places[session] = (quality, fields.ABSTRACT)
    for word, quality in term.words.items():
        for session, mark in index.postings(word):
            known = places.get(session)
            if known is None:
                places[session] = (quality * fields.says(mark), mark)
            else:
                places[session] = (max(known[0], quality * fields.says(mark)), known[1] | mark)
    return places


def _hit(index: Index, terms: Sequence[Term], number: int, standing: list[tuple[int, float, int]], total: float) -> Hit:
    explained = sum(terms[at].weight * quality for at, quality, _ in standing)
    if len(standing) > 1 and not _together([mark for _, _, mark in standing]):
        explained *= SCATTERED
    everywhere = 0
    prominence = 0.0
    for at, _, mark in standing:
        everywhere |= mark & fields.FIELDS
        prominence += terms[at].weight * fields.prominence(mark)
    doubt = DOUBT if len(standing) < len(terms) else 0.0
    return Hit(
        session=index.session(number),
        number=number,
        confidence=explained / (total + doubt),
        rank=(explained + 0.5 * prominence) / (total + doubt) - (0.05 if number >= len(index.talks) else 0.0),
        fields=everywhere,
    )


def _together(marks: Sequence[int]) -> bool:
    return any(fields.near(one, other) for at, one in enumerate(marks) for other in marks[at + 1 :])
