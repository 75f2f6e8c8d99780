"""The learned decision: which session answers best, and how probable it is that it answers at all.

Two logistic regressions. The ranker compares the candidates of all readings of a message; the decider judges the best
of them. Their weights are in data/decision.json, which `make train` writes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np

from bot.search.fields import Floats, Numbers

PAIR = (  # of a candidate, as bot.search.engine computes them
    "in title", "in name", "in affiliation", "in abstract", "in track", "in biography",
    "missing ordinary here", "missing thing here", "missing before", "missing after", "missing beside name",
    "explained", "explained well", "nothing missing", "words found", "unsure", "title covered", "full name",
    "is track", "rarest", "evidence", "often", "said beside", "near", "nearest missing", "farthest", "topic", "topic deviation",
)  # fmt: skip
QUERY = (  # of a reading, without a session
    "words", "one word", "known", "ordinary", "optional", "chatty", "clause", "unfiltered", "narrowed",
)  # fmt: skip
EXPLAINED = PAIR.index("explained")
BEST = ("score", "margin", "equally good")  # of the best candidate, beside its own features
_SINGLE = (*PAIR, *QUERY, *BEST)
_TOGETHER = (
    "explained", "evidence", "words found", "margin", "ordinary", "words", "topic", "missing thing here",
    "missing ordinary here", "in abstract", "in title",
)  # fmt: skip
_FACTORS = np.array([_SINGLE.index(name) for name in _TOGETHER])[np.array(np.triu_indices(len(_TOGETHER)))]
DECIDER = (*_SINGLE, *(f"{_SINGLE[one]} * {_SINGLE[other]}" for one, other in _FACTORS.T))  # the decider's input


class Reading(NamedTuple):
    """One reading of a message and its candidates."""

    numbers: Numbers  # of the sessions
    pairs: Floats  # a row of features for each of them
    query: Floats  # the features of the reading itself, as in QUERY
    kind: str = "whole"  # as in bot.search.engine.Query


class Choice(NamedTuple):
    """The best candidates of the best reading, best first."""

    reading: int  # its place among the readings
    order: Sequence[int]  # places among its candidates
    scores: Floats  # the ranker's, in that order
    probability: float  # that the first answers


@dataclass(frozen=True)
class Decision:
    """The weights of both regressions; the last one of each is added to every sum."""

    ranker: Floats
    decider: Floats
    answers: float  # the probability from which the best candidate is an answer
    offers: float  # and from which it is offered as the closest match
    alongside: float  # the share of what the best explains that a further answer has to explain

    def choose(self, readings: Sequence[Reading]) -> Choice | None:
        """Choose the best candidates of one message; None if there are none."""
        scored = [(at, self.scores(reading)) for at, reading in enumerate(readings) if len(reading.numbers)]
        if not scored:
            return None
        choices = [self._judged(at, readings[at], scores) for at, scores in scored]
        return max(choices, key=lambda choice: choice.probability)

    def scores(self, reading: Reading) -> Floats:
        """The ranker's score of each candidate."""
        return np.asarray(reading.pairs @ self.ranker[:-1] + self.ranker[-1], np.float32)

    def _judged(self, at: int, reading: Reading, scores: Floats) -> Choice:
        order = np.lexsort((reading.numbers, -scores))
        row = best_features(reading, scores, int(order[0]))
        logit = float(row @ self.decider[:-1] + self.decider[-1])
        return Choice(at, order.tolist(), scores[order], float(1 / (1 + np.exp(-np.clip(logit, -30, 30)))))


def best_features(reading: Reading, scores: Floats, best: int) -> Floats:
    """The decider's input: features of the best candidate, its reading and its lead, and products of some of them."""
    score = float(scores[best])
    worse = scores[scores < score - 0.05]
    lead = score - (float(worse.max()) if len(worse) else 0.0)  # over the next, or over nothing
    margin = min(max(lead, 0.0), 4.0) / 4
    equal = min((scores >= score - 0.05).sum() - 1, 10) / 10
    single = np.concatenate([reading.pairs[best], reading.query, [score / 4, margin, equal]]).astype(np.float32)
    return np.concatenate([single, single[_FACTORS[0]] * single[_FACTORS[1]]])


@cache
def trained() -> Decision:
    """The trained decision, read from its file once."""
    data = json.loads(resources.files("bot.search").joinpath("data", "decision.json").read_text(encoding="utf-8"))
    ranker, decider = (
        np.array([data[which].get(name, 0.0) for name in (*names, "constant")], np.float32)
        for which, names in (("ranker", PAIR), ("decider", DECIDER))
    )
    return Decision(ranker, decider, data["answers"], data["offers"], data["alongside"])
