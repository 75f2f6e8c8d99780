"""Pairing the entries of two versions: first by what proves most, then by less, until nothing fits any more."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from rapidfuzz import fuzz

from bot.schedule.models import Listed

SIMILAR = 80  # of 100; titles this alike are spellings of one

T = TypeVar("T", bound=Listed)

Signature = Callable[[T], Hashable | None]


class Pairing(Generic[T]):
    """Pairs of a known entry and a new one, and those of both sides that are still alone, in their order."""

    def __init__(self, known: Iterable[T], new: Iterable[T]) -> None:
        self._known = {entry.id: entry for entry in known}
        self._new = {entry.id: entry for entry in new}
        self.known_by_new: dict[str, T] = {}  # the known entry by the id that the new version gives it

    @property
    def known_left(self) -> list[T]:
        return list(self._known.values())

    @property
    def new_left(self) -> list[T]:
        return list(self._new.values())

    def add_known(self, known: Iterable[T]) -> None:
        """Pair with these from now on, too."""
        self._known |= {entry.id: entry for entry in known}

    def is_alone(self, known: T, new: T) -> bool:
        """Tell whether neither of these two has been paired."""
        return known.id in self._known and new.id in self._new

    def pair(self, known: T, new: T) -> None:
        """Make these two one. Both must be alone."""
        self.known_by_new[new.id] = self._known.pop(known.id)
        del self._new[new.id]

    def pair_unique(self, signature: Signature[T]) -> None:
        """Pair the entries whose signature nobody else on their side has. Entries without one (`None`) stay alone."""
        for known, new in self._groups(signature):
            if len(known) == len(new) == 1:
                self.pair(known[0], new[0])

    def pair_only(self, pairs: Iterable[tuple[T, T]]) -> None:
        """Pair two entries if no other of these pairs has one of them."""
        found = list(pairs)
        times_known = Counter(known.id for known, _ in found)
        times_new = Counter(new.id for _, new in found)
        for known, new in found:
            if times_known[known.id] == times_new[new.id] == 1:
                self.pair(known, new)

    def pair_in_order(self, signature: Signature[T]) -> None:
        """Pair the entries with the same signature in their order: the first with the first, and so on."""
        for known, new in self._groups(signature):
            for pair in zip(known, new, strict=False):
                self.pair(*pair)

    def _groups(self, signature: Signature[T]) -> list[tuple[list[T], list[T]]]:
        """The entries that are alone, by signature, where both sides have some."""
        groups: defaultdict[Hashable, tuple[list[T], list[T]]] = defaultdict(lambda: ([], []))
        for side, entries in enumerate((self._known.values(), self._new.values())):
            for entry in entries:
                if (key := signature(entry)) is not None:
                    groups[key][side].append(entry)
        return [(known, new) for known, new in groups.values() if known and new]


def words_of(name: str) -> str:
    """The words of a title or a name in small letters, so that spaces, case and punctuation do not count."""
    return " ".join(re.findall(r"[\w+#]+", name.casefold())) or name


def is_similar(name: str, other: str) -> bool:
    """Tell whether two titles are probably spellings of one."""
    return fuzz.token_set_ratio(words_of(name), words_of(other)) >= SIMILAR


def is_extended(name: str, other: str) -> bool:
    """Tell whether one name has all words of the other: `Hall` and `Hall (Acme Stage)`."""
    words, others = set(words_of(name).split()), set(words_of(other).split())
    return words <= others or others <= words
