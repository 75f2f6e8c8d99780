"""Talks and names for a few letters, as somebody types them into a picker."""

from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import TypeVar

from rapidfuzz.distance import OSA

from bot.schedule.models import Talk
from bot.search import fields
from bot.search.index import Index
from bot.search.tokenizer import words

SHOWN = fields.TITLE | fields.SUBTITLE | fields.SPEAKER  # what a picker shows, so that one sees why
ANYWHERE = ~0  # abstracts and the rest, which count where nothing that is shown fits
MOST_BEGINNINGS = 1_000  # words that are tried for one beginning
SHORTEST_SLIP, SHORTEST_TWO_SLIPS = 4, 8  # letters of a beginning in which one slip is forgiven, and two

ThingT = TypeVar("ThingT")


def suggest(index: Index, typed: str, limit: int = 20) -> tuple[Talk, ...]:
    """The talks whose title or speakers have every word of `typed`, or a word that begins so; slips are forgiven."""
    found = [_having(index, word) for word in words(typed)]
    having_all = set(found[0]).intersection(*found) if found else ()
    best = sorted(having_all, key=lambda number: (-sum(worth[number] for worth in found), number))
    return tuple(index.talks[number] for number in best[:limit])


def _having(index: Index, word: str) -> dict[int, float]:
    """Talk's number -> how well it has one word: 3 as a whole, 2 as a beginning, 1 or less misspelt."""
    begun = dict.fromkeys(index.beginning_with(word, MOST_BEGINNINGS), 2.0)
    if word in index.vocabulary:
        begun[index.vocabulary[word]] = 3.0
    found = _talks_with(index, begun, SHOWN) or _talks_with(index, begun, ANYWHERE)
    if found:
        return found
    misspelt = _misspelt(index, word)
    return _talks_with(index, misspelt, SHOWN) or _talks_with(index, misspelt, ANYWHERE)


def _talks_with(index: Index, meant: Mapping[int, float], where: int) -> dict[int, float]:
    """The talks that have one of these words (number -> worth) in these fields, with the best worth of each."""
    found: dict[int, float] = {}
    for number, worth in meant.items():
        for session, mark in index.postings(number):
            if mark & where and session < len(index.talks):
                found[session] = max(worth, found.get(session, 0.0))
    return found


def _misspelt(index: Index, word: str) -> dict[int, float]:
    """The words that `word` is misspelt for, and those that begin like it but for a slip; not in its first letter."""
    whole = {number: 1.0 / slips for number, slips in index.spelling.lookup(word)}
    if whole or len(word) < SHORTEST_SLIP:
        return whole
    same_letter = index.beginning_with(word[0], len(index.words))
    return {number: 0.5 for number in same_letter if _begins_like(index.words[number], word)}


def _begins_like(word: str, beginning: str) -> bool:
    """Tell whether a word begins with these letters. If they are many, some after the first may be wrong."""
    if word[:1] != beginning[:1]:
        return False
    typed = len(beginning)
    most = 0 if typed < SHORTEST_SLIP else 1 if typed < SHORTEST_TWO_SLIPS else 2
    lengths = range(typed - most, typed + most + 1)
    return any(OSA.distance(word[:length], beginning, score_cutoff=most) <= most for length in lengths)


def named_like(typed: str, things: Collection[ThingT], name: Callable[[ThingT], str], most: int) -> tuple[ThingT, ...]:
    """The things whose name has a word for each typed beginning, in their own order; all for nothing typed.

    Where none has, slips are forgiven.
    """
    beginnings = words(typed)
    for begins in (str.startswith, _begins_like):
        having_all = (thing for thing in things if _has_all(words(name(thing)), beginnings, begins))
        if found := tuple(islice(having_all, most)):
            return found
    return ()


def _has_all(name: list[str], beginnings: list[str], begins: Callable[[str, str], bool]) -> bool:
    return all(any(begins(word, beginning) for word in name) for beginning in beginnings)
