"""Static word vectors: how near two words are in meaning, though they share no letter."""

from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import Any

import numpy as np

from bot.search.fields import Floats

Rows = np.ndarray[Any, np.dtype[np.int32]]

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

    def rows(self, words: Sequence[str]) -> Rows:
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
        vectors: Floats = self._rows[rows] * _SCALE
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
