"""The terms of a question: what each word stands for in one schedule, and how much weight it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


class QueryWord(NamedTuple):
    """One word of a question, folded, and the other ways to write it."""

    word: str
    also: tuple[str, ...] = ()
    beside: bool = False  # whether it stands right after the asked word before
    around: tuple[str, ...] = ()  # what was typed beside it, too common to be asked for but perhaps half of a title
    person: bool = False  # whether a person is asked for with it: `who is rms`
    optional: bool = (
        False  # whether it may only be filler: it counts where it stands, and is not missed where it does not
    )


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
    for group, key in phrases(terms):
        for other in index.lexicon.synonyms.get(key, ()):
            add_meaning(index, group, other, SYNONYM)
        if len(group) > 1:
            _add_joined(index, group)
    set_weights(index, terms)
    return terms


def phrases(terms: Sequence[Term]) -> Iterator[tuple[Sequence[Term], Phrase]]:
    """Every run of one to four neighbouring terms, with their stems."""
    stems = [term.stem for term in terms]
    for length in range(1, min(LONGEST_PHRASE, len(terms)) + 1):
        for at in range(len(terms) - length + 1):
            yield terms[at : at + length], tuple(stems[at : at + length])


def add_meaning(index: Index, group: Sequence[Term], phrase: Phrase, quality: float) -> None:
    """Let a group of terms stand for a phrase: for a word of the index, or for the sessions that have all its words together."""
    if len(phrase) == 1:
        number = index.form(phrase[0])
        for term in group:
            term.add(number, quality)
        return
    for session in having_all(index, phrase):
        for term in group:
            term.add_session(session, quality)


def add_same_stem(index: Index, term: Term, word: str, stemmed: str, quality: float) -> None:
    """Add the words of the same stem: for `container` containers, and contain with less certainty."""
    others = [(number, other) for number in index.family(stemmed) if (other := index.words[number]) != word]
    plain = inflected(word) if others else word
    for number, other in others:
        if index.lexicon.english.get(other, 0) < GRAMMAR:
            term.add(number, quality * _certainty_within_stem(plain, inflected(other)))


def set_weights(index: Index, terms: Sequence[Term]) -> None:
    """Set the weights. Rare words weigh most; everyday words that are no more frequent here than in any text weigh least."""
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
    expected = index.size * index.lexicon.frequency(word)
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
    add_same_stem(index, term, word, stemmed, 1.0)
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
        if number is not None:
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
