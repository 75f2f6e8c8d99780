"""From the words of a question to what each may stand for in one schedule, and how much it tells."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.search import fields
from bot.search.index import Index
from bot.search.lexicon import stem

SAME_STEM, RESPELT, JOINED, SYNONYM, NICKNAME, INITIALS, BEGINNING = 0.94, 0.97, 0.95, 0.9, 0.9, 0.85, 0.8
SLIPS = (1.0, 0.86, 0.74)  # by number of slips
OTHER_NAME = 0.72  # a known name that may be another one, misspelt
UNKNOWN_THING, UNKNOWN_ENGLISH = 1.25, 0.6  # how much a word that the schedule lacks counts against everything
_NUMERONYM = re.compile(r"([a-z])(\d{1,2})([a-z])")


@dataclass(frozen=True, slots=True)
class Asked:
    """One word of a question, folded, and the other ways to write it."""

    word: str
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class Term:
    """What one asked word may stand for: words of the index and single sessions, each with how sure that is."""

    word: str
    weight: float = 0.0
    words: dict[int, float] = field(default_factory=dict)
    sessions: dict[int, float] = field(default_factory=dict)
    guessed: str = ""  # the known word it was taken for, where it was misspelt

    @property
    def is_known(self) -> bool:
        return bool(self.words or self.sessions)

    def add(self, word: int | None, quality: float) -> None:
        """Let it stand for one more word, unless there is none."""
        if word is not None and quality > self.words.get(word, 0.0):
            self.words[word] = quality


def understand(index: Index, asked: Sequence[Asked]) -> list[Term]:
    """One term for each asked word: exact before stem before synonym before slip."""
    terms = [_plainly(index, one) for one in asked]
    _together(index, terms)
    for at, term in enumerate(terms):
        if not term.is_known:
            _guess(index, terms, at)
        elif len(terms) > 1 and index.vocabulary.get(term.word) in index.names:
            _other_names(index, term)
    for term in terms:
        term.weight = _weight(index, term)
    return terms


def _plainly(index: Index, asked: Asked) -> Term:
    term, get = Term(asked.word), index.vocabulary.get
    term.add(get(asked.word), 1.0)
    for other in asked.also:
        term.add(get(other), RESPELT)
    stemmed = stem(asked.word)
    for number in index.stems.get(stemmed, ()):
        term.add(number, SAME_STEM)
    term.add(get(stemmed), SAME_STEM)
    for nickname in index.lexicon.nicknames.get(asked.word, ()):
        if get(nickname) in index.names:
            term.add(get(nickname), NICKNAME)
    for session in index.initials.of(asked.word):
        term.sessions[session] = INITIALS
    for number in _numeronyms(index, asked.word):
        term.add(number, INITIALS)
    return term


def _numeronyms(index: Index, word: str) -> Iterator[int]:
    """`k8s` for kubernetes and back."""
    if len(word) > 6 and (short := index.vocabulary.get(f"{word[0]}{len(word) - 2}{word[-1]}")) is not None:
        yield short
    if (match := _NUMERONYM.fullmatch(word)) and (word,) not in index.lexicon.synonyms:
        length = int(match[2]) + 2
        long = [n for n in index.beginning_with(match[1], 5000) if len(index.words[n]) == length]
        yield from (n for n in long if index.words[n].endswith(match[3]))


def _together(index: Index, terms: Sequence[Term]) -> None:
    """What several neighbours mean as one: a compound, a phrase with a synonym, initials."""
    for length in range(1, min(4, len(terms)) + 1):
        for at in range(len(terms) - length + 1):
            group = terms[at : at + length]
            phrase = tuple(term.word for term in group)
            for other in index.lexicon.synonyms.get(phrase, ()):
                _mean(index, group, other)
            if length > 1:
                _join(index, group, "".join(phrase))
            if length > 2:
                initials = index.vocabulary.get("".join(word[0] for word in phrase))
                if initials in index.capitals:
                    for term in group:
                        term.add(initials, INITIALS)


def _join(index: Index, group: Sequence[Term], joined: str) -> None:
    number = index.vocabulary.get(joined)
    if number is not None:
        for term in group:
            term.add(number, JOINED)
    elif len(group) == 2 and not all(term.is_known for term in group):
        for number, slips in index.typos.of(joined)[:3]:
            for term in group:
                term.add(number, JOINED * SLIPS[slips])


def _mean(index: Index, group: Sequence[Term], phrase: tuple[str, ...]) -> None:
    """Let a group of terms stand for a phrase: a word of the index, or the sessions that have all its words together."""
    numbers = [index.vocabulary.get(word) for word in phrase]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return
    if len(known) == 1:
        for term in group:
            term.add(known[0], SYNONYM)
        return
    for session in _having_all(index, known):
        for term in group:
            term.sessions[session] = max(SYNONYM, term.sessions.get(session, 0.0))


def _having_all(index: Index, words: Sequence[int]) -> Iterator[int]:
    rarest, *others = sorted(words, key=index.spread)
    for session, mark in index.postings(rarest):
        if all(fields.near(mark, index.mark(other, session)) for other in others):
            yield session


def _guess(index: Index, terms: Sequence[Term], at: int) -> None:
    """An unknown word: the beginning of a known one, or a slip; plain English is neither, except next to a name."""
    term = terms[at]
    beside = any(
        not index.names.isdisjoint(other.words) for other in terms[max(0, at - 1) : at + 2] if other is not term
    )
    ordinary = index.lexicon.is_ordinary(term.word) or term.word.isdigit()
    if ordinary and not beside:
        return
    found = index.typos.of(term.word)
    least = min((slips for _, slips in found), default=0)
    for number, slips in found:
        is_name = number in index.names
        if (slips == least or is_name) and (is_name or not ordinary) and (is_name or len(term.word) > 4):
            term.add(number, SLIPS[slips])
    if not term.words and not ordinary and len(term.word) >= 4:
        for number in index.beginning_with(term.word, 8):
            term.add(number, BEGINNING)
    if term.words:
        term.guessed = index.words[max(term.words, key=term.words.__getitem__)]


def _other_names(index: Index, term: Term) -> None:
    for number, slips in index.typos.of(term.word):
        if slips == 1 and number in index.names:
            term.add(number, OTHER_NAME)


def _weight(index: Index, term: Term) -> float:
    if not term.is_known:
        ordinary = index.lexicon.is_ordinary(term.word) or term.word.isdigit()
        return index.rarity(term.word, 0) * (UNKNOWN_ENGLISH if ordinary else UNKNOWN_THING)
    best = max(term.words, key=term.words.__getitem__, default=None)
    if best is None:
        return index.rarity(term.word, len(term.sessions))
    return index.rarity(index.words[best], sum(map(index.spread, term.words)))
