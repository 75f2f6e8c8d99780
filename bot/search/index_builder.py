"""Collect the words of a schedule and their places in one walk, for the index."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from itertools import chain
from operator import add

import numpy as np

from bot.schedule.models import Schedule, Speaker, Talk, Track
from bot.search import fields
from bot.search.lexicon import EVERYDAY, lexicon, stems
from bot.search.meaning import Meaning
from bot.search.spelling import pack
from bot.search.tokenizer import LONGEST_WORD, camel_initials, compounds, initials, name_initials, prose, token, words

BACKGROUND = 2000  # imagined abstracts of plain English, so that rarity means the same with 5 talks and with 10,000
_PUNCTUATION = ".,;:!?()[]\"'…“”‘’"
_OPENING = _PUNCTUATION.replace(".", "")  # .NET begins with a dot
_HEAD = re.compile(r"[:?!(–—]| - ")  # after which a title goes on with a subtitle
_CAPITALS = re.compile(r"[A-Z][A-Z0-9]{1,5}")


class _TokenCache(dict[str, tuple[int, ...]]):
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


class IndexBuilder:
    """Collects words in one walk over a schedule. A session's marks are packed as soon as it ends."""

    def __init__(self) -> None:
        self.vocabulary: dict[str, int] = {}
        self.capitals: set[int] = set()
        self.initials = array("Q")
        self.name_initials = array("Q")
        self.titles: dict[str, tuple[int, ...]] = {}
        self.title_words = array("H")
        self.people: list[tuple[frozenset[int], ...]] = []
        self.first_names: set[int] = set()  # words that names begin with
        self.named: set[int] = set()  # words of people's names
        self.titled: set[int] = set()  # words of titles
        self._words = array("I")
        self._marks = array("Q")
        self._sizes = array("I")  # how many words each session has
        self._tokens = _TokenCache(self.vocabulary, self.capitals)
        self._names: dict[str, frozenset[int]] = {}  # the words of each name
        self._session: dict[int, int] = {}

    def end_session(self) -> None:
        """End a session: the following words belong to the next one."""
        self._words.extend(self._session.keys())
        self._marks.extend(self._session.values())
        self._sizes.append(len(self._session))
        self._session = {}

    def finish(self) -> None:
        """Drop the caches before the index is built from the rest."""
        self._tokens.clear()

    def add_field(self, text: str, field: int) -> list[int]:
        """Add a short text, such as a role: all its words stand together. Return their numbers."""
        numbers = self._numbers(text)
        self._mark(numbers, field)
        return numbers

    def add_text(self, text: str, field: int) -> None:
        """Add a long text: each word with the windows it stands in."""
        if not text:
            return
        text = prose(text)
        numbers = self._numbers(text)
        size = max(fields.SMALLEST_WINDOW, -(-len(numbers) // fields.WINDOWS))
        for window, at in enumerate(range(0, len(numbers), size)):
            self._mark(numbers[at : at + size], field | 1 << (fields.FIELD_BITS + window))
        self.add_initials(text)

    def add_title(self, text: str) -> None:
        """Add a title.

        Two neighbouring words also count as one, `Web Assembly`, and the whole title and what is before a colon can be
        looked up.
        """
        self.titled.update(self.add_field(text, fields.TITLE))
        self.add_initials(text)
        parts = words(text)
        self.title_words.append(max(1, len(parts)))
        head = words(_HEAD.split(text, maxsplit=1)[0])
        for name in {" ".join(parts), " ".join(head if len(head) > 2 else parts)}:
            self.titles[name] = (*self.titles.get(name, ()), len(self._sizes))
        self.initials.extend(pack(map(add, parts, parts[1:]), len(self._sizes)))

    def add_people(self, people: Sequence[Speaker]) -> None:
        """Add the names of the people who give or host this session."""
        for person in people:
            self.named.update(self.add_field(person.name, fields.SPEAKER))
            if person.name not in self._names:
                name = [self._tokens[part] for part in person.name.split()]
                self._names[person.name] = frozenset().union(*name)
                self.first_names.update(name[0] if len(name) > 1 else ())
        self.people.append(tuple(self._names[person.name] for person in people))
        short = filter(None, (name_initials(person.name) for person in people))
        self.name_initials.extend(pack(short, len(self._sizes)))

    def _numbers(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self._tokens.__getitem__, text.replace(" / ", "/").split())))

    def _mark(self, numbers: Sequence[int], mark: int) -> None:
        here, get = self._session, self._session.get
        for word in numbers:
            here[word] = get(word, 0) | mark

    def add_initials(self, text: str) -> None:
        """Add the initials that may stand for a text."""
        self.initials.extend(pack(initials(text), len(self._sizes)))

    def postings(self) -> tuple[array[int], fields.Numbers, fields.Marks]:
        """The start of each word's postings, then the sessions and the marks of all of them.

        The lists that they were collected in are dropped.
        """
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
        """The meaning of each session, from the vectors of its uncommon words."""
        english, foreign = lexicon().english, lexicon().foreign
        telling = [
            word if len(word) > 1 and english.get(word, 0) < EVERYDAY and word not in foreign else ""
            for word in self.vocabulary
        ]
        words, sizes, marks = self._columns()
        spread = np.bincount(words, minlength=len(self.vocabulary))
        in_english = np.array([lexicon().frequency(word) for word in self.vocabulary])
        weights = np.log((len(sizes) + BACKGROUND) / (spread + BACKGROUND * in_english)).astype(np.float32)
        return Meaning(telling, weights, words, sizes, marks)

    def stems(self) -> dict[str, tuple[int, ...]]:
        """Stems shared by several words, or different from the only one."""
        shared: dict[str, tuple[int, ...]] = {}
        for number, key in enumerate(stems(self.vocabulary)):
            shared[key] = (*shared[key], number) if key in shared else (number,)
        return {key: numbers for key, numbers in shared.items() if len(numbers) > 1 or key not in self.vocabulary}


def collect(schedule: Schedule) -> IndexBuilder:
    """Add every talk, then every track."""
    builder = IndexBuilder()
    for talk in schedule.talks:
        _add_talk(builder, talk)
        builder.end_session()
    for track in schedule.tracks:
        _add_track(builder, track)
        builder.end_session()
    builder.finish()
    return builder


def _add_talk(builder: IndexBuilder, talk: Talk) -> None:
    builder.add_title(talk.title)
    builder.add_field(talk.subtitle, fields.SUBTITLE)
    builder.add_initials(talk.subtitle)
    builder.add_field(f"{talk.kind} {talk.level}", fields.KIND)
    if talk.track:
        builder.add_field(talk.track.title, fields.TRACK)
    _add_people(builder, talk.speakers)
    builder.add_text(talk.abstract, fields.ABSTRACT)


def _add_track(builder: IndexBuilder, track: Track) -> None:
    builder.add_title(track.title)
    _add_people(builder, track.host)
    builder.add_text(track.description, fields.ABSTRACT)


def _add_people(builder: IndexBuilder, people: Sequence[Speaker]) -> None:
    builder.add_people(people)
    for person in people:
        builder.add_field(person.role, fields.AFFILIATION)
        builder.add_initials(person.role)
        builder.add_field(person.affiliation, fields.AFFILIATION)
        builder.add_text(person.bio, fields.BIO)
