"""Knowledge of words that needs no schedule: English, synonyms, nicknames, stems."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import Stemmer
from nicknames import name_triplets

_BRITISH = re.compile(
    r"(?<=[a-z]{3})is(?=e|ing|ation)|(?<=[a-z]{2})our(?=s?$|e|i|l)|(?<=[a-z]t)re(?=s?$)|(?<=an)ae|(?<=\bp)ae|(?<=\bh)ae|(?<=gyn)ae"
)
_AMERICAN = MappingProxyType({"is": "iz", "our": "or", "re": "er", "ae": "e"})
_ABLE = re.compile(r"(?<=[a-z]{3})[ai]b(?:ly|les?|ilit(?:y|ies))$")
_ENDINGS = MappingProxyType(  # by the last letter, and what takes their place
    {"s": (("ies", "y"), ("sses", "ss"), ("es", ""), ("s", "")), "d": (("ied", "y"), ("ed", "")), "g": (("ing", ""),)}
)
_SHORTEST_HALF = 4  # letters
GRAMMAR = 55  # ten times the Zipf value from which English words hold sentences together
EVERYDAY = 50  # and that of the thousand commonest words
_FUNCTION_BAND = 60  # from here on English words are nearly all grammar
_UNLISTED = 20  # ten times the Zipf value given to what is no ordinary word


Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists from the files beside this one; their sources and licences are in data/README.md."""

    english: Mapping[str, int]  # ordinary word -> ten times its Zipf value
    synonyms: Mapping[Phrase, tuple[Phrase, ...]]  # stems of a phrase -> phrases that mean the same
    relatives: Mapping[Phrase, tuple[Phrase, ...]]  # stems of a phrase -> phrases that are near in meaning
    nicknames: Mapping[str, tuple[str, ...]]  # given name -> its other forms, both ways, in alphabetical order
    heard: Mapping[str, str]  # letters as dictation spells them -> the letters: bee, b
    foreign: frozenset[str]  # words that hold sentences together in another language: und, nicht
    slips: frozenset[str]  # words that only hold sentences together, with any one letter left out or none

    def is_grammar(self, word: str) -> bool:
        """Tell whether a word only holds sentences together, in any language."""
        return self.english.get(word, 0) >= GRAMMAR or word in self.foreign

    def is_ordinary(self, word: str) -> bool:
        """Tell whether a word is plain English or a number, so that it is no typo and no name of a thing."""
        return word in self.english or word.isdigit() or bool(self.halves(word)) or self._is_able(word)

    def _is_able(self, word: str) -> bool:
        """Tell whether a word is made of plain English and -able or -ability: `scalable`, `composability`."""
        root = _ABLE.sub("", word)
        return root != word and (root in self.english or f"{root}e" in self.english)

    def is_slip_of_the_pen(self, word: str) -> bool:
        """Tell whether a word looks like a misspelt word of grammar: `teh`, `abuot`, `wher`, but not `kart`."""
        return word in self.slips or any(word[:at] + word[at + 1 :] in self.slips for at in range(1, len(word)))

    def halves(self, word: str) -> tuple[tuple[str, str], ...]:
        """`datacenters` as data and centers: every way to split what is no English word into two that are."""
        if word in self.english or len(word) < 2 * _SHORTEST_HALF:
            return ()
        cuts = range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
        english = self.english
        return tuple([(word[:cut], word[cut:]) for cut in cuts if word[:cut] in english and word[cut:] in english])

    def frequency(self, word: str) -> float:
        """Uses of a word among a hundred and fifty words of English: how likely an abstract has it by chance."""
        return _frequency(55 - 5 * len(word) if word.isdigit() else self.english.get(word, _UNLISTED))


@cache
def _frequency(band: int) -> float:
    return float(min(0.9, 150 * 10 ** (max(band, _UNLISTED) / 10 - 9)))


@cache
def lexicon() -> Lexicon:
    """The one lexicon, read when first asked for."""
    english = _english()
    short = [word for word, band in english.items() if band >= _FUNCTION_BAND and len(word) > 2]
    slips = frozenset(slip for word in short for slip in deletions(word) | {word})
    foreign = frozenset(word for line in _lines("function_words.txt") for word in line.split())
    heard = dict(line.split() for line in _lines("heard.txt"))
    return Lexicon(english, _groups("="), _groups("~"), _nicknames(), heard, foreign, slips)


def deletions(word: str) -> set[str]:
    """A word with any one of its letters left out."""
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english", 0)  # without its cache, which is slower than the stemming


def stem(word: str) -> str:
    """The English Snowball stem (snowballstem.org), British and American alike: `operating`, `operates` are `oper`."""
    return stems((word,))[0]


def stems(words: Iterable[str]) -> list[str]:
    """The stems of many words, which is quicker."""
    american = [
        _american(word) if "is" in word or "ou" in word or "re" in word or "ae" in word else word for word in words
    ]
    stemmed: list[str] = _stemmer().stemWords(american)
    return stemmed


def _american(word: str) -> str:
    return _BRITISH.sub(lambda found: _AMERICAN[found.group()], word)


def inflected(word: str) -> str:
    """A word without plural, -ed and -ing, so that `containers` is `container` and `contained` is `contain`."""
    for ending, instead in _ENDINGS.get(word[-1:], ()):
        if word.endswith(ending) and len(word) - len(ending) > 2 and not word.endswith(("ss", "us")):
            word = word.removesuffix(ending) + instead
            break
    return word.removesuffix("e")


def _lines(name: str) -> Iterator[str]:
    text = resources.files("bot.search").joinpath("data", name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _english() -> dict[str, int]:
    words, band = {}, _UNLISTED
    for line in _lines("english.txt"):
        if line.startswith("["):
            band = int(line.strip("[]"))
        else:
            words.update(dict.fromkeys(line.split(), band))
    return words


def _groups(sign: str) -> dict[Phrase, tuple[Phrase, ...]]:
    """Stems of a phrase -> the others on its lines of synonyms.txt, where they are divided by `sign`."""
    others: dict[Phrase, tuple[Phrase, ...]] = {}
    for line in _lines("synonyms.txt"):
        group = [tuple(phrase.split()) for phrase in line.split("|")[0].split(sign)]
        for phrase in group if len(group) > 1 else ():
            key = tuple(map(stem, phrase))
            others[key] = others.get(key, ()) + tuple(other for other in group if other != phrase)
    return others


def _nicknames() -> dict[str, tuple[str, ...]]:
    forms: dict[str, set[str]] = {}
    for given, _, nickname in name_triplets():
        forms.setdefault(given, set()).add(nickname)
        forms.setdefault(nickname, set()).add(given)
    return {name: tuple(sorted(others)) for name, others in forms.items()}
