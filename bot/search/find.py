"""Finds the sessions that a question is about, with a confidence that can say "nothing"."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bot.schedule.models import Talk, Track
from bot.search import fields
from bot.search.confidence import (
    ASIDE,
    LENIENCE,
    PROMINENT,
    TITLED,
    TRACK_AFTER,
    Measure,
    Stand,
    halves_of_titles,
    measure,
)
from bot.search.guesses import guess
from bot.search.index import Index
from bot.search.standing import standing
from bot.search.terms import Asked, Places, Term, read

THRESHOLD = 0.5  # the one confidence from which an answer is given, for every schedule

CLOSEST = 0.25  # and from which it is offered as "closest, not the same"

SURE = 0.8  # from here on there is nothing to guess

ALONGSIDE = 0.7  # hits below this share of the best one's confidence are no part of the answer

MOST_AT_ONCE = 24  # words that are searched for together; whoever says more says it in several clauses

PROBED = 4  # sessions that tell whether there is anything to guess

MEASURED = 24  # sessions with most of several words in them; the rest is not looked at

HOPELESS = 8  # of them, none of which reaches the threshold: nor will another

LEAST_MISSING = ASIDE * LENIENCE[-1]  # the least of its weight that a missing word counts


class Hit(NamedTuple):
    """One session, with how much of the question it explains: 0 to 1."""

    session: Talk | Track
    number: int  # in the index
    confidence: float
    rank: float
    evidence: float  # how much it explains in all, so that clauses compare
    fields: int  # where the words of the question stand in it, as in bot.search.fields


class Found(NamedTuple):
    """What a search found, best first. Either there are hits, or there is only what comes closest."""

    hits: tuple[Hit, ...] = ()
    closest: tuple[Hit, ...] = ()
    unknown: tuple[str, ...] = ()  # asked words that the schedule does not have in any form
    guessed: tuple[tuple[str, str], ...] = ()  # misspelt word, what it was taken for
    words: frozenset[int] = frozenset()  # the index's words that the asked ones were taken to mean


def search(index: Index, asked: Sequence[Asked], within: Collection[int] | None = None) -> Found:
    """The sessions that explain the asked words, best first; `within` leaves only those numbers in question.

    The words are first taken as they are typed, and guessed at only if that is not enough.
    """
    terms = read(index, asked[:MOST_AT_ONCE])
    stands = standing(index, terms, within, MEASURED)
    measured = _measured(index, terms, stands.promising[:PROBED], stands.places)
    if _best(measured) < SURE and guess(index, terms):
        stands, measured = standing(index, terms, within, MEASURED), {}
    return _found(index, terms, _measured(index, terms, stands.promising, stands.places, measured))


def _best(measured: Mapping[int, Measure]) -> float:
    return max([one.confidence for one in measured.values()]) if measured else 0.0


def _found(index: Index, terms: Sequence[Term], measured: Mapping[int, Measure]) -> Found:
    best = _best(measured)
    least = max(THRESHOLD, ALONGSIDE * best) if best >= THRESHOLD else CLOSEST
    numbers = [number for number, one in measured.items() if one.confidence >= least]
    numbers.sort(key=lambda number: (-measured[number].rank, number))
    first = numbers if best >= THRESHOLD else numbers[:3]
    hits = tuple([Hit(index.session(number), number, *measured[number]) for number in first])
    return Found(
        hits=hits if best >= THRESHOLD else (),
        closest=hits if best < THRESHOLD else (),
        unknown=tuple([term.word for term in terms if not term.is_known]),
        guessed=tuple([(term.word, term.guessed) for term in terms if term.guessed]),
        words=frozenset([word for term in terms for word in term.words]),
    )


def _measured(
    index: Index,
    terms: Sequence[Term],
    promising: Sequence[tuple[int, float]],
    places: Mapping[int, Places],
    before: Mapping[int, Measure] = MappingProxyType({}),
) -> Mapping[int, Measure]:
    """Session -> its measure, for all promising ones that may be part of the answer; `before` has been measured."""
    if len(terms) == 1:
        return before or {number: _alone(index, terms[0], number, *place) for number, place in places[0].items()}
    if len(before) == len(promising):
        return before
    measured = dict(before)
    in_turn = sorted(places.items())
    best = max(CLOSEST / ALONGSIDE, _best(before))
    weight = sum([terms[at].weight for at in places])
    unknown = LEAST_MISSING * sum([term.against for term in terms if not term.is_known])
    lenience = LENIENCE[min(len(places) - 1, 4)] if places else 1.0
    for number, worth in promising:
        if worth / (worth + lenience * (weight - worth) + unknown) < ALONGSIDE * best:
            break
        if best < THRESHOLD and len(measured) >= HOPELESS:
            break
        if number not in measured:
            stands = [Stand(at, *there[number]) for at, there in in_turn if number in there]
            measured[number] = measure(index, terms, number, stands)
            best = max(best, measured[number].confidence)
    return measured


def _alone(index: Index, term: Term, number: int, quality: float, mark: int) -> Measure:
    """The measure of a session for a single word."""
    titled = mark & fields.TITLE
    if titled and term.around:
        half = halves_of_titles(index, (term,), number, (Stand(0, quality, mark),))
        titled += half > 0
    rank = quality * (1 + PROMINENT * fields.prominence(mark)) + TITLED * titled / index.title_words[number]
    return Measure(quality, rank - TRACK_AFTER * (number >= len(index.talks)), quality, mark & fields.FIELDS)
