"""Which known words a misspelt one may stand for, found by deleting letters on both sides (as SymSpell does)."""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, pairwise
from operator import itemgetter

from rapidfuzz.distance import OSA

from bot.search.pairs import Pairs, pack, pack_all
from bot.search.sounds import sound

SHORTEST = 4  # letters; what is shorter is typed right or not at all
LONGEST = 24
BEGINNING = 6  # letters of a word that are compared by leaving some out
SHORTEST_SOUND = 3  # letters of a key: fewer may be anybody
LONG = 8  # letters from which a word may be two slips away

# Letters that sound alike, and the neighbours on a QWERTY or QWERTZ keyboard: what people type for one another.
_ALIKE = frozenset(
    frozenset(pair)
    for group in ("aeiouy", "ckqsxz", "bpvwfu", "dt", "gjy", "mn", "lr", "ij", "hx")
    for pair in combinations(group, 2)
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop")
_NEAR = frozenset(frozenset(pair) for row in _ROWS for pair in pairwise(row))


_TWO = tuple(tuple(combinations(range(length), 2)) for length in range(BEGINNING + 1))  # two places in a word


class Neighbourhood:
    """The words one slip away from a misspelt one, and two slips for those known as names or in titles.

    Letters are left out of the beginnings of words, on either side; what that finds is then compared as a whole.
    """

    def __init__(self, words: Sequence[str], prominent: Collection[int], names: Collection[int] = ()) -> None:
        self._words = words
        self._pairs = Pairs(_packed(words, prominent))
        self._heard = Pairs([pack(sound(words[number]), number) for number in names])

    def of(self, word: str, *, most: int = 2) -> list[tuple[int, int]]:
        """Pairs (word's number, slips), nearest first, of what `word` may stand for, itself excepted."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        found = {number: slips for number in self._near(word, most) if (slips := self._slips(word, number))}
        if "ph" in word:  # graphana: heard rather than read
            heard = word.replace("ph", "f")
            found |= {number: 1 for number in self._near(heard, 1) if self._words[number] == heard}
        found |= dict.fromkeys(self._sounding_like(word), 1)
        return sorted(found.items(), key=itemgetter(1, 0))

    def _near(self, word: str, most: int) -> set[int]:
        keys = _keys(word[:BEGINNING], twice=most > 1 and len(word) >= LONG)
        return {number for key in keys for number in self._pairs.of(key)}

    def _sounding_like(self, word: str) -> list[int]:
        """The names that are heard as this word, itself excepted."""
        key = sound(word)
        if len(key) < SHORTEST_SOUND:
            return []
        alike = [(number, self._words[number]) for number in self._heard.of(key)]
        return [number for number, known in alike if known != word and sound(known) == key]

    def _slips(self, word: str, number: int) -> int:
        """How many slips apart, 0 for no plausible slip or none at all."""
        known = self._words[number]
        limit = 2 if min(len(word), len(known)) >= LONG else 1
        slips = OSA.distance(word, known, score_cutoff=limit)
        if slips > limit or (slips == 1 and not _plausible(word, known)) or (slips == 2 and word[0] != known[0]):
            return 0
        return slips


def _packed(words: Sequence[str], prominent: Collection[int]) -> Iterator[int]:
    for number, word in enumerate(words):
        if SHORTEST <= len(word) <= LONGEST and word.isalpha():
            twice = number in prominent and len(word) >= LONG
            yield from pack_all(_keys(word[:BEGINNING], twice=twice), number)


def _keys(word: str, *, twice: bool) -> list[str]:
    """A word, without any one of its letters, and without any two."""
    keys = [word, *[word[:at] + word[at + 1 :] for at in range(len(word))]]
    if twice:
        keys += [word[:one] + word[one + 1 : two] + word[two + 1 :] for one, two in _TWO[len(word)]]
    return keys


def _plausible(word: str, known: str) -> bool:
    """Whether one slip is of a kind that people make; in long words any is."""
    if len(word) > 8 or len(word) != len(known):
        return word[0] == known[0] or len(word) > 5
    apart = [(a, b) for a, b in zip(word, known, strict=True) if a != b]
    return len(apart) == 2 or frozenset(apart[0]) in _ALIKE or frozenset(apart[0]) in _NEAR
