"""Many pairs (string, number) in eight bytes each: the strings are hashed, so whoever reads them checks what they get."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable

_NUMBERS = (1 << 24) - 1
_BITS = 63
_HASHES = (1 << _BITS) - 1 - _NUMBERS
ALIKE_BITS = 4  # about so many pairs, as a power of two, have a hash that begins alike


def pack(string: str, number: int) -> int:
    """One pair as one whole number below 2**63; `number` is below 2**24."""
    return hash(string) & _HASHES | number


def pack_all(strings: Iterable[str], number: int) -> list[int]:
    """Many strings paired with one number."""
    return [hash(string) & _HASHES | number for string in strings]


class Pairs:
    """Packed pairs in order, and where in it each beginning of a hash is. False friends come once in a million look-ups."""

    def __init__(self, packed: Iterable[int]) -> None:
        self._pairs = pairs = array("Q", sorted(packed))
        bits = max(0, len(pairs).bit_length() - ALIKE_BITS)
        self._shift = _BITS - bits
        self._first = array("I", [bisect_left(pairs, one << self._shift) for one in range((1 << bits) + 1)])

    def __len__(self) -> int:
        return len(self._pairs)

    def of(self, string: str) -> list[int]:
        """The numbers paired with a string, in order."""
        wanted = hash(string) & _HASHES
        alike = wanted >> self._shift
        some = self._pairs[self._first[alike] : self._first[alike + 1]]
        return [pair & _NUMBERS for pair in some if pair & _HASHES == wanted]
