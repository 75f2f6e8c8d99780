"""The terms of a question: what each word stands for in a schedule, also corrected, and how much it weighs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from bot.search import fields
from bot.search.index import Index
from bot.search.lexicon import EVERYDAY, GRAMMAR, Phrase, inflected, stem, stems

RESPELT, INFLECTED, DERIVED, AGENT, JOINED = 0.97, 0.96, 0.8, 0.55, 0.95  # how sure a word is meant by another
BEGINNING = 0.8  # … by a compound that begins with it
SHORTEST_FIRST_WORD, MOST_COMPOUNDS = 5, 8  # letters of that word, and how many compounds are looked at
SYNONYM, NICKNAME, INITIALS = 0.95, 0.88, 0.85
LITERAL = 0.9  # from this on a word counts as the asked one itself
EVERYDAY_WEIGHT = 0.5  # what an everyday word weighs that stands here no oftener than in any English
WORDY = 3  # words from which a question may have some that only fill it
UNKNOWN_THING = 1.25  # how much more than others an unknown name of something counts against all
SLIP_OF_THE_PEN = 0.1  # what a misspelt "the" weighs
LONGEST_PHRASE = 4  # words
SPLIT, RELATIVE = 0.85, 0.78
SLIPS = (1.0, 0.86, 0.74)  # by number of slips
MOST_GUESSED = 16  # words of one question that are looked up as misspelt
RELATIVES_FROM = 2  # words of a question: a single word is meant as it is
FEW, ONE_IN = 8, 10  # sessions, or one in so many, that a word near in meaning may stand in
SHORTEST_BEGINNING = 4  # letters of an unknown word that a known one may begin with
SHORTEST_COMPOUND = 3
LONGER_THAN_NAMES = 9  # letters of a word that is hardly a first name
SHORT = 5  # letters of a beginning that is no beginning of a plain English word


class MinLength(NamedTuple):
    """The fewest letters of a misspelt word that may stand for a thing, and for an English word.

    Names have no minimum.
    """

    thing: int
    english: int


NEVER = 100
ALONE = MinLength(5, 6)  # things are called nearly as common words: Scala is not scale
BESIDE_OTHERS = MinLength(4, 4)
SURNAME = MinLength(4, NEVER)  # what follows a first name is no plain English
NAMES_ONLY = MinLength(NEVER, NEVER)


class QueryWord(NamedTuple):
    """One word of a question, folded, and the other ways to write it."""

    word: str
    also: tuple[str, ...] = ()
    beside: bool = False  # whether it stands right after the asked word before
    around: tuple[str, ...] = ()  # what was typed beside it, too common to be asked for but perhaps half of a title
    person: bool = False  # whether a person is asked for with it: `who is rms`
    optional: bool = False  # whether it may only be filler, which counts where it stands and else is not missed


@dataclass(slots=True)
class Term:
    """One word of a question with its meanings: words of the index and single sessions, each with a certainty."""

    word: str
    stem: str
    beside: bool = False  # whether it was typed right after the one before
    weight: float = 0.0  # how much it explains where it stands
    penalty: float = 0.0  # how much it counts against a session that lacks it
    ordinary: bool = False  # whether it is plain English rather than the name of something
    is_first_name: bool = False  # whether it is somebody's first name
    around: tuple[int, ...] = ()  # words of the index that were typed beside it
    optional: bool = False  # whether it is not missed where it does not stand
    has_meaning: bool = True  # whether it may be near in meaning to another word: no name, no word of grammar
    words: dict[int, float] = field(default_factory=dict)
    sessions: dict[int, float] = field(default_factory=dict)
    guessed: str = ""  # the known word it was taken for, where it was misspelt

    @property
    def is_known(self) -> bool:
        return bool(self.words or self.sessions)

    @property
    def is_sure(self) -> bool:
        """Tell whether the schedule has this very word, and not only a related one."""
        return bool(self.sessions) or (bool(self.words) and max(self.words.values()) >= LITERAL)

    def add(self, word: int | None, quality: float) -> None:
        """Add a word that it may stand for; None is ignored."""
        if word is not None and quality > self.words.get(word, 0.0):
            self.words[word] = quality

    def add_session(self, session: int, quality: float) -> None:
        """Add a session that it may stand for, where no single word of the index fits."""
        if quality > self.sessions.get(session, 0.0):
            self.sessions[session] = quality


def read_terms(index: Index, asked: Sequence[QueryWord]) -> list[Term]:
    """A term for each word as it is typed, with words of the same stem and synonyms, and its weight."""
    terms = [
        _literal_term(index, word, stemmed)
        for word, stemmed in zip(asked, stems([word.word for word in asked]), strict=True)
    ]
    for group, key in _phrases(terms):
        for other in index.lexicon.synonyms.get(key, ()):
            _add_meaning(index, group, other, SYNONYM)
        if len(group) > 1:
            _add_joined(index, group)
    _set_weights(index, terms)
    return terms


def _phrases(terms: Sequence[Term]) -> Iterator[tuple[Sequence[Term], Phrase]]:
    """Every run of one to four neighbouring terms, with their stems."""
    stems = [term.stem for term in terms]
    for length in range(1, min(LONGEST_PHRASE, len(terms)) + 1):
        for at in range(len(terms) - length + 1):
            yield terms[at : at + length], tuple(stems[at : at + length])


def _add_meaning(index: Index, group: Sequence[Term], phrase: Phrase, quality: float) -> None:
    """Let a group of terms stand for a phrase: a word of the index, or the sessions that have its words together."""
    if len(phrase) == 1:
        number = index.form(phrase[0])
        for term in group:
            term.add(number, quality)
        return
    for session in having_all(index, phrase):
        for term in group:
            term.add_session(session, quality)


def _add_same_stem(index: Index, term: Term, word: str, stemmed: str, quality: float) -> None:
    """Add the words of the same stem: for `container` containers, and contain with less certainty.

    Of words that hold sentences together, only a plural or singular is added: for `levels` level.
    """
    others = [(number, other) for number in index.family(stemmed) if (other := index.words[number]) != word]
    plain = inflected(word) if others else word
    for number, other in others:
        if other in (f"{word}s", word.removesuffix("s")) or index.lexicon.english.get(other, 0) < GRAMMAR:
            term.add(number, quality * _certainty_within_stem(plain, inflected(other)))


def _set_weights(index: Index, terms: Sequence[Term]) -> None:
    """Set the weights.

    Rare words weigh most; everyday words that are no more frequent here than in any text weigh least.
    """
    for term in terms:
        term.ordinary = term.word in index.lexicon.english or term.word.isdigit()
        is_name = term.is_first_name or (not term.ordinary and not index.names.isdisjoint(term.words))
        term.has_meaning = not is_name and index.lexicon.english.get(term.word, 0) < GRAMMAR
        if not term.is_known:
            term.weight = index.rarity(term.word, 0)
            term.penalty = term.weight * (1.0 if term.ordinary else UNKNOWN_THING)
            if not term.ordinary and index.lexicon.is_slip_of_the_pen(term.word):
                term.weight = term.penalty = SLIP_OF_THE_PEN
        else:
            _set_known_weight(index, term, wordy=len(terms) >= WORDY)
        if term.optional:
            term.penalty = 0.0


def _set_known_weight(index: Index, term: Term, *, wordy: bool) -> None:
    own = [number for number, quality in term.words.items() if quality >= LITERAL]
    spread = sum(map(index.spread, own)) or len(term.sessions) or sum(map(index.spread, term.words))
    word = term.word
    if word not in index.vocabulary and word not in index.lexicon.english and term.words:
        word = index.words[max(term.words, key=term.words.__getitem__)]
    term.penalty = term.weight = index.rarity(word, spread)
    if not _is_topical(index, word, spread):
        term.weight *= EVERYDAY_WEIGHT
        term.penalty *= EVERYDAY_WEIGHT if wordy else 1.0


def _is_topical(index: Index, word: str, spread: int) -> bool:
    """Tell whether a word is uncommon in English, or more frequent in this schedule than in English."""
    if index.lexicon.english.get(word, 0) < EVERYDAY:
        return True
    expected = len(index) * index.lexicon.frequency(word)
    return expected < 1 or spread >= 2 * expected


def _literal_term(index: Index, asked: QueryWord, stemmed: str) -> Term:
    word, also, beside, around, person, optional = asked
    term, get, lexicon = Term(word, stemmed, beside, optional=optional), index.vocabulary.get, index.lexicon
    own = get(word)
    term.add(own, 1.0)
    term.is_first_name = word not in lexicon.english and (own in index.first_names or word in lexicon.nicknames)
    if around:
        term.around = tuple(number for other in around for number in index.family(stem(other)))
    for other in also:
        term.add(get(other), RESPELT)
    _add_same_stem(index, term, word, stemmed, 1.0)
    for nickname in lexicon.nicknames.get(word, ()):
        if get(nickname) in index.names:
            term.add(get(nickname), NICKNAME)
    _add_plurals_and_initials(index, term, person=person)
    if own is not None and len(word) >= SHORTEST_FIRST_WORD:
        _add_longer_words(index, term)
    return term


def _add_plurals_and_initials(index: Index, term: Term, *, person: bool) -> None:
    """Add what initials stand for, and the plural or singular of names: GPUs and LLMs have no English stem."""
    word = term.word
    singular = word[:-1] if word[-1:] == "s" and word[-2:] != "ss" else ""
    if word not in index.lexicon.english:
        for other in (singular, f"{word}s"):
            term.add(index.vocabulary.get(other), INFLECTED)
    sessions = [*index.initials.lookup(*filter(None, (word, singular)))]
    if person or not (word in index.lexicon.english or index.form(word) is not None or index.meaning.knows(word)):
        sessions += index.name_initials.lookup(*filter(None, (word, singular)))
    for session in sessions:
        term.add_session(session, INITIALS)


def _add_longer_words(index: Index, term: Term) -> None:
    """Add the words that begin with it: JupyterLab, Retrocomputing."""
    for number in index.beginning_with(term.word, MOST_COMPOUNDS):
        if number not in index.names and not index.lexicon.is_ordinary(index.words[number]):
            term.add(number, BEGINNING)


def _certainty_within_stem(one: str, other: str) -> float:
    """How certainly one word of a stem stands for another, both without their endings: an engineer is no engine."""
    if one == other:
        return INFLECTED
    ending = one.removeprefix(other) if len(one) > len(other) else other.removeprefix(one)
    return AGENT if ending in ("er", "eer", "or", "r") else DERIVED


def _add_joined(index: Index, group: Sequence[Term]) -> None:
    """Add the single word that the schedule has for neighbouring words, or for their initials."""
    meant = [(index.vocabulary.get("".join([term.word for term in group])), JOINED)]
    if len(group) > 2 and all(index.lexicon.is_ordinary(term.word) for term in group):
        initials = index.vocabulary.get("".join(term.word[0] for term in group))
        if initials in index.capitals:
            meant.append((initials, INITIALS))
    for number, quality in meant:
        for term in group:
            term.add(number, quality)


def having_all(index: Index, phrase: Phrase, field: int = fields.FIELDS) -> Iterator[int]:
    """The sessions that have all words of a phrase near each other; the rarest word is in one of these fields."""
    known = [number for word in phrase if (number := index.form(word)) is not None]
    if len(known) < len(phrase):
        return
    rarest, *others = sorted(known, key=index.spread)
    for session, mark in index.postings(rarest):
        if mark & field and all(fields.near(mark, index.mark(other, session)) for other in others):
            yield session


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
        _forget_first_names(index, terms)
        _add_compounds(index, terms[:MOST_GUESSED], unsure)
    if len(terms) >= RELATIVES_FROM:
        _add_related(index, terms)
    if _count_meanings(terms) == before:
        return False
    _set_weights(index, terms)
    return True


def _add_related(index: Index, terms: Sequence[Term]) -> None:
    """Add the words that are related in meaning."""
    for group, key in _phrases(terms):
        for other in index.lexicon.relatives.get(key, ()):
            if len(other) > 1 or _is_rare(index, other[0]):
                _add_meaning(index, group, other, RELATIVE)


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


def _forget_first_names(index: Index, terms: Sequence[Term]) -> None:
    """Take no guess for a word before one that nobody knows: they are probably somebody's name, as in `linus torvalds`."""
    for term, following in pairwise(terms):
        is_name = following.beside and following.word.isalpha() and not following.optional
        unknown = is_name and not (following.is_known or index.lexicon.is_ordinary(following.word))
        sure = len(term.word) >= LONGER_THAN_NAMES and index.vocabulary.get(term.guessed) not in index.names
        sure = sure or term.word.startswith(term.guessed)  # maschinen, of which there is one
        if unknown and term.guessed and not sure:
            term.words.clear()
            term.guessed = ""


def _may_be_misspelt_here(index: Index, term: Term) -> bool:
    """Tell whether a word occurs in one session only and is not English: the schedule itself may have misspelt it."""
    number = index.vocabulary.get(term.word)
    return number is not None and index.spread(number) == 1 and not index.lexicon.is_ordinary(term.word)


def _add_stems_and_synonyms(index: Index, term: Term) -> None:
    """Add the stems and synonyms of the words that a misspelt word stands for."""
    for number, quality in tuple(term.words.items()):
        word = index.words[number]
        stemmed = stem(word)
        _add_same_stem(index, term, word, stemmed, quality)
        for other in index.lexicon.synonyms.get((stemmed,), ()):
            _add_meaning(index, (term,), other, quality * SYNONYM)


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
    """Add compounds of two neighbours, one of them unknown, with a typo or as dictated: `web assemby`, `pie torch`."""
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
