"""Walks a schedule once and collects which word stands where."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from itertools import chain
from operator import add

import numpy as np

from bot.schedule.models import Schedule, Speaker, Talk, Track
from bot.search import fields
from bot.search.hashed_pairs import pack_all
from bot.search.lexicon import EVERYDAY, lexicon, stems
from bot.search.meaning import Meaning
from bot.search.tokenizer import LONGEST_WORD, camel_initials, compounds, initials, name_initials, prose, token, words
from bot.search.vectors import word_vectors

_PUNCTUATION = ".,;:!?()[]\"'…“”‘’"
_OPENING = _PUNCTUATION.replace(".", "")  # .NET begins with a dot
_CAPITALS = re.compile(r"[A-Z][A-Z0-9]{1,5}")


class _Chunks(dict[str, tuple[int, ...]]):
    """The text between two spaces -> the numbers of its words; most are one plain word."""

    def __init__(self, vocabulary: dict[str, int], capitals: set[int]) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._capitals = capitals

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        bare = chunk.rstrip(_PUNCTUATION).lstrip(_OPENING)
        if bare != chunk:
            numbers = self[bare]
        elif bare.isascii() and bare.isalnum() and len(bare) <= LONGEST_WORD:  # nearly all, so quickly
            numbers = self._word(bare)
        else:
            compound = (token(part) for part in compounds(chunk))
            numbers = tuple({self._number(word) for parts, joined in compound for word in parts + joined})
        self[chunk] = numbers
        return numbers

    def _word(self, word: str) -> tuple[int, ...]:
        lower = word.lower()
        if lower == word:
            return (self._number(word),)  # the same text as here, not an equal one
        number = self._number(lower)
        if word[1:].islower():
            return (number,)
        if word.isupper() and _CAPITALS.fullmatch(word):
            self._capitals.add(number)
        short = camel_initials(word)
        return (number, self._number(short)) if short else (number,)

    def _number(self, word: str) -> int:
        return self._vocabulary.setdefault(word, len(self._vocabulary))


class Collected:
    """The words seen in one walk over a schedule; a session's marks are packed as soon as it is read."""

    def __init__(self) -> None:
        self.vocabulary: dict[str, int] = {}
        self.capitals: set[int] = set()
        self.initials = array("Q")
        self.name_initials = array("Q")
        self.titles: dict[str, tuple[int, ...]] = {}
        self.title_words = array("H")
        self.people: list[tuple[frozenset[int], ...]] = []
        self.given: set[int] = set()  # words that names begin with
        self.named: set[int] = set()  # words of people's names
        self.titled: set[int] = set()  # words of titles
        self._words = array("I")
        self._marks = array("Q")
        self._sizes = array("I")  # how many words each session has
        self._chunks = _Chunks(self.vocabulary, self.capitals)
        self._names: dict[str, frozenset[int]] = {}  # the words of each name
        self._here: dict[int, int] = {}

    def end_session(self) -> None:
        """End a session: the following words belong to the next one."""
        self._words.extend(self._here.keys())
        self._marks.extend(self._here.values())
        self._sizes.append(len(self._here))
        self._here = {}

    def end(self) -> None:
        """Drop the caches before the index is built from the rest."""
        self._chunks.clear()

    def short(self, text: str, field: int) -> list[int]:
        """A name, a role: its words, all in one place; their numbers."""
        numbers = self._numbers(text)
        self._mark(numbers, field)
        return numbers

    def long(self, text: str, field: int) -> None:
        """An abstract: its words, with the windows they stand in."""
        if not text:
            return
        text = prose(text)
        numbers = self._numbers(text)
        size = max(fields.SMALLEST_WINDOW, -(-len(numbers) // fields.WINDOWS))
        for window, at in enumerate(range(0, len(numbers), size)):
            self._mark(numbers[at : at + size], field | 1 << (fields.FIELD_BITS + window))
        self.shortened(text)

    def title(self, text: str) -> None:
        """A title: two neighbours in it also count as one word, `Web Assembly`, and it is known as a whole."""
        self.titled.update(self.short(text, fields.TITLE))
        self.shortened(text)
        parts = words(text)
        self.title_words.append(max(1, len(parts)))
        whole = " ".join(parts)
        self.titles[whole] = (*self.titles.get(whole, ()), len(self._sizes))
        self.initials.extend(pack_all(map(add, parts, parts[1:]), len(self._sizes)))

    def names(self, people: Sequence[Speaker]) -> None:
        """The names of those who give or host this session."""
        for person in people:
            self.named.update(self.short(person.name, fields.SPEAKER))
            if person.name not in self._names:
                name = [self._chunks[part] for part in person.name.split()]
                self._names[person.name] = frozenset().union(*name)
                self.given.update(name[0] if len(name) > 1 else ())
        self.people.append(tuple(self._names[person.name] for person in people))
        short = filter(None, (name_initials(person.name) for person in people))
        self.name_initials.extend(pack_all(short, len(self._sizes)))

    def _numbers(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self._chunks.__getitem__, text.replace(" / ", "/").split())))

    def _mark(self, numbers: Sequence[int], mark: int) -> None:
        here, get = self._here, self._here.get
        for word in numbers:
            here[word] = get(word, 0) | mark

    def shortened(self, text: str) -> None:
        """The initials that a text may be shortened to."""
        self.initials.extend(pack_all(initials(text), len(self._sizes)))

    def postings(self) -> tuple[array[int], fields.Numbers, fields.Marks]:
        """The start of each word's postings, then the sessions and the marks of all of them. What was collected is let go."""
        words, sizes, marks = self._columns()
        self._words, self._marks, self._sizes = array("I"), array("Q"), array("I")
        order = np.argsort(words, kind="stable").astype(np.uint32)
        spread = np.bincount(words, minlength=len(self.vocabulary))
        first = array("I", np.cumsum([0, *spread]).astype(np.uint32).tobytes())
        return first, np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[order], marks[order]

    def _columns(self) -> tuple[fields.Numbers, fields.Numbers, fields.Marks]:
        """The words of all sessions, how many each has, and the marks, without a copy."""
        words, sizes = np.frombuffer(self._words, np.int32), np.frombuffer(self._sizes, np.int32)
        return words, sizes, np.frombuffer(self._marks, np.uint64)

    def meaning(self) -> Meaning:
        """The vectors of the words that say something about a session."""
        english, foreign = lexicon().english, lexicon().foreign
        telling = [
            word if len(word) > 1 and english.get(word, 0) < EVERYDAY and word not in foreign else ""
            for word in self.vocabulary
        ]
        words, sizes, marks = self._columns()
        spread = np.bincount(words, minlength=len(self.vocabulary))
        weights = np.log(
            (len(sizes) + 2000) / (spread + 2000 * np.array([lexicon().frequency(word) for word in self.vocabulary]))
        ).astype(np.float32)
        return Meaning(word_vectors(), telling, weights, words, sizes, marks)

    def stems(self) -> dict[str, tuple[int, ...]]:
        """Stems shared by several words, or different from the only one."""
        shared: dict[str, tuple[int, ...]] = {}
        for number, key in enumerate(stems(self.vocabulary)):
            shared[key] = (*shared[key], number) if key in shared else (number,)
        return {key: numbers for key, numbers in shared.items() if len(numbers) > 1 or key not in self.vocabulary}


def collect(schedule: Schedule) -> Collected:
    """Every talk, then every track."""
    collected = Collected()
    for talk in schedule.talks:
        _talk(collected, talk)
        collected.end_session()
    for track in schedule.tracks:
        _track(collected, track)
        collected.end_session()
    collected.end()
    return collected


def _talk(collected: Collected, talk: Talk) -> None:
    collected.title(talk.title)
    collected.short(talk.subtitle, fields.SUBTITLE)
    collected.shortened(talk.subtitle)
    collected.short(f"{talk.kind} {talk.level}", fields.KIND)
    if talk.track:
        collected.short(talk.track.title, fields.TRACK)
    _people(collected, talk.speakers)
    collected.long(talk.abstract, fields.ABSTRACT)


def _track(collected: Collected, track: Track) -> None:
    collected.title(track.title)
    _people(collected, track.host)
    collected.long(track.description, fields.ABSTRACT)


def _people(collected: Collected, people: Sequence[Speaker]) -> None:
    collected.names(people)
    for person in people:
        collected.short(person.role, fields.AFFILIATION)
        collected.shortened(person.role)
        collected.short(person.affiliation, fields.AFFILIATION)
        collected.long(person.bio, fields.BIO)
