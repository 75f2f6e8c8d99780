"""Other meanings for words of a question that say too little as typed: misspellings, compounds, related words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.search.index import Index
from bot.search.lexicon import stem
from bot.search.query_terms import (
    BEGINNING,
    JOINED,
    MOST_COMPOUNDS,
    SYNONYM,
    Term,
    having_all,
    mean,
    phrases,
    same_stem,
    weigh,
)

SPLIT, RELATIVE = 0.85, 0.78
SLIPS = (1.0, 0.86, 0.74)  # by number of slips
MOST_GUESSED = 16  # words of one question that are looked up as misspelt
RELATIVES_FROM = 2  # words of a question: a single word is meant as it is
FEW, ONE_IN = 8, 10  # sessions, or one in so many, that a word near in meaning may stand in
SHORTEST_BEGINNING = 4  # letters of an unknown word that a known one may begin with
SHORTEST_COMPOUND = 3
SHORT = 5  # letters of a beginning that is no beginning of a plain English word


class Letters(NamedTuple):
    """How many letters a misspelt word needs to be taken for a thing, and for plain English; for a name any will do."""

    thing: int
    english: int


NEVER = 100
ALONE = Letters(5, 6)  # things are called nearly as common words: Scala is not scale
BESIDE_OTHERS = Letters(4, 4)
SURNAME = Letters(4, NEVER)  # what follows a first name is no plain English
NAMES_ONLY = Letters(NEVER, NEVER)


def guess(index: Index, terms: Sequence[Term]) -> bool:
    """Add to terms what they may have meant; whether there was anything to add. Their weights follow."""
    before = _meanings(terms)
    unsure = [not term.is_sure for term in terms[:MOST_GUESSED]]
    for at, term in enumerate(terms[:MOST_GUESSED]):
        if unsure[at]:
            _guess(index, terms, at)
        elif _is_odd(index, term):
            _slipped(index, term, ALONE)
            _kin(index, term)
    if any(unsure):
        _compounds(index, terms[:MOST_GUESSED], unsure)
    if len(terms) >= RELATIVES_FROM:
        _relatives(index, terms)
    if _meanings(terms) == before:
        return False
    weigh(index, terms)
    return True


def _relatives(index: Index, terms: Sequence[Term]) -> None:
    """Let words stand for those that are near in meaning."""
    for group, key in phrases(terms):
        for other in index.lexicon.relatives.get(key, ()):
            if len(other) > 1 or _is_rare(index, other[0]):
                mean(index, group, other, RELATIVE)


def _is_rare(index: Index, word: str) -> bool:
    """Whether a word stands in few enough sessions to tell one from another."""
    number = index.form(word)
    return number is not None and index.spread(number) <= max(FEW, len(index) // ONE_IN)


def _meanings(terms: Sequence[Term]) -> int:
    return sum([len(term.words) + len(term.sessions) for term in terms])


def _guess(index: Index, terms: Sequence[Term], at: int) -> None:
    """An unknown word: two words in one, a slip, or the beginning of a known one.

    Plain English is none of these, except next to a name.
    """
    term = terms[at]
    _split(index, term)
    ordinary = index.lexicon.is_ordinary(term.word)
    if term.sessions or (ordinary and not _beside_a_name(index, terms, at)):
        return
    _slipped(index, term, NAMES_ONLY if ordinary else _letters(terms, at))
    if not term.words and not ordinary and len(term.word) >= SHORTEST_BEGINNING:
        for number in index.beginning_with(term.word, MOST_COMPOUNDS):
            if not index.lexicon.is_ordinary(index.words[number]) or len(term.word) > SHORT:
                term.add(number, BEGINNING)
    if term.words:
        term.guessed = index.words[max(term.words, key=term.words.__getitem__)]
        _kin(index, term)


def _is_odd(index: Index, term: Term) -> bool:
    """Whether a word stands in one place only and is no English: it may be misspelt there as well."""
    number = index.vocabulary.get(term.word)
    return number is not None and index.spread(number) == 1 and not index.lexicon.is_ordinary(term.word)


def _kin(index: Index, term: Term) -> None:
    """Add the stems and synonyms of the words that a misspelt one was taken for."""
    for number, quality in tuple(term.words.items()):
        word = index.words[number]
        stemmed = stem(word)
        same_stem(index, term, word, stemmed, quality)
        for other in index.lexicon.synonyms.get((stemmed,), ()):
            mean(index, (term,), other, quality * SYNONYM)


def _beside_a_name(index: Index, terms: Sequence[Term], at: int) -> bool:
    neighbours = (terms[other] for other in (at - 1, at + 1) if 0 <= other < len(terms))
    return any(not index.names.isdisjoint(other.words) for other in neighbours)


def _split(index: Index, term: Term) -> None:
    """`statemachines`, `datacenters`: two words in one, where a session has them next to each other."""
    for first, second in index.lexicon.halves(term.word):
        for session in having_all(index, (first, second)):
            if f"{first} {second[: max(4, len(second) - 3)]}" in index.text(session):
                term.add_session(session, SPLIT)


def _letters(terms: Sequence[Term], at: int) -> Letters:
    if terms[at].beside and terms[at - 1].given:
        return SURNAME
    return BESIDE_OTHERS if any(other.is_sure for other in terms) else ALONE


def _slipped(index: Index, term: Term, letters: Letters) -> None:
    found = index.typos.of(term.word)
    least = min((slips for _, slips in found), default=0)
    for number, slips in found:
        if number in index.names or (
            slips == least and len(term.word) >= letters[index.words[number] in index.lexicon.english]
        ):
            term.add(number, SLIPS[slips])


def _compounds(index: Index, terms: Sequence[Term], unsure: Sequence[bool]) -> None:
    """`web assemby`, `pie torch`: neighbours, one of them unknown, that make a compound with a slip, or as it is heard."""
    heard = index.lexicon.heard
    for length in (1, 2, 3):
        for at in range(len(terms) - length + 1):
            group = terms[at : at + length]
            typed = "".join([term.word for term in group])
            meant = "".join([heard.get(term.word, term.word) for term in group])
            if not any(unsure[at : at + length]) or len(meant) < SHORTEST_COMPOUND or (length == 1 and meant == typed):
                continue
            typed_so = {index.vocabulary.get(term.word) for term in group}
            for number, sure in _written(index, *dict.fromkeys((meant, typed) if length > 1 else (meant,))):
                for term in group if number not in typed_so else ():
                    term.add(number, JOINED * sure)


def _written(index: Index, *compounds: str) -> Iterator[tuple[int, float]]:
    """The words that a compound is, or is spelt like, and how surely."""
    for compound in compounds:
        if (own := index.vocabulary.get(compound)) is not None:
            yield own, 1.0
        else:
            yield from ((number, SLIPS[slips]) for number, slips in index.typos.spelt_like(compound, most=1)[:3])
