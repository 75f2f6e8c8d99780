"""Talks and names for a few letters, as somebody types them into a picker."""

from collections.abc import Mapping
from itertools import islice

from bot.schedule.models import Talk
from bot.search import fields
from bot.search.index import Index
from bot.search.tokenizer import words

SHOWN = fields.TITLE | fields.SUBTITLE | fields.SPEAKER  # what a picker shows, so that one sees why
MOST_BEGINNINGS = 40  # words that are tried for one beginning


def suggest(index: Index, typed: str, limit: int = 20) -> tuple[Talk, ...]:
    """The talks whose title or speakers have every word of `typed`, or a word that begins so; slips are forgiven."""
    left: dict[int, float] | None = None
    for word in words(typed):
        found = _having(index, word)
        left = (
            found if left is None else {number: left[number] + found[number] for number in left.keys() & found.keys()}
        )
    best = sorted(left or {}, key=lambda number: (-(left or {})[number], number))
    return tuple(index.talks[number] for number in best[:limit])


def _having(index: Index, word: str) -> dict[int, float]:
    """Talk's number -> how well it has one word: 3 as a whole, 2 as a beginning, 1 misspelt."""
    meant = dict.fromkeys(index.beginning_with(word, MOST_BEGINNINGS), 2.0)
    if word in index.vocabulary:
        meant[index.vocabulary[word]] = 3.0
    if not meant:
        meant = {number: 1.0 / slips for number, slips in index.typos.of(word)}
    found: dict[int, float] = {}
    for number, worth in meant.items():
        for session, mark in index.postings(number):
            if mark & SHOWN and session < len(index.talks):
                found[session] = max(worth, found.get(session, 0.0))
    return found


def named(typed: str, names: Mapping[str, str], most: int) -> tuple[str, ...]:
    """The ids of those names that have a word for each typed beginning, in their own order; all for nothing typed."""
    beginnings = words(typed)
    found = (id for id, name in names.items() if _has_all(words(name), beginnings))
    return tuple(islice(found, most))


def _has_all(name: list[str], beginnings: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in name) for beginning in beginnings)
