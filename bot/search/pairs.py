"""Many pairs (string, number) in eight bytes each: the strings are hashed, so whoever reads them checks what they get."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

NUMBER_BITS = 24
_NUMBERS = (1 << NUMBER_BITS) - 1
_HASHES = (1 << 40) - 1


def pack(string: str, number: int) -> int:
    """One pair as one whole number below 2**64; `number` is below 2**24."""
    return (hash(string) & _HASHES) << NUMBER_BITS | number


def pack_all(strings: Iterable[str], number: int) -> list[int]:
    """Many strings paired with one number."""
    return [(hash(string) & _HASHES) << NUMBER_BITS | number for string in strings]


class Pairs:
    """Packed pairs, in order. False friends come once in a million look-ups."""

    def __init__(self, packed: Iterable[int]) -> None:
        self._pairs = array("Q", sorted(packed))

    def __len__(self) -> int:
        return len(self._pairs)

    def of(self, string: str) -> Iterator[int]:
        """The numbers paired with a string, in order."""
        pairs, low = self._pairs, pack(string, 0)
        at, high = bisect_left(pairs, low), low | _NUMBERS
        while at < len(pairs) and pairs[at] <= high:
            yield pairs[at] & _NUMBERS
            at += 1
