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
    add_meaning,
    add_same_stem,
    having_all,
    phrases,
    set_weights,
)

SPLIT, RELATIVE = 0.85, 0.78
SLIPS = (1.0, 0.86, 0.74)  # by number of slips
MOST_GUESSED = 16  # words of one question that are looked up as misspelt
RELATIVES_FROM = 2  # words of a question: a single word is meant as it is
FEW, ONE_IN = 8, 10  # sessions, or one in so many, that a word near in meaning may stand in
SHORTEST_BEGINNING = 4  # letters of an unknown word that a known one may begin with
SHORTEST_COMPOUND = 3
SHORT = 5  # letters of a beginning that is no beginning of a plain English word


class MinLength(NamedTuple):
    """The fewest letters of a misspelt word that may stand for a thing, and for an English word. Names have no minimum."""

    thing: int
    english: int


NEVER = 100
ALONE = MinLength(5, 6)  # things are called nearly as common words: Scala is not scale
BESIDE_OTHERS = MinLength(4, 4)
SURNAME = MinLength(4, NEVER)  # what follows a first name is no plain English
NAMES_ONLY = MinLength(NEVER, NEVER)


def add_corrections(index: Index, terms: Sequence[Term]) -> bool:
    """Add corrections and related words to the terms, and set their weights again. Return whether there were any."""
    before = _count_meanings(terms)
    unsure = [not term.is_sure for term in terms[:MOST_GUESSED]]
    for at, term in enumerate(terms[:MOST_GUESSED]):
        if unsure[at]:
            _correct_unknown(index, terms, at)
        elif _may_be_misspelt_here(index, term):
            _add_misspelt(index, term, ALONE)
            _add_stems_and_synonyms(index, term)
    if any(unsure):
        _add_compounds(index, terms[:MOST_GUESSED], unsure)
    if len(terms) >= RELATIVES_FROM:
        _add_related(index, terms)
    if _count_meanings(terms) == before:
        return False
    set_weights(index, terms)
    return True


def _add_related(index: Index, terms: Sequence[Term]) -> None:
    """Add the words that are related in meaning."""
    for group, key in phrases(terms):
        for other in index.lexicon.relatives.get(key, ()):
            if len(other) > 1 or _is_rare(index, other[0]):
                add_meaning(index, group, other, RELATIVE)


def _is_rare(index: Index, word: str) -> bool:
    """Tell whether a word occurs in few sessions, so that it tells them apart."""
    number = index.form(word)
    return number is not None and index.spread(number) <= max(FEW, len(index) // ONE_IN)


def _count_meanings(terms: Sequence[Term]) -> int:
    return sum([len(term.words) + len(term.sessions) for term in terms])


def _correct_unknown(index: Index, terms: Sequence[Term], at: int) -> None:
    """Correct an unknown word: it may be two words in one, a typo, or the beginning of a known word.

    An English word is only corrected next to a name.
    """
    term = terms[at]
    _add_halves(index, term)
    ordinary = index.lexicon.is_ordinary(term.word)
    if term.sessions or (ordinary and not _is_next_to_a_name(index, terms, at)):
        return
    _add_misspelt(index, term, NAMES_ONLY if ordinary else _min_length(terms, at))
    if not term.words and not ordinary and len(term.word) >= SHORTEST_BEGINNING:
        for number in index.beginning_with(term.word, MOST_COMPOUNDS):
            if not index.lexicon.is_ordinary(index.words[number]) or len(term.word) > SHORT:
                term.add(number, BEGINNING)
    if term.words:
        term.guessed = index.words[max(term.words, key=term.words.__getitem__)]
        _add_stems_and_synonyms(index, term)


def _may_be_misspelt_here(index: Index, term: Term) -> bool:
    """Tell whether a word occurs in one session only and is not English: the schedule itself may have misspelt it."""
    number = index.vocabulary.get(term.word)
    return number is not None and index.spread(number) == 1 and not index.lexicon.is_ordinary(term.word)


def _add_stems_and_synonyms(index: Index, term: Term) -> None:
    """Add the stems and synonyms of the words that a misspelt word stands for."""
    for number, quality in tuple(term.words.items()):
        word = index.words[number]
        stemmed = stem(word)
        add_same_stem(index, term, word, stemmed, quality)
        for other in index.lexicon.synonyms.get((stemmed,), ()):
            add_meaning(index, (term,), other, quality * SYNONYM)


def _is_next_to_a_name(index: Index, terms: Sequence[Term], at: int) -> bool:
    neighbours = (terms[other] for other in (at - 1, at + 1) if 0 <= other < len(terms))
    return any(not index.names.isdisjoint(other.words) for other in neighbours)


def _add_halves(index: Index, term: Term) -> None:
    """Add the sessions that have the two halves of a word next to each other: `statemachines`, `datacenters`."""
    for first, second in index.lexicon.halves(term.word):
        for session in having_all(index, (first, second)):
            if f"{first} {second[: max(4, len(second) - 3)]}" in index.text(session):
                term.add_session(session, SPLIT)


def _min_length(terms: Sequence[Term], at: int) -> MinLength:
    if terms[at].beside and terms[at - 1].is_first_name:
        return SURNAME
    return BESIDE_OTHERS if any(other.is_sure for other in terms) else ALONE


def _add_misspelt(index: Index, term: Term, letters: MinLength) -> None:
    found = index.spelling.lookup(term.word)
    least = min((slips for _, slips in found), default=0)
    for number, slips in found:
        if number in index.names or (
            slips == least and len(term.word) >= letters[index.words[number] in index.lexicon.english]
        ):
            term.add(number, SLIPS[slips])


def _add_compounds(index: Index, terms: Sequence[Term], unsure: Sequence[bool]) -> None:
    """Add compounds of neighbouring words, one of them unknown, with a typo or as dictated: `web assemby`, `pie torch`."""
    heard = index.lexicon.heard
    for length in (1, 2, 3):
        for at in range(len(terms) - length + 1):
            group = terms[at : at + length]
            typed = "".join([term.word for term in group])
            meant = "".join([heard.get(term.word, term.word) for term in group])
            if not any(unsure[at : at + length]) or len(meant) < SHORTEST_COMPOUND or (length == 1 and meant == typed):
                continue
            typed_so = {index.vocabulary.get(term.word) for term in group}
            for number, sure in _known_spellings(index, *dict.fromkeys((meant, typed) if length > 1 else (meant,))):
                for term in group if number not in typed_so else ():
                    term.add(number, JOINED * sure)


def _known_spellings(index: Index, *compounds: str) -> Iterator[tuple[int, float]]:
    """The known words that a compound is or resembles, each with its certainty."""
    for compound in compounds:
        if (own := index.vocabulary.get(compound)) is not None:
            yield own, 1.0
        else:
            yield from ((number, SLIPS[slips]) for number, slips in index.spelling.spelt_like(compound, most=1)[:3])
