"""Nearness in meaning between the sessions of a schedule and the words of a question, by static word vectors."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np

from bot.search import fields
from bot.search.fields import Floats, Marks, Numbers

_HEADER = 16  # bytes: how many words, how many dimensions
_SCALE = np.float32(1 / 256)  # of the bytes: a component of 0.5 is 128
_ENDINGS = ("s", "es", "ed", "ing", "d")  # taken off a word that has no vector of its own
MISSING = -1  # the row of a word without a vector


class WordVectors:
    """The file that training/make_vectors.py writes: hashes of words in order, then one row of bytes for each."""

    def __init__(self, data: Any) -> None:
        """`data` is the whole file: bytes, or a map of it."""
        count, self.dimensions = np.frombuffer(data, np.uint64, 2).tolist()
        self._keys = np.frombuffer(data, np.uint64, count, _HEADER)
        rows = np.frombuffer(data, np.int8, count * self.dimensions, _HEADER + 8 * count)
        self._rows = rows.reshape(count, self.dimensions)

    def rows(self, words: Sequence[str]) -> Numbers:
        """The row of each word, or MISSING; a word's plain form will do, and "" is none."""
        spelt, hashes = array("I"), array("Q")  # the place of a word, and the key of one of its forms
        for at, word in enumerate(words):
            for form in forms(word) if word else ():
                spelt.append(at)
                hashes.append(_key(form))
        keys = np.frombuffer(hashes, np.uint64)
        found = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = np.flatnonzero(self._keys[found] == keys)[::-1]  # a word's own form is set last
        places = np.full(len(words), MISSING, np.int32)
        places[np.frombuffer(spelt, np.uint32)[known]] = found[known]
        return places

    def vectors(self, rows: Any) -> Floats:
        """Vectors of length 1, but for the rounding; all zeros for MISSING."""
        vectors: Floats = self._rows.take(rows, axis=0).astype(np.float32)
        vectors *= _SCALE
        vectors[rows == MISSING] = 0
        return vectors


def forms(word: str) -> Iterable[str]:
    """The word, then what may be its plain form."""
    yield word
    for ending in _ENDINGS:
        if len(word) > len(ending) + 3 and word.endswith(ending):
            yield word.removesuffix(ending)


def _key(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


@cache
def word_vectors() -> WordVectors:
    """The one file of vectors, of which only the rows that are looked up come into memory."""
    with resources.as_file(resources.files("bot.search").joinpath("data", "vectors.bin")) as path:
        return WordVectors(np.memmap(path, np.uint8, "r"))


_TITLE = np.uint64(fields.TITLE | fields.SUBTITLE)
_TEXT = np.uint64(fields.ABSTRACT | fields.TRACK) | _TITLE
MOST_WORDS = 40  # of a session that are compared one by one: its title's, then the rarest
TITLE_COUNTS = 2.0  # how much more a word of a title tells what a session is about


class Meaning:
    """A vector for each session.

    For single words it keeps only their rows in the file, to compare few sessions closely.
    """

    def __init__(
        self, vocabulary: Sequence[str], weights: Floats, words: Numbers, sizes: Numbers, marks: Marks
    ) -> None:
        """`words` are the words of one session after the other, `sizes` how many each has; "" tells nothing.

        `weights` are those of the vocabulary.
        """
        self._source = source = word_vectors()
        rows = source.rows(vocabulary)[words]
        told = (rows != MISSING) & (marks & _TEXT > 0)
        counts = weights[words] * np.where(marks & _TITLE > 0, np.float32(TITLE_COUNTS), np.float32(1))
        self._topics = np.zeros((len(sizes), source.dimensions), np.float32)
        kept = []
        for session, (begin, end) in enumerate(pairwise([0, *np.cumsum(sizes).tolist()])):
            here = begin + np.flatnonzero(told[begin:end])
            self._topics[session] = _unit(counts[here] @ source.vectors(rows[here]))
            kept.append(rows[here[np.argsort(-counts[here], kind="stable")[:MOST_WORDS]]])
        self._rows = np.concatenate([*kept, np.zeros(0, np.int32)])
        self._starts = np.cumsum([0, *map(len, kept)])

    def __len__(self) -> int:
        return len(self._topics)

    def knows(self, word: str) -> bool:
        """Tell whether a word has a meaning."""
        return bool(self._source.rows([word])[0] != MISSING)

    def of_topics(self, words: Sequence[str], weights: Floats) -> Floats:
        """The nearness of the words together to each session, -1 to 1."""
        rows = self._source.rows(words)
        return np.asarray(self._topics @ _unit(weights @ self._source.vectors(rows)), np.float32)

    def of_session(self, number: int) -> Floats:
        """The nearness of one session to each session, 0 to 1, without what all sessions of the schedule share."""
        own = self._topics - self._topics.mean(0)
        own /= np.maximum(np.sqrt((own * own).sum(1, keepdims=True)), 1e-6)
        own[~self._topics.any(axis=1)] = 0  # of sessions without a word that has a vector nothing is known
        return np.asarray(np.maximum(own @ own[number], 0), np.float32)

    def of_words(self, words: Sequence[str], numbers: Numbers) -> Floats:
        """The nearness of each word to the nearest word of each session, 0 to 1; an array of words by sessions."""
        near = np.zeros((len(words), len(numbers)), np.float32)
        stretches = [self._rows[self._starts[number] : self._starts[number + 1]] for number in numbers.tolist()]
        filled = [at for at, stretch in enumerate(stretches) if len(stretch)]
        if filled:
            vectors = self._source.vectors(np.concatenate([stretches[at] for at in filled]))
            asked = self._source.vectors(self._source.rows(words))
            alike = np.stack([vectors @ word for word in asked], axis=1)  # small products in threads are slower
            starts = np.cumsum([0, *(len(stretches[at]) for at in filled)])[:-1]
            near[:, filled] = np.maximum(np.maximum.reduceat(alike, starts, axis=0), 0).T
        return near


def _unit(vector: Floats) -> Floats:
    """The vector at length 1; all zeros stay so."""
    return np.asarray(vector / max(float(np.sqrt(vector @ vector)), 1e-6), np.float32)
