"""The words of a whole schedule, ready to be searched: built once per revision, never changed."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np

from bot.schedule.models import Schedule, Talk, Track
from bot.search import fields
from bot.search.decision import Decision, trained
from bot.search.index_builder import BACKGROUND, IndexBuilder, collect
from bot.search.lexicon import Lexicon, lexicon, stem
from bot.search.meaning import Meaning
from bot.search.similarity import Similarity
from bot.search.spelling import Pairs, SpellingIndex
from bot.search.tokenizer import fold
from bot.search.venue_names import Venue, venue

OWN_TOPIC = 0.7  # how far a word that most sessions here have loses its weight, however rare it is in English …
OWN_FROM = 30  # … once there are clearly more sessions than these


@dataclass(frozen=True)
class Index:
    """An inverted index of talks and tracks, numbered from 0, talks first.

    A word's postings are a slice of `sessions` and `marks`.
    """

    talks: tuple[Talk, ...]
    tracks: tuple[Track, ...]
    vocabulary: Mapping[str, int]
    words: tuple[str, ...]
    first: array[int]  # where a word's postings begin; one more than words
    sessions: fields.Numbers
    marks: fields.Marks
    stems: Mapping[str, tuple[int, ...]]  # stem -> words, where that is more than the stem itself
    names: frozenset[int]  # words of people's names
    first_names: frozenset[int]  # those that names begin with
    people: tuple[tuple[frozenset[int], ...], ...]  # for each session, the words of each person's name
    capitals: frozenset[int]  # words written in capitals throughout: acronyms
    initials: Pairs  # initials of a capitalised phrase, or two words of a title as one -> session
    name_initials: Pairs  # initials of a person -> session
    spelling: SpellingIndex
    alphabetical: array[int]  # words' numbers in alphabetical order
    title_words: fields.Floats  # how many words a session's title has, at least 1
    meaning: Meaning
    venue: Venue
    titles: Mapping[str, tuple[int, ...]]  # a whole title, or what is before a colon, folded -> sessions
    lexicon: Lexicon
    decision: Decision

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Talk's id -> its number."""
        return {talk.id: number for number, talk in enumerate(self.talks)}

    @cached_property
    def similarity(self) -> Similarity:
        """The similarity of sessions; `build` computes it in advance, so that nobody waits for it."""
        postings = self.first, self.sessions, self.marks
        return Similarity(self.words, self.stems.values(), postings, self.rarity, self.meaning, self.numbers)

    def __len__(self) -> int:
        return len(self.talks) + len(self.tracks)

    def form(self, word: str) -> int | None:
        """The number of a word, or of another word with its stem."""
        known = self.vocabulary.get(word)
        return known if known is not None else next(iter(self.family(stem(word))), None)

    def family(self, stemmed: str) -> tuple[int, ...]:
        """The numbers of all words with one stem."""
        family = self.stems.get(stemmed)
        if family is None:
            known = self.vocabulary.get(stemmed)
            return () if known is None else (known,)
        return family

    def forms(self, word: str) -> frozenset[int]:
        """The numbers of a word and of all words of its stem."""
        own = self.vocabulary.get(word)
        return frozenset(self.family(stem(word))) | (frozenset() if own is None else {own})

    def session(self, number: int) -> Talk | Track:
        return self.talks[number] if number < len(self.talks) else self.tracks[number - len(self.talks)]

    def text(self, number: int) -> str:
        """A session's folded running text, hyphens as spaces; to look at few sessions closely."""
        session = self.session(number)
        parts = (
            (session.title, session.subtitle, session.abstract)
            if isinstance(session, Talk)
            else (session.title, session.description)
        )
        return fold(" ".join(parts)).replace("-", " ")

    def postings(self, word: int) -> Iterator[tuple[int, int]]:
        """Pairs (session, mark) of one word, in order of session."""
        here, there = self.first[word], self.first[word + 1]
        return zip(self.sessions[here:there].tolist(), self.marks[here:there].tolist(), strict=True)

    def stretch(self, word: int) -> tuple[fields.Numbers, fields.Marks]:
        """The sessions and the marks of one word, in order of session."""
        here, there = self.first[word], self.first[word + 1]
        return self.sessions[here:there], self.marks[here:there]

    def marks_in(self, word: int, numbers: fields.Numbers) -> fields.Marks:
        """The marks of a word in each of some sessions; 0 where it does not occur."""
        sessions, marks = self.stretch(word)
        places = np.minimum(sessions.searchsorted(numbers), len(sessions) - 1)
        return np.where(sessions[places] == numbers, marks[places], np.uint64(0))

    def mark(self, word: int, session: int) -> int:
        """The marks of a word in one session; 0 if it does not occur."""
        end = self.first[word + 1]
        at = bisect_left(self.sessions, session, self.first[word], end)
        return int(self.marks[at]) if at < end and self.sessions[at] == session else 0

    def spread(self, word: int) -> int:
        """The number of sessions that have a word."""
        return self.first[word + 1] - self.first[word]

    def rarity(self, word: str, spread: int) -> float:
        """The rarity of a word: minus the logarithm of the chance that an abstract has it, here or in English."""
        anywhere = (spread + BACKGROUND * self.lexicon.frequency(word)) / (len(self) + BACKGROUND)
        here = OWN_TOPIC * (spread - 1) / (len(self) + OWN_FROM)
        return -log(min(max(anywhere, here), 0.9))

    def weight(self, word: int) -> float:
        """The rarity of a word by its number."""
        return self.rarity(self.words[word], self.spread(word))

    def beginning_with(self, prefix: str, limit: int) -> list[int]:
        """Words that begin with a prefix, in alphabetical order, at most `limit`."""
        order = self.alphabetical
        at = bisect_left(order, prefix, key=self.words.__getitem__)
        found: list[int] = []
        while at < len(order) and len(found) < limit and self.words[order[at]].startswith(prefix):
            found.append(order[at])
            at += 1
        return found


def build(schedule: Schedule) -> Index:
    """The index of a schedule: a third of a second to half for 1,000 talks, so off the event loop."""
    index = _build(schedule, collect(schedule))
    _ = index.similarity  # worked out now, since questions are answered in the event loop
    return index


def _build(schedule: Schedule, builder: IndexBuilder) -> Index:
    meaning = builder.meaning()  # first, because it takes most memory besides what it keeps
    words = tuple(builder.vocabulary)
    alphabetical = array("I", sorted(range(len(words)), key=words.__getitem__))
    first, sessions, marks = builder.postings()
    return Index(
        talks=schedule.talks,
        tracks=schedule.tracks,
        vocabulary=builder.vocabulary,
        words=words,
        first=first,
        sessions=sessions,
        marks=marks,
        stems=builder.stems(),
        names=frozenset(builder.named),
        first_names=frozenset(builder.first_names),
        people=tuple(builder.people),
        capitals=frozenset(builder.capitals),
        initials=Pairs(builder.initials),
        name_initials=Pairs(builder.name_initials),
        spelling=SpellingIndex(words, alphabetical, builder.named | builder.titled, builder.named),
        alphabetical=alphabetical,
        title_words=np.array(builder.title_words, np.float32),
        meaning=meaning,
        venue=venue(schedule),
        titles=builder.titles,
        lexicon=lexicon(),
        decision=trained(),
    )
