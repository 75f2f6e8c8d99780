"""The search engine: the sessions that answer a question, with the probability that they do."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from bot.schedule.models import Talk, Track
from bot.search import fields
from bot.search.decision import EXPLAINED, Choice, Reading
from bot.search.fields import Floats, Marks, Numbers
from bot.search.index import Index
from bot.search.query_terms import QueryWord, Term, add_corrections, read_terms
from bot.search.tokenizer import initials

MOST_WORDS = 24  # words that are searched for together; whoever says more says it in several clauses
MOST_READINGS = 10  # of one message
MOST_CLOSEST = 3
SURE = 0.8  # of a question explained as it is typed: then there is nothing to guess
LEAST_EXPLAINED = 0.5  # where the best is found by its meaning alone, the others have to explain this much
BY_WORDS = 24  # candidates that have the words of the question
DOUBT = 0.6  # added to what is missing, since a few common words may meet anywhere
BY_MEANING = 16  # and candidates that are near in meaning
_ALL_FIELDS = np.uint64(fields.FIELDS)
_NAMES = np.uint64(fields.SPEAKER)

# Each word is counted in the first of these fields that it stands in.
_FIELDS = (
    fields.TITLE | fields.SUBTITLE, fields.SPEAKER, fields.AFFILIATION, fields.ABSTRACT, fields.TRACK | fields.KIND, fields.BIO
)  # fmt: skip
_FIRST = np.array(
    [next((at for at, field in enumerate(_FIELDS) if mark & field), len(_FIELDS)) for mark in range(fields.FIELDS + 1)]
)
_EACH = np.arange(len(_FIELDS))[:, None, None]


class Query(NamedTuple):
    """One reading of a message: the words to search for, and the numbers of the sessions that they may be in."""

    words: Sequence[QueryWord]
    within: Collection[int] | None = None
    reading: str = "whole"  # or "clause", "unfiltered"; "lookup" where it is no reading of a whole message
    chatty: float = 0.0  # 1 where the message may as well be small talk or a practical question


class Hit(NamedTuple):
    """One session that may answer."""

    session: Talk | Track
    number: int  # in the index
    score: float  # the ranker's: one more means e times as likely as another candidate
    fields: int  # where the words of the question stand in it, as in bot.search.fields


class Found(NamedTuple):
    """The result of a search, best first: either hits, or only the closest matches."""

    hits: tuple[Hit, ...] = ()
    closest: tuple[Hit, ...] = ()
    unknown: tuple[str, ...] = ()  # asked words that the schedule does not have in any form
    corrections: tuple[tuple[str, str], ...] = ()  # misspelt word, what it was taken for
    words: frozenset[int] = frozenset()  # the index's words that the asked ones were taken to mean
    query: Query = Query(())  # the reading that was answered
    probability: float = 0.0  # that the best hit, or what comes closest, answers


class Candidates(NamedTuple):
    """Sessions that may answer, with where each term stands in them; most arrays are terms by candidates."""

    numbers: Numbers
    sureness: Floats  # how surely a term is meant by what stands there, 0 where nothing does
    marks: Marks  # where it stands, as in bot.search.fields
    nearness: Floats  # of a term to the nearest word of a session, 0 to 1
    topics: Floats  # two rows: how near all terms are to what a session is about, and by how many standard deviations


class _Match(NamedTuple):
    """One reading, with its terms and candidates."""

    query: Query
    terms: Sequence[Term]
    candidates: Candidates
    reading: Reading


def search(index: Index, words: Sequence[QueryWord], within: Collection[int] | None = None) -> Found:
    """Search for the words; `within` limits the search to the sessions with these numbers."""
    return choose(index, [Query(words, within, "lookup")])


def choose(index: Index, queries: Sequence[Query]) -> Found:
    """Search for several readings of one message, and return the result of the best."""
    matches = [_match(index, query) for query in queries[:MOST_READINGS] if query.words]
    choice = index.decision.choose([match.reading for match in matches])
    if choice is None:
        return _to_found(matches[0]) if matches else Found()
    match = matches[choice.reading]
    found = _to_found(match)._replace(probability=choice.probability)
    decision, best = index.decision, choice.order[0]
    if choice.probability < decision.offers:
        return found
    hits = _hits(index, match, choice)
    if choice.probability < decision.answers or _is_said_elsewhere(match, best):
        return found._replace(closest=tuple([hit for _, hit in hits][:MOST_CLOSEST]))
    explained = match.reading.pairs[:, EXPLAINED]
    least = decision.alongside * max(float(explained[best]), LEAST_EXPLAINED)
    return found._replace(hits=tuple([hit for place, hit in hits if place == best or explained[place] >= least]))


def _match(index: Index, query: Query) -> _Match:
    """Match the words as they are typed, and add corrections only if that does not explain enough."""
    terms = read_terms(index, query.words[:MOST_WORDS])
    worth = worth_of(index, terms)
    unsure = most_explained(terms, worth, query.within) < SURE
    if unsure and add_corrections(index, terms):
        worth = worth_of(index, terms)
    candidates = retrieve(index, terms, worth, query.within, by_meaning=unsure and query.reading != "clause")
    pairs = pair_features(index, terms, candidates)
    reading = Reading(candidates.numbers, pairs, _query_features(query, terms, candidates), query.reading)
    return _Match(query, terms, candidates, reading)


def _is_said_elsewhere(match: _Match, best: int) -> bool:
    """Tell whether the best session is only near in meaning to words that other sessions have: then those are meant."""
    of_others = any(term.is_known and not term.optional for term in match.terms)
    return match.query.within is not None and of_others and not match.candidates.marks[:, best].any()


def _to_found(match: _Match) -> Found:
    terms = match.terms
    return Found(
        unknown=tuple([term.word for term in terms if not term.is_known and not term.optional]),
        corrections=tuple([(term.word, term.guessed) for term in terms if term.guessed]),
        words=frozenset([word for term in terms for word in term.words]),
        query=match.query,
    )


def _hits(index: Index, match: _Match, choice: Choice) -> Iterator[tuple[int, Hit]]:
    """The candidates as hits, best first, each with its place among the candidates."""
    numbers = match.candidates.numbers.tolist()
    stands = (np.bitwise_or.reduce(match.candidates.marks) & _ALL_FIELDS).tolist()
    for place, score in zip(choice.order, choice.scores.tolist(), strict=True):
        yield place, Hit(index.session(numbers[place]), numbers[place], score, stands[place])


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


def pair_features(index: Index, terms: Sequence[Term], candidates: Candidates) -> Floats:
    """One row for each candidate, one column for each name in PAIR."""
    numbers, sureness, marks, nearness, topics = candidates
    weight, penalty, needed, known, ordinary, has_meaning = np.array(
        [(t.weight, t.penalty, not t.optional, t.is_known, t.ordinary, t.has_meaning) for t in terms], np.float32
    ).T[:, :, None]
    here = sureness > 0
    told = weight * sureness
    missing = penalty * ~here
    lacking, present = missing.sum(0), (weight * here).sum(0)
    total = present + lacking + np.float32(DOUBT) * (lacking > 0) + np.float32(1e-3)
    place = marks & np.uint64(fields.FIELDS)
    everything = told.sum(0)
    shares = np.concatenate(
        [
            told * (_FIRST[place] == _EACH),
            missing * np.stack([known * ordinary, known * (1 - ordinary)]),
            missing * _adjacency(terms, here, place),
            [told * fields.WORTH[place]],
        ]
    ).sum(1) / total  # fmt: skip
    titled = (((place & np.uint64(fields.TITLE)) > 0) * here).sum(0) / index.title_words[numbers]
    near, meaning = np.maximum(nearness, sureness), weight * needed
    silent = has_meaning * ~here
    columns = [
        *shares,
        np.maximum(shares[-1] - 0.5, 0),
        lacking == 0,
        (here * needed).sum(0) / max(1.0, float(needed.sum())),
        (present - everything) / np.maximum(present, 1e-3),
        np.minimum(titled, 1),
        _full_names(index, terms, numbers, place),
        numbers >= len(index.talks),
        told.max(0) / 10,
        np.minimum(everything / 30, 2),
        np.minimum(np.bitwise_count(marks >> np.uint64(fields.FIELD_BITS)).max(0), 5) / 5,
        _title_neighbours(index, terms, numbers, place),
        (meaning * near).sum(0) / max(float(meaning.sum()), 1e-3),
        (silent * nearness).max(0),
        np.where(has_meaning * needed > 0, near, 1).min(0),
        topics[0],
        np.clip(topics[1] / 5, -1, 2),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _query_features(query: Query, terms: Sequence[Term], candidates: Candidates) -> Floats:
    """The features that bot.search.decision.QUERY names."""
    count = len(terms)
    return np.array(
        [
            min(count, 8) / 8,
            count == 1,
            float(candidates.sureness.any(1).sum()) / count,
            sum([term.ordinary for term in terms]) / count,
            sum([term.optional for term in terms]) / count,
            query.chatty,
            query.reading == "clause",
            query.reading == "unfiltered",
            query.within is not None,
        ],
        np.float32,
    )


def _adjacency(terms: Sequence[Term], here: Any, place: Marks) -> Floats:
    """Mark the terms that were typed right before a found one, right after a found one, and beside a name."""
    beside = np.zeros((3, *here.shape), np.float32)
    name = (place & np.uint64(fields.SPEAKER)) > 0
    for at, term in enumerate(terms):
        if at and term.beside:
            beside[0, at - 1] = here[at]
            beside[1, at] = here[at - 1]
            beside[2, at] = np.maximum(beside[2, at], name[at - 1])
            beside[2, at - 1] = np.maximum(beside[2, at - 1], name[at])
    return beside


def _full_names(index: Index, terms: Sequence[Term], numbers: Numbers, place: Marks) -> Floats:
    """For each candidate whether the question has two words of one person's name."""
    whole = np.zeros(len(numbers), np.float32)
    speaks = (place & np.uint64(fields.SPEAKER)) > 0
    for at in np.flatnonzero(speaks.sum(0) > 1).tolist():
        said = [terms[row].words for row in np.flatnonzero(speaks[:, at]).tolist()]
        people = index.people[numbers[at]]
        whole[at] = any(sum(not name.isdisjoint(words) for words in said) > 1 for name in people)
    return whole


def _title_neighbours(index: Index, terms: Sequence[Term], numbers: Numbers, place: Marks) -> Floats:
    """The number of common words of the title that were typed next to one of its other words: `event` sourcing."""
    said = np.zeros(len(numbers), np.float32)
    for at, term in enumerate(terms):
        for word in term.around:
            there = index.marks_in(word, numbers) & place[at] & np.uint64(fields.TITLE)
            said += there > 0
    return np.minimum(said, 2)
