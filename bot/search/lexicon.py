"""What is known of words before any schedule: English, synonyms, nicknames, stems."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import Stemmer
from nicknames import name_triplets

_UNLISTED = 20  # ten times the Zipf value given to what is no ordinary word


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists from the files beside this one; their sources and licences are in lists/README.md."""

    english: Mapping[str, int]  # ordinary word -> ten times its Zipf value
    synonyms: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]  # phrase -> phrases that mean the same
    nicknames: Mapping[str, frozenset[str]]  # given name -> its other forms, both ways

    def is_ordinary(self, word: str) -> bool:
        """Whether a word is plain English, so that it is no typo and no name of a thing."""
        return word in self.english

    def frequency(self, word: str) -> float:
        """Uses of a word among a hundred and fifty words of English: how likely an abstract has it by chance."""
        return float(min(0.9, 150 * 10 ** (self.english.get(word, _UNLISTED) / 10 - 9)))


@cache
def lexicon() -> Lexicon:
    """The one lexicon, read when first asked for."""
    return Lexicon(MappingProxyType(_english()), MappingProxyType(_synonyms()), MappingProxyType(_nicknames()))


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def stem(word: str) -> str:
    """The English Snowball stem (snowballstem.org): `operating` and `operates` are `oper`."""
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


def _lines(name: str) -> Iterator[str]:
    text = resources.files("bot.search").joinpath("lists", name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _english() -> dict[str, int]:
    words, band = {}, _UNLISTED
    for line in _lines("english.txt"):
        if line.startswith("["):
            band = int(line.strip("[]"))
        else:
            words.update(dict.fromkeys(line.split(), band))
    return words


def _synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    same: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for line in _lines("synonyms.txt"):
        group = [tuple(phrase.split()) for phrase in line.split("|")[0].split("=")]
        for phrase in group:
            same[phrase] = same.get(phrase, ()) + tuple(other for other in group if other != phrase)
    return same


def _nicknames() -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for given, _, nickname in name_triplets():
        forms.setdefault(given, set()).add(nickname)
        forms.setdefault(nickname, set()).add(given)
    return {name: frozenset(others) for name, others in forms.items()}
