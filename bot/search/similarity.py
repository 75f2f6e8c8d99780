"""Similarity of sessions by the rare words that they share, and the talks that are most similar to one of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from bot.schedule.models import Talk
from bot.search import fields
from bot.search.fields import Floats, Marks, Numbers
from bot.search.lexicon import lexicon
from bot.search.meaning import Meaning

Postings = tuple[Sequence[int], Numbers, Marks]  # as in bot.search.index

MOST_SIMILAR = 3
MANY_SIMILAR = 50  # candidates for these, of which some clash with what a reader saved
LEAST = 0.167  # of the likeness: talks below it are less often right than wrong
SAME_MEANING = 0.2  # added to what talks share in words if they are about the same
SAME_TRACK = 0.05  # and if they are in one track: somebody chose them to go together
MOST_SHARED = 3  # words that are named
PART = 1000  # sessions that are counted at a time
_HEADING = np.uint64(fields.TITLE | fields.SUBTITLE)


class SimilarTalk(NamedTuple):
    """A talk that is like another one, and what they have in common."""

    talk: Talk
    words: tuple[str, ...]  # that both have, the most telling first


class Similarity:
    """One vector of length 1 for each session, of the weights of its stems.

    A word weighs more the rarer it is, the more often the abstract has it, and if the title or the track's name has it.
    """

    def __init__(
        self,
        words: Sequence[str],
        families: Iterable[Sequence[int]],
        postings: Postings,
        rarity: Callable[[str, int], float],
        meaning: Meaning,
        numbers: Mapping[str, int],
    ) -> None:
        """`families` are the words of each stem, by number; `rarity` tells how much a word in so many sessions says.

        `numbers` are those of the talks, by id.
        """
        first, sessions, marks = postings
        size = len(meaning)
        self._words, self._meaning, self._numbers = words, meaning, numbers
        stems = np.arange(len(words), dtype=np.int32)
        for family in families:
            stems[list(family)] = family[0]
        owners = np.repeat(stems, np.diff(first))
        order = np.argsort(sessions, kind="stable").astype(np.uint32)
        starts = np.searchsorted(sessions, np.arange(0, max(size, 1) + PART, PART), sorter=order).tolist()
        # Part by part, so that little memory is needed besides what is kept.
        places = [order[begin:end] for begin, end in pairwise(starts)]
        parts = [_counted(sessions[part], owners[part], marks[part]) for part in places]
        spread = sum(np.bincount(owned[counts > 0], minlength=len(words)) for _, owned, counts in parts)
        telling = _telling(words, spread, rarity)
        weights = [_of_length_one(numbers, counts * telling[owned]) for numbers, owned, counts in parts]
        sizes = sum(np.bincount(numbers, minlength=size) for numbers, _, _ in parts)
        kept = [owned for _, owned, _ in parts]
        del order, owners, places, parts
        self._starts = np.concatenate([[0], np.cumsum(sizes)])
        self._weights = np.concatenate(weights)
        self._stems = np.concatenate(kept)

    def similar_talks(self, talk: Talk, among: Iterable[Talk], limit: int = MOST_SIMILAR) -> tuple[SimilarTalk, ...]:
        """The talks in `among` that are like this one, best first; breaks and cancelled talks are left out."""
        number = self._numbers.get(talk.id)
        if number is None:
            return ()
        shared = self.to(number)
        likeness = shared + SAME_MEANING * self._meaning.of_session(number)
        found: list[tuple[float, Talk, int]] = []
        for other in among:
            at = self._numbers.get(other.id)
            if at is None or at == number or other.is_break or other.cancelled or not shared[at]:
                continue
            share = float(likeness[at]) + SAME_TRACK * (other.track is not None and other.track == talk.track)
            if share >= LEAST:
                found.append((share, other, at))
        best = sorted(found, key=lambda row: (-row[0], row[1].start, row[1].id))[:limit]
        return tuple(SimilarTalk(other, self._shared_words(number, at)) for _, other, at in best)

    def to(self, number: int) -> Floats:
        """The similarity of each session of the index to this one, 0 to 1."""
        asked = np.zeros(len(self._words), np.float32)
        here = slice(self._starts[number], self._starts[number + 1])
        asked[self._stems[here]] = self._weights[here]
        shared = np.flatnonzero(asked[self._stems])
        products = self._weights[shared] * asked[self._stems[shared]]
        sessions = np.searchsorted(self._starts, shared, side="right") - 1
        return np.bincount(sessions, products, minlength=len(self._meaning)).astype(np.float32)

    def _shared_words(self, number: int, other: int) -> tuple[str, ...]:
        """The words that two sessions share, those with the most weight first."""
        first, second = (slice(self._starts[at], self._starts[at + 1]) for at in (number, other))
        stems, left, right = np.intersect1d(self._stems[first], self._stems[second], return_indices=True)
        worth = self._weights[first][left] * self._weights[second][right]
        best = [at for at in np.argsort(-worth, kind="stable")[:MOST_SHARED].tolist() if worth[at] > 0]
        return tuple(self._words[stems[at]] for at in best)


def _counted(sessions: Numbers, stems: Numbers, marks: Marks) -> tuple[Numbers, Numbers, Floats]:
    """Each pair of a session and a stem once, with a damped count of its uses."""
    said = np.where(marks & np.uint64(fields.ABSTRACT), np.bitwise_count(marks >> np.uint64(fields.FIELD_BITS)), 0)
    headed = np.add((marks & _HEADING) > 0, (marks & np.uint64(fields.TRACK)) > 0, dtype=np.uint8)
    pairs, places = np.unique(sessions.astype(np.int64) << 32 | stems, return_inverse=True)
    counts = _damped(np.bincount(places, said)) + np.minimum(np.bincount(places, headed), 2)
    return (pairs >> 32).astype(np.int32), pairs.astype(np.int32), counts.astype(np.float32)


def _of_length_one(sessions: Numbers, weights: Floats) -> Floats:
    """The weights of whole sessions, each session a vector of length 1."""
    lengths = np.sqrt(np.bincount(sessions, weights * weights))
    return (weights / np.maximum(lengths[sessions], 1e-6)).astype(np.float32)


def _damped(counts: Any) -> Floats:
    """Damp the counts: the second use of a word counts less than the first."""
    return np.asarray(np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0))


def _telling(words: Sequence[str], spread: Any, rarity: Callable[[str, int], float]) -> Floats:
    """How much each word tells by the number of sessions that have it; 0 for what holds sentences together."""
    is_grammar = lexicon().is_grammar
    return np.array(
        [
            rarity(word, count) if count and len(word) > 1 and not is_grammar(word) else 0.0
            for word, count in zip(words, spread.tolist(), strict=True)
        ],
        np.float32,
    )
