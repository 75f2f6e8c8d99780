"""Many pairs (string, number) in eight bytes each: the strings are hashed, so whoever reads them checks what they get."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate

NUMBER_BITS = 24
BUCKET_BITS = 2  # about four pairs a bucket
_NUMBERS = (1 << NUMBER_BITS) - 1
_HASHES = (1 << 40) - 1


def pack(string: str, number: int) -> int:
    """One pair as one whole number below 2**64; `number` is below 2**24."""
    return (hash(string) & _HASHES) << NUMBER_BITS | number


def pack_all(strings: Iterable[str], number: int) -> list[int]:
    """Many strings paired with one number."""
    return [(hash(string) & _HASHES) << NUMBER_BITS | number for string in strings]


class Pairs:
    """Packed pairs in buckets by their hash, one bucket after the other. False friends come once in a million look-ups."""

    def __init__(self, packed: Iterable[int]) -> None:
        keys = array("Q", packed)
        self._mask = mask = (1 << max(0, len(keys).bit_length() - BUCKET_BITS)) - 1
        sizes = array("I", bytes(4 * (mask + 2)))
        for key in keys:
            sizes[(key >> NUMBER_BITS & mask) + 1] += 1
        self._first = array("I", accumulate(sizes))
        self._pairs = pairs = array("Q", bytes(8 * len(keys)))
        free = array("I", self._first)
        for key in keys:
            bucket = key >> NUMBER_BITS & mask
            place = free[bucket]
            pairs[place], free[bucket] = key, place + 1

    def __len__(self) -> int:
        return len(self._pairs)

    def of(self, string: str) -> list[int]:
        """The numbers paired with a string, as they came."""
        wanted = hash(string) & _HASHES
        bucket = wanted & self._mask
        return [
            key & _NUMBERS
            for key in self._pairs[self._first[bucket] : self._first[bucket + 1]]
            if key >> NUMBER_BITS == wanted
        ]
