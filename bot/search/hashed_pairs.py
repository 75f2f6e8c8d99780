"""Many pairs (string, number) in eight bytes each: the strings are hashed, so whoever reads them checks what they get."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

_NUMBERS = (1 << 24) - 1
_BITS = 63
_HASHES = (1 << _BITS) - 1 - _NUMBERS
ALIKE_BITS = 1  # about so many pairs, as a power of two, have a hash that begins alike


def pack(string: str, number: int) -> int:
    """One pair as one whole number below 2**63; `number` is below 2**24."""
    return hash(string) & _HASHES | number


def pack_all(strings: Iterable[str], number: int) -> list[int]:
    """Many strings paired with one number."""
    return [hash(string) & _HASHES | number for string in strings]


class Pairs:
    """Packed pairs in order, and where in it each beginning of a hash is. False friends come once in a million look-ups."""

    def __init__(self, packed: Iterable[int]) -> None:
        pairs = np.unique(np.fromiter(packed, np.uint64))
        bits = max(0, len(pairs).bit_length() - ALIKE_BITS)
        self._shift = _BITS - bits
        beginnings = np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(self._shift)
        # Arrays of Python's own are read faster than those of numpy, one by one.
        self._pairs = array("Q", pairs.tobytes())
        self._first = array("I", np.searchsorted(pairs, beginnings).astype(np.uint32).tobytes())

    def __len__(self) -> int:
        return len(self._pairs)

    def lookup(self, *strings: str) -> list[int]:
        """The numbers paired with one of several strings."""
        found = []
        pairs, first, shift = self._pairs, self._first, self._shift
        for string in strings:
            wanted = hash(string) & _HASHES
            alike = wanted >> shift
            for pair in pairs[first[alike] : first[alike + 1]]:
                if 0 <= pair - wanted <= _NUMBERS:
                    found.append(pair - wanted)  # noqa: PERF401 - called for every letter left out of a word
        return found
