"""Where the words of a question stand, looked up no further than it can matter."""

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from bot.search import fields
from bot.search.index import Index
from bot.search.terms import Places, Term

# Of a question's weight: with less of it no session reaches half the confidence, however lenient.
LEAST_SHARE = 0.39

WALKED = 6  # postings that are walked in the time that one session's is looked up in


class Standing(NamedTuple):
    """The most promising sessions, with how much of the question's weight they have at most, and where its terms stand."""

    promising: Sequence[tuple[int, float]]
    places: Mapping[
        int, Places
    ]  # by the term's place in the question; of light words, only in the sessions that matter


def standing(index: Index, terms: Sequence[Term], within: Collection[int] | None, most: int) -> Standing:
    """The `most` sessions with most of the question's weight, `within` those numbers; a single word's are all alike.

    The weightiest words are looked up first; once no other session can come among the first, the rest only in those.
    """
    if len(terms) == 1:
        return Standing((), {0: everywhere(index, terms[0], within)})
    known = [at for at, term in enumerate(terms) if term.is_known]
    known.sort(key=lambda at: -terms[at].weight)
    left = sum([terms[at].weight for at in known])
    least = LEAST_SHARE * sum([term.against for term in terms])
    worth: dict[int, float] = {}
    places: dict[int, Places] = {}
    for at in known:
        weight = terms[at].weight
        enough = _enough(worth, most) if left < max(worth.values(), default=0.0) else 0.0
        if left < max(least, enough):
            if left < enough:
                worth = {number: explained for number, explained in worth.items() if explained + left >= enough}
            places[at] = _among(index, terms[at], worth)
        else:
            places[at] = everywhere(index, terms[at], within)
        for number, (quality, _) in places[at].items():
            worth[number] = worth.get(number, 0.0) + weight * quality
        left -= weight
    return Standing(sorted(worth.items(), key=itemgetter(1), reverse=True)[:most], places)


def everywhere(index: Index, term: Term, within: Collection[int] | None = None) -> Places:
    """Where one term stands, and how surely."""
    if term.places is None:
        term.places = _looked_up(index, term)
    places = term.places
    return places if within is None else {number: place for number, place in places.items() if number in within}


def _looked_up(index: Index, term: Term) -> Places:
    says = _says(term)
    places = {number: (quality * says[fields.ABSTRACT], fields.ABSTRACT) for number, quality in term.sessions.items()}
    for word, quality in _surest(term):
        if not places:  # quickly, since most terms stand for one word
            places = {number: (quality * says[mark & fields.FIELDS], mark) for number, mark in index.postings(word)}
            continue
        for number, mark in index.postings(word):
            worth = quality * says[mark & fields.FIELDS]
            known = places.get(number)
            if known is not None:
                worth, mark = max(worth, known[0]), mark | known[1]  # noqa: PLW2901
            places[number] = (worth, mark)
    return places


def _among(index: Index, term: Term, numbers: Collection[int]) -> Places:
    """The same for few sessions."""
    if sum(map(index.spread, term.words)) <= WALKED * len(numbers) * len(term.words):
        return everywhere(index, term, numbers)
    says = _says(term)
    places = {
        number: (quality * says[fields.ABSTRACT], fields.ABSTRACT)
        for number, quality in term.sessions.items()
        if number in numbers
    }
    for word, quality in _surest(term):
        for number in numbers:
            if mark := index.mark(word, number):
                places[number] = _both(places.get(number), quality * says[mark & fields.FIELDS], mark)
    return places


def _says(term: Term) -> Sequence[float]:
    if not term.topical:
        return fields.SAYS_IDLE
    return fields.SAYS_PLAIN if term.ordinary else fields.SAYS


def _surest(term: Term) -> list[tuple[int, float]]:
    return sorted(term.words.items(), key=itemgetter(1), reverse=True)


def _both(known: tuple[float, int] | None, worth: float, mark: int) -> tuple[float, int]:
    return (worth, mark) if known is None else (max(known[0], worth), known[1] | mark)


def _enough(worth: Mapping[int, float], most: int) -> float:
    """What a session needs to come among the first ones."""
    return sorted(worth.values())[-most] if len(worth) >= most else 0.0
