"""Which known words a misspelt one may stand for, found by deleting letters on both sides (as SymSpell does)."""

from collections.abc import Collection, Sequence
from itertools import combinations, pairwise

from rapidfuzz.distance import OSA

from bot.search.lexicon import deletions
from bot.search.pairs import Pairs, pack_all

SHORTEST = 4  # letters; what is shorter is typed right or not at all
LONGEST = 24
LONG = 7  # letters from which a word may be two slips away

# Letters that sound alike, and the neighbours on a QWERTY or QWERTZ keyboard: what people type for one another.
_ALIKE = frozenset(
    frozenset(pair)
    for group in ("aeiouy", "ckqsxz", "bpvwfu", "dt", "gjy", "mn", "lr", "ij", "hx")
    for pair in combinations(group, 2)
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop")
_NEAR = frozenset(frozenset(pair) for row in _ROWS for pair in pairwise(row))


class Neighbourhood:
    """The words one slip away from a misspelt one, and for people's names two.

    One letter is left out on either side, which finds one slip of any kind, and of two those that make up for one
    another; in names two letters are.
    """

    def __init__(self, words: Sequence[str], names: Collection[int]) -> None:
        self._words = words
        self._pairs = Pairs(_packed(words, names))

    def of(self, word: str, *, most: int = 2) -> list[tuple[int, int]]:
        """Pairs (word's number, slips), nearest first, of what `word` may stand for, itself excepted."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        shorter = deletions(word) | {word}
        if most > 1 and len(word) >= LONG:
            shorter |= {less for one in tuple(shorter) for less in deletions(one)}
        numbers = {number for key in shorter for number in self._pairs.of(key)}
        found = ((self._slips(word, number), number) for number in numbers)
        return [(number, slips) for slips, number in sorted(found) if slips]

    def _slips(self, word: str, number: int) -> int:
        """How many slips apart, 0 for no plausible slip or none at all."""
        known = self._words[number]
        limit = 2 if min(len(word), len(known)) >= LONG else 1
        slips = OSA.distance(word, known, score_cutoff=limit)
        if slips > limit or (slips == 1 and not _plausible(word, known)) or (slips == 2 and word[0] != known[0]):
            return 0
        return slips


def _packed(words: Sequence[str], names: Collection[int]) -> list[int]:
    packed: list[int] = []
    for number, word in enumerate(words):
        if SHORTEST <= len(word) <= LONGEST and word.isalpha():
            packed += pack_all([word, *[word[:at] + word[at + 1 :] for at in range(len(word))]], number)
            if number in names and len(word) >= LONG:
                packed += pack_all(_deletions_twice(word), number)
    return packed


def _deletions_twice(word: str) -> list[str]:
    places = range(len(word))
    return [word[:one] + word[one + 1 : two] + word[two + 1 :] for one, two in combinations(places, 2)]


def _plausible(word: str, known: str) -> bool:
    """Whether one slip is of a kind that people make; in long words any is."""
    if len(word) > 8 or len(word) != len(known):
        return word[0] == known[0] or len(word) > 5
    apart = [(a, b) for a, b in zip(word, known, strict=True) if a != b]
    return len(apart) == 2 or frozenset(apart[0]) in _ALIKE or frozenset(apart[0]) in _NEAR
