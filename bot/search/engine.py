"""The search engine: the sessions that answer a question, with the probability that they do."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bot.schedule.models import Talk, Track
from bot.search import fields
from bot.search.decision import Choice, Reading
from bot.search.features import EXPLAINED, pair_features
from bot.search.fields import Floats
from bot.search.index import Index
from bot.search.query_terms import QueryWord, Term, add_corrections, read_terms
from bot.search.retrieval import Candidates, most_explained, retrieve, worth_of

MOST_WORDS = 24  # words that are searched for together; whoever says more says it in several clauses
MOST_READINGS = 10  # of one message
MOST_CLOSEST = 3
SURE = 0.8  # of a question explained as it is typed: then there is nothing to guess
LEAST_EXPLAINED = 0.5  # where the best is found by its meaning alone, the others have to explain so much


class Query(NamedTuple):
    """One reading of a message: the words to search for, and the numbers of the sessions that they may be in."""

    words: Sequence[QueryWord]
    within: Collection[int] | None = None
    reading: str = "whole"  # or "clause", "unfiltered"; "lookup" where it is no reading of a whole message
    chatty: float = 0.0  # 1 where the message may as well be small talk or a practical question


class Hit(NamedTuple):
    """One session, with the probability that it answers."""

    session: Talk | Track
    number: int  # in the index
    probability: float  # that the best hit answers, for all of one answer
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
    decision = index.decision
    if choice.probability < decision.offers:
        return found
    if choice.probability >= decision.answers and not _is_said_elsewhere(match, choice.order[0]):
        explained = match.reading.pairs[:, EXPLAINED]
        least = decision.alongside * max(float(explained[choice.order[0]]), LEAST_EXPLAINED)
        best = choice.order[0]
        hits = [hit for place, hit in _hits(index, match, choice) if place == best or explained[place] >= least]
        return found._replace(hits=tuple(hits))
    return found._replace(closest=tuple([hit for _, hit in _hits(index, match, choice)][:MOST_CLOSEST]))


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
    """Tell whether the best of some sessions is only near in meaning to words that other sessions have: then those are meant."""
    of_others = any(term.is_known and not term.optional for term in match.terms)
    return match.query.within is not None and of_others and not match.candidates.marks[:, best].any()


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
    for place, score in zip(choice.order, choice.scores.tolist(), strict=True):
        number = int(match.candidates.numbers[place])
        stands = int(np.bitwise_or.reduce(match.candidates.marks[:, place])) & fields.FIELDS
        yield place, Hit(index.session(number), number, choice.probability, score, stands)
