"""How alike sessions are: which rare words they share, and how much of each that is."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from bot.search import fields
from bot.search.fields import Floats, Marks, Numbers
from bot.search.lexicon import GRAMMAR, lexicon

Postings = tuple[Sequence[int], Numbers, Marks]  # as in bot.search.index
Rarity = Callable[[str, int], float]

MOST_SHARED = 3  # words that are named
_HEADING = np.uint64(fields.TITLE | fields.SUBTITLE)


class Similarity:
    """For each session its telling words with their weights, as one vector of length 1; words of one stem are one word.

    A word weighs more the rarer it is, the more often the abstract has it, and if it stands in the title or names the track.
    """

    def __init__(
        self, words: Sequence[str], families: Iterable[Sequence[int]], postings: Postings, size: int, rarity: Rarity
    ) -> None:
        """`families` are the words of one stem, by number; `rarity` tells how much a word says that so many sessions have."""
        count = len(words)
        first, sessions, marks = postings
        self._words, self._count = words, size
        stems = np.arange(count, dtype=np.int32)
        for family in families:
            stems[list(family)] = family[0]
        said = np.where(marks & np.uint64(fields.ABSTRACT), np.bitwise_count(marks >> np.uint64(fields.FIELD_BITS)), 0)
        headed = np.add((marks & _HEADING) > 0, (marks & np.uint64(fields.TRACK)) > 0, dtype=np.uint8)
        owners = stems[np.repeat(np.arange(count), np.array(first)[1:] - np.array(first)[:-1])]
        pairs, places = np.unique(sessions.astype(np.int64) * max(count, 1) + owners, return_inverse=True)
        counts = _damped(np.bincount(places, said)) + np.minimum(np.bincount(places, headed), 2)
        self._sessions, self._stems = (column.astype(np.int32) for column in np.divmod(pairs, max(count, 1)))
        self._starts = np.searchsorted(self._sessions, np.arange(size + 1))
        spread = np.bincount(self._stems[counts > 0], minlength=count)
        weights = (counts * _telling(words, spread, rarity)[self._stems]).astype(np.float32)
        lengths = np.sqrt(np.bincount(self._sessions, weights * weights))
        self._weights = (weights / np.maximum(lengths[self._sessions], 1e-6)).astype(np.float32)

    def to(self, number: int) -> Floats:
        """How like each session of the index is to this one, 0 to 1."""
        asked = np.zeros(len(self._words), np.float32)
        here = slice(self._starts[number], self._starts[number + 1])
        asked[self._stems[here]] = self._weights[here]
        shared = np.flatnonzero(asked[self._stems])
        products = self._weights[shared] * asked[self._stems[shared]]
        return np.bincount(self._sessions[shared], products, minlength=self._count).astype(np.float32)

    def shared_words(self, number: int, other: int, limit: int = MOST_SHARED) -> tuple[str, ...]:
        """The words that make two sessions alike, the most telling first."""
        first, second = (slice(self._starts[at], self._starts[at + 1]) for at in (number, other))
        stems, left, right = np.intersect1d(self._stems[first], self._stems[second], return_indices=True)
        worth = self._weights[first][left] * self._weights[second][right]
        best = [at for at in np.argsort(-worth, kind="stable")[:limit].tolist() if worth[at] > 0]
        return tuple(self._words[stems[at]] for at in best)


def _damped(counts: Any) -> Floats:
    """Of how often a word is said: the second time counts less than the first."""
    return np.asarray(np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0))


def _telling(words: Sequence[str], spread: Any, rarity: Rarity) -> Floats:
    """How much each word tells by the number of sessions that have it; 0 for what holds sentences together."""
    english = lexicon().english
    return np.array(
        [
            rarity(word, count) if count and len(word) > 1 and english.get(word, 0) < GRAMMAR else 0.0
            for word, count in zip(words, spread.tolist(), strict=True)
        ],
        np.float32,
    )
