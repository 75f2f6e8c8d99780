"""The candidates for a question: the sessions that explain most of it by words, and those nearest in meaning."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from bot.search import fields
from bot.search.fields import Floats, Marks, Numbers
from bot.search.index import Index
from bot.search.query_terms import Term
from bot.search.tokenizer import initials

BY_WORDS = 24  # candidates that have the words of the question
DOUBT = 0.6  # added to what is missing, since a few common words may meet anywhere
BY_MEANING = 16  # and candidates that are near in meaning
_ALL_FIELDS = np.uint64(fields.FIELDS)
_NAMES = np.uint64(fields.SPEAKER)


class Candidates(NamedTuple):
    """Sessions that may answer, with where each term stands in them; most arrays are terms by candidates."""

    numbers: Numbers
    sureness: Floats  # how surely a term is meant by what stands there, 0 where nothing does
    marks: Marks  # where it stands, as in bot.search.fields
    nearness: Floats  # of a term to the nearest word of a session, 0 to 1
    topics: Floats  # two rows: how near all terms are to what a session is about, and by how many standard deviations


def retrieve(
    index: Index, terms: Sequence[Term], worth: Floats, within: Collection[int] | None, *, by_meaning: bool
) -> Candidates:
    """The candidates in order of their numbers; `within` leaves only those sessions in question."""
    weights = np.array([term.weight for term in terms], np.float32)
    score = weights @ worth
    allowed = None if within is None else _mask(within, len(index))
    numbers = _largest(score if allowed is None else score * allowed, BY_WORDS)
    meant = [term.word if term.has_meaning else "" for term in terms]
    topics = np.zeros((2, len(index)), np.float32)
    if by_meaning and any(meant) and len(index):
        topics[0] = index.meaning.of_topics(meant, weights)
        topics[1] = (topics[0] - topics[0].mean()) / (topics[0].std() + np.float32(0.02))
        nearest = topics[0] - topics[0].min() + np.float32(1e-3)
        numbers = np.union1d(numbers, _largest(nearest if allowed is None else nearest * allowed, BY_MEANING))
    sureness, marks = _occurrences(index, terms, numbers)
    nearness = index.meaning.of_words(meant, numbers) if by_meaning else np.zeros_like(sureness)
    return Candidates(numbers, sureness, marks, nearness, topics[:, numbers])


def most_explained(terms: Sequence[Term], worth: Floats, within: Collection[int] | None) -> float:
    """The largest share of the question that one session explains."""
    worth = worth if within is None else worth[:, list(within)]
    if not worth.shape[1]:
        return 0.0
    weights, penalties = np.array([(term.weight, term.penalty) for term in terms], np.float32).T
    missing = penalties @ (worth == 0)
    return float((weights @ worth / np.maximum(weights @ (worth > 0) + missing + DOUBT * (missing > 0), 1e-3)).max())


def worth_of(index: Index, terms: Sequence[Term]) -> Floats:
    """The worth of each term in every session, by its certainty and the fields it occurs in."""
    worth = np.zeros((len(terms), len(index)), np.float32)
    for row, term in zip(worth, terms, strict=True):
        for word, sureness in term.words.items():
            sessions, marks = index.stretch(word)
            told = fields.WORTH[marks & _ALL_FIELDS] * np.float32(sureness)
            row[sessions] = np.maximum(row[sessions], told) if len(term.words) > 1 else told
        for session, sureness in term.sessions.items():
            row[session] = max(row[session], sureness * fields.WORTH[fields.ABSTRACT])
    return worth


def _occurrences(index: Index, terms: Sequence[Term], numbers: Numbers) -> tuple[Floats, Marks]:
    """The certainty and the places of each term in each candidate."""
    sureness = np.zeros((len(terms), len(numbers)), np.float32)
    marks = np.zeros((len(terms), len(numbers)), np.uint64)
    places = {number: place for place, number in enumerate(numbers.tolist())}
    for at, term in enumerate(terms):
        for word, sure in term.words.items():
            found = index.marks_in(word, numbers)
            marks[at] |= found
            sureness[at] = np.maximum(sureness[at], (found > 0) * np.float32(sure))
        for session, sure in term.sessions.items():
            if (place := places.get(session)) is not None:
                titled = term.word in initials(index.session(session).title)
                marks[at, place] |= np.uint64(fields.TITLE if titled else fields.ABSTRACT)
                sureness[at, place] = max(sureness[at, place], sure)
    _leave_out_others(index, terms, numbers, sureness, marks)
    return sureness, marks


def _leave_out_others(index: Index, terms: Sequence[Term], numbers: Numbers, sureness: Floats, marks: Marks) -> None:
    """Drop half of a name that is another speaker's: Michael One and Ann Jackson are no Michael Jackson."""
    for at, (first, second) in enumerate(pairwise(terms), 1):
        if second.beside and first.is_known and second.is_known:
            named = ((marks[at - 1] & _ALL_FIELDS) == _NAMES) & ((marks[at] & _ALL_FIELDS) == _NAMES)
            for place in np.flatnonzero(named).tolist():
                people = index.people[numbers[place]]
                if not any(not name.isdisjoint(first.words) and not name.isdisjoint(second.words) for name in people):
                    sureness[at, place] = marks[at, place] = 0


def _mask(numbers: Collection[int], size: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    mask = np.zeros(size, bool)
    mask[list(numbers)] = True
    return mask


def _largest(values: Floats, count: int) -> Numbers:
    """The places of the largest values above 0, in order; the first of equal ones."""
    places = np.flatnonzero(values)
    if len(places) > count:
        some = values[places]
        least = np.partition(some, -count)[-count]
        above, equal = places[some > least], places[some == least]
        places = np.sort(np.concatenate([above, equal[: count - len(above)]]))
    return places.astype(np.int32)
