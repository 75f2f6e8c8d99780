"""Known words that a misspelt one may stand for, found by deleting letters on both sides (as SymSpell does)."""

import re
from array import array
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, pairwise
from operator import itemgetter

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4  # letters; what is shorter is typed right or not at all
LONGEST = 24
BEGINNING = 5  # letters of a word that are compared by leaving some out
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

_SPELT = str.maketrans({"c": "k", "q": "k", "x": "ks", "z": "s", "y": "i", "w": "v", "h": None, "j": "i"})
_TWICE = re.compile(r"(.)\1+")

_NUMBERS = (1 << 24) - 1
_BITS = 63
_HASHES = (1 << _BITS) - 1 - _NUMBERS
ALIKE_BITS = 1  # about so many pairs, as a power of two, have a hash that begins alike


def pack(strings: Iterable[str], number: int) -> list[int]:
    """Strings paired with one number below 2**24, each pair as one whole number below 2**63."""
    return [hash(string) & _HASHES | number for string in strings]


class Pairs:
    """Many pairs (string, number) in eight bytes each, in order, and where in them each beginning of a hash is.

    The strings are hashed, so whoever looks one up checks what it gets: one in a million look-ups finds another's
    number.
    """

    def __init__(self, packed: Iterable[int]) -> None:
        pairs = np.unique(np.fromiter(packed, np.uint64))
        bits = max(0, len(pairs).bit_length() - ALIKE_BITS)
        self._shift = _BITS - bits
        beginnings = np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(self._shift)
        # Arrays of Python's own are read faster than those of numpy, one by one.
        self._pairs = array("Q", pairs.tobytes())
        self._first = array("I", np.searchsorted(pairs, beginnings).astype(np.uint32).tobytes())

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


class SpellingIndex:
    """Finds known words one typo away from a word, or two typos for long words of names and titles.

    It looks up the beginning of the word with letters left out, then compares the words with such a beginning as a
    whole.
    """

    def __init__(
        self, words: Sequence[str], alphabetical: Iterable[int], prominent: Iterable[int], names: Collection[int] = ()
    ) -> None:
        self._words = words
        self._order = array("I", [number for number in alphabetical if _may_be_misspelt(words[number])])
        beginnings: dict[str, int] = {}  # -> where in the order the words begin that begin so
        for place, number in enumerate(self._order):
            beginnings.setdefault(words[number][:BEGINNING], place)
        self._first = array("I", [*beginnings.values(), len(self._order)])
        twice = {words[number][:BEGINNING] for number in prominent if len(words[number]) >= LONG}
        self._pairs = Pairs(
            pair
            for number, beginning in enumerate(beginnings)
            for pair in pack(_keys(beginning, twice=beginning in twice), number)
        )
        self._heard = Pairs(pair for number in names for pair in pack([sound(words[number])], number))

    def lookup(self, word: str, *, most: int = 2) -> list[tuple[int, int]]:
        """Pairs (word's number, typos), nearest first, of the other words that `word` may stand for."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        found = dict(self.spelt_like(word, most=most))
        if "ph" in word:  # graphana: heard rather than read
            heard = word.replace("ph", "f")
            found |= {number: 1 for number in self._with_similar_beginning(heard, 1) if self._words[number] == heard}
        found |= dict.fromkeys(self._sounding_alike(word), 1)
        return sorted(found.items(), key=itemgetter(1, 0))

    def spelt_like(self, word: str, *, most: int = 2) -> list[tuple[int, int]]:
        """The same for words with a similar spelling, whatever they sound like."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        return sorted(self._slips(word, self._with_similar_beginning(word, most)).items(), key=itemgetter(1, 0))

    def _with_similar_beginning(self, word: str, most: int) -> list[int]:
        keys = _keys(word[:BEGINNING], twice=most > 1 and len(word) >= LONG)
        beginnings = set(self._pairs.lookup(*keys))
        return [
            number
            for beginning in beginnings
            for number in self._order[self._first[beginning] : self._first[beginning + 1]]
        ]

    def _sounding_alike(self, word: str) -> list[int]:
        """The other names that sound like this word."""
        key = sound(word)
        if len(key) < SHORTEST_SOUND:
            return []
        alike = [(number, self._words[number]) for number in self._heard.lookup(key)]
        return [number for number, known in alike if known != word and sound(known) == key]

    def _slips(self, word: str, numbers: Sequence[int]) -> dict[int, int]:
        """The words that may be meant, with the number of typos."""
        if not numbers:
            return {}
        known = [self._words[number] for number in numbers]
        near = process.extract(word, known, scorer=OSA.distance, score_cutoff=2 if len(word) >= LONG else 1, limit=None)
        return {numbers[at]: slips for other, slips, at in near if _is_slip(word, other, slips)}


def _may_be_misspelt(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()


def _keys(word: str, *, twice: bool) -> list[str]:
    """A word, without any one of its letters, and without any two."""
    keys = [word, *[word[:at] + word[at + 1 :] for at in range(len(word))]]
    if twice:
        keys += [word[:one] + word[one + 1 : two] + word[two + 1 :] for one, two in _TWO[len(word)]]
    return keys


def _is_slip(word: str, known: str, slips: int) -> bool:
    """Tell whether people may type one word for the other, so many typos apart."""
    return (slips == 1 and _plausible(word, known)) or (slips == 2 and len(known) >= LONG and word[0] == known[0])


def _plausible(word: str, known: str) -> bool:
    """Tell whether a typo is of a kind that people make; in long words any is."""
    if len(word) > 8 or len(word) != len(known):
        return word[0] == known[0] or len(word) > 5
    apart = [(a, b) for a, b in zip(word, known, strict=True) if a != b]
    return len(apart) == 2 or frozenset(apart[0]) in _ALIKE or frozenset(apart[0]) in _NEAR


def sound(word: str) -> str:
    """The key of a folded word: Brikman and Brickman, Pakkanen and Paakanen, Aleksa and Alexa, Kuhn and Khun."""
    return _TWICE.sub(r"\1", word.replace("ph", "f").replace("dt", "t").translate(_SPELT))
