"""Walks a schedule once and collects which word stands where."""

from __future__ import annotations

import itertools
import re
from array import array
from collections.abc import Iterable, Sequence

from bot.schedule.model import Schedule, Speaker, Talk, Track
from bot.search import fields
from bot.search.lexicon import stem
from bot.search.pairs import pack
from bot.search.words import compounds, fold, prose, token, words

_PHRASE = re.compile(r"(?:\b[A-Z][\w]*(?:[\s-]+(?:(?:of|and|for|the|to|as|over|in)[\s-]+)?|\b)){2,8}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9]{1,5}s?")
_SHORTEST_INITIALS, _LONGEST_INITIALS = 3, 5


class Collected:
    """What one walk over a schedule has seen so far."""

    def __init__(self) -> None:
        self.vocabulary: dict[str, int] = {}
        self.capitals: set[int] = set()
        self.initials: set[int] = set()
        self.titles: dict[str, tuple[int, ...]] = {}
        self._marks: dict[int, int] = {}  # of the session that is being walked: word -> where it stands
        self._postings: list[tuple[array[int], array[int]]] = []  # of those before it, packed: words and marks
        self._tokens: dict[str, tuple[int, ...]] = {}

    def begin(self) -> None:
        """What follows belongs to the next session."""
        self._marks = {}
        self._postings.append((array("I"), array("Q")))

    def end(self) -> None:
        """The session is walked: keep it packed, since all of them as they are walked would be three times the index."""
        self._postings[-1] = array("I", self._marks.keys()), array("Q", self._marks.values())

    def short(self, text: str, field: int) -> None:
        """A title, a name: its words, all in one place."""
        marks = self._marks
        for compound in compounds(text):
            for word in self._numbers(compound):
                marks[word] = marks.get(word, 0) | field
        self._initials(text)

    def long(self, text: str, field: int) -> None:
        """An abstract: its words, with the windows they stand in."""
        text = prose(text)
        marks, found = self._marks, compounds(text)
        size = max(fields.SMALLEST_WINDOW, -(-len(found) // fields.WINDOWS))
        for at in range(0, len(found), size):
            mark = field | 1 << (fields.FIELD_BITS + at // size)
            for compound in found[at : at + size]:
                for word in self._tokens.get(compound) or self._numbers(compound):
                    marks[word] = marks.get(word, 0) | mark
        self._initials(text)

    def title(self, text: str) -> None:
        """A title: two neighbours in it also count as one word, `Web Assembly`, and it is known as a whole."""
        self.short(text, fields.TITLE)
        parts = words(text)
        whole = " ".join(parts)
        self.titles[whole] = (*self.titles.get(whole, ()), len(self._postings) - 1)
        for one, other in itertools.pairwise(parts):
            self._pair(one + other)

    def _numbers(self, compound: str) -> tuple[int, ...]:
        known = self._tokens.get(compound)
        if known is None:
            parts, joined = token(compound)
            known = tuple(self.vocabulary.setdefault(word, len(self.vocabulary)) for word in parts + joined)
            self._tokens[compound] = known
            if known and _CAPITALS.fullmatch(compound):
                self.capitals.add(known[0])
            camel = _CAMEL.split(compound)
            if len(camel) >= _SHORTEST_INITIALS:
                self._pair("".join(fold(piece[0]) for piece in camel if piece))
        return known

    def _initials(self, text: str) -> None:
        for phrase in _PHRASE.findall(text):
            initials = "".join(word[0] for word in re.split(r"[\s-]+", phrase) if word and word[0].isupper()).lower()
            for length in range(_SHORTEST_INITIALS, _LONGEST_INITIALS + 1):
                for at in range(len(initials) - length + 1):
                    self._pair(initials[at : at + length])

    def _pair(self, word: str) -> None:
        self.initials.add(pack(word, len(self._postings) - 1))

    def postings(self) -> tuple[array[int], array[int], array[int]]:
        """Where each word's postings begin, then the sessions and the marks of all of them."""
        spread = [0] * (len(self.vocabulary) + 1)
        for found, _ in self._postings:
            for word in found:
                spread[word + 1] += 1
        for word in range(1, len(spread)):
            spread[word] += spread[word - 1]
        sessions, stand = array("I", bytes(4 * spread[-1])), array("Q", bytes(8 * spread[-1]))
        free = spread.copy()
        for session, (found, marks) in enumerate(self._postings):
            for word, mark in zip(found, marks, strict=True):
                sessions[free[word]] = session
                stand[free[word]] = mark
                free[word] += 1
        return array("I", spread), sessions, stand

    def stems(self) -> dict[str, tuple[int, ...]]:
        """Stems shared by several words, or different from the only one."""
        shared: dict[str, tuple[int, ...]] = {}
        for word, number in self.vocabulary.items():
            key = stem(word)
            shared[key] = (*shared.get(key, ()), number)
        return {key: numbers for key, numbers in shared.items() if len(numbers) > 1 or key not in self.vocabulary}

    def words_in(self, field: int) -> set[int]:
        """The words that stand in a field anywhere."""
        return {
            word for found, marks in self._postings for word, mark in zip(found, marks, strict=True) if mark & field
        }


def collect(schedule: Schedule) -> Collected:
    """Every talk, then every track."""
    collected = Collected()
    for talk in schedule.talks:
        collected.begin()
        _talk(collected, talk)
        collected.end()
    for track in schedule.tracks:
        collected.begin()
        _track(collected, track)
        collected.end()
    return collected


def _talk(collected: Collected, talk: Talk) -> None:
    collected.title(talk.title)
    collected.short(talk.subtitle, fields.SUBTITLE)
    collected.short(talk.kind, fields.KIND)
    if talk.track:
        collected.short(talk.track.title, fields.TRACK)
    _people(collected, talk.speakers)
    collected.long(talk.abstract, fields.ABSTRACT)


def _track(collected: Collected, track: Track) -> None:
    collected.title(track.title)
    _people(collected, track.host)
    collected.long(track.description, fields.ABSTRACT)


def _people(collected: Collected, people: Sequence[Speaker] | Iterable[Speaker]) -> None:
    for person in people:
        collected.short(person.name, fields.SPEAKER)
        collected.short(person.role, fields.AFFILIATION)
        collected.short(person.affiliation, fields.AFFILIATION)
        collected.long(person.bio, fields.BIO)
