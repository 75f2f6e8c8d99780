"""Numbers, most of them between 0 and 1, that tell how well a session answers, whatever the size of the schedule."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.search import fields
from bot.search.decision import PAIR
from bot.search.fields import Floats
from bot.search.index import Index
from bot.search.query_terms import Term
from bot.search.retrieval import DOUBT, Candidates

# Each word is counted in the first of these fields that it stands in.
_FIELDS = (
    fields.TITLE | fields.SUBTITLE, fields.SPEAKER, fields.AFFILIATION, fields.ABSTRACT, fields.TRACK | fields.KIND, fields.BIO
)  # fmt: skip
_FIRST = np.array(
    [next((at for at, field in enumerate(_FIELDS) if mark & field), len(_FIELDS)) for mark in range(fields.FIELDS + 1)]
)
_EACH = np.arange(len(_FIELDS))[:, None, None]

EXPLAINED = PAIR.index("explained")


def pair_features(index: Index, terms: Sequence[Term], candidates: Candidates) -> Floats:
    """One row for each candidate, one column for each name in PAIR."""
    numbers, sureness, marks, nearness, topics = candidates
    weight, penalty, needed, known, ordinary, has_meaning = np.array(
        [(t.weight, t.penalty, not t.optional, t.is_known, t.ordinary, t.has_meaning) for t in terms], np.float32
    ).T[:, :, None]
    here = sureness > 0
    told = weight * sureness
    missing = penalty * ~here
    lacking, present = missing.sum(0), (weight * here).sum(0)
    total = present + lacking + np.float32(DOUBT) * (lacking > 0) + np.float32(1e-3)
    place = marks & np.uint64(fields.FIELDS)
    everything = told.sum(0)
    shares = np.concatenate(
        [
            told * (_FIRST[place] == _EACH),
            missing * np.stack([known * ordinary, known * (1 - ordinary)]),
            missing * _adjacency(terms, here, place),
            [told * fields.WORTH[place]],
        ]
    ).sum(1) / total  # fmt: skip
    titled = (((place & np.uint64(fields.TITLE)) > 0) * here).sum(0) / index.title_words[numbers]
    near, meaning = np.maximum(nearness, sureness), weight * needed
    silent = has_meaning * ~here
    columns = [
        *shares,
        np.maximum(shares[-1] - 0.5, 0),
        lacking == 0,
        (here * needed).sum(0) / max(1.0, float(needed.sum())),
        (present - everything) / np.maximum(present, 1e-3),
        np.minimum(titled, 1),
        _full_names(index, terms, numbers, place),
        numbers >= len(index.talks),
        told.max(0) / 10,
        np.minimum(everything / 30, 2),
        np.minimum(np.bitwise_count(marks >> np.uint64(fields.FIELD_BITS)).max(0), 5) / 5,
        _title_neighbours(index, terms, numbers, place),
        (meaning * near).sum(0) / max(float(meaning.sum()), 1e-3),
        (silent * nearness).max(0),
        np.where(has_meaning * needed > 0, near, 1).min(0),
        topics[0],
        np.clip(topics[1] / 5, -1, 2),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _adjacency(terms: Sequence[Term], here: Any, place: fields.Marks) -> Floats:
    """Mark the terms that were typed right before a found one, right after a found one, and beside a name."""
    beside = np.zeros((3, *here.shape), np.float32)
    name = (place & np.uint64(fields.SPEAKER)) > 0
    for at, term in enumerate(terms):
        if at and term.beside:
            beside[0, at - 1] = here[at]
            beside[1, at] = here[at - 1]
            beside[2, at] = np.maximum(beside[2, at], name[at - 1])
            beside[2, at - 1] = np.maximum(beside[2, at - 1], name[at])
    return beside


def _full_names(index: Index, terms: Sequence[Term], numbers: fields.Numbers, place: fields.Marks) -> Floats:
    """For each candidate whether the question has two words of one person's name."""
    whole = np.zeros(len(numbers), np.float32)
    speaks = (place & np.uint64(fields.SPEAKER)) > 0
    for at in np.flatnonzero(speaks.sum(0) > 1).tolist():
        said = [terms[row].words for row in np.flatnonzero(speaks[:, at]).tolist()]
        people = index.people[numbers[at]]
        whole[at] = any(sum(not name.isdisjoint(words) for words in said) > 1 for name in people)
    return whole


def _title_neighbours(index: Index, terms: Sequence[Term], numbers: fields.Numbers, place: fields.Marks) -> Floats:
    """The number of common words of the title that were typed next to one of its other words: `event` sourcing."""
    said = np.zeros(len(numbers), np.float32)
    for at, term in enumerate(terms):
        for word in term.around:
            there = index.marks_in(word, numbers) & place[at] & np.uint64(fields.TITLE)
            said += there > 0
    return np.minimum(said, 2)
