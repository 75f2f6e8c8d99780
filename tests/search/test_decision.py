"""The learned decision, and how it is learned."""

import numpy as np
import pytest

from bot.search.decision import DECIDER, EXPLAINED, PAIR, QUERY, Decision, Reading, trained
from training.logistic import fit, fit_choice
from training.train import written


def _reading(*explained: float, kind: str = "whole") -> Reading:
    pairs = np.zeros((len(explained), len(PAIR)), np.float32)
    pairs[:, EXPLAINED] = explained
    return Reading(np.arange(len(explained), dtype=np.int32), pairs, np.zeros(len(QUERY), np.float32), kind)


def _decision() -> Decision:
    """A decision by the feature `explained` alone."""
    ranker = np.zeros(len(PAIR) + 1, np.float32)
    decider = np.zeros(len(DECIDER) + 1, np.float32)
    ranker[EXPLAINED] = decider[EXPLAINED] = 10
    decider[-1] = -5
    return Decision(ranker, decider, answers=0.5, offers=0.1, alongside=0.7)


def test_the_best_candidate_of_the_most_probable_reading_is_chosen() -> None:
    choice = _decision().choose([_reading(0.2, 0.4), _reading(0.3, 0.9, 0.1, kind="clause")])
    assert choice is not None
    assert choice.reading == 1
    assert list(choice.order) == [1, 0, 2]
    assert choice.probability == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-3)


def test_no_choice_is_made_without_candidates() -> None:
    assert _decision().choose([]) is None
    assert _decision().choose([_reading()]) is None


def test_equal_candidates_keep_their_order() -> None:
    choice = _decision().choose([_reading(0.5, 0.5, 0.5)])
    assert choice is not None
    assert list(choice.order) == [0, 1, 2]


def test_the_shipped_weights_match_the_features() -> None:
    decision = trained()
    assert len(decision.ranker) == len(PAIR) + 1
    assert len(decision.decider) == len(DECIDER) + 1
    assert 0 < decision.offers < decision.answers < 1
    assert all(f'"{name}"' in written(decision) for name in (*PAIR, *DECIDER))


def test_logistic_regression_finds_the_weights_that_made_the_labels() -> None:
    dice = np.random.default_rng(1)
    rows = dice.normal(size=(4000, 3))
    labels = (dice.random(4000) < 1 / (1 + np.exp(-(rows @ [2.0, -1.0, 0.0] + 0.5)))).astype(float)
    assert fit(rows, labels, np.ones(4000), 0.01) == pytest.approx([2, -1, 0, 0.5], abs=0.2)


def test_the_weights_of_a_choice_among_several_are_learned() -> None:
    dice = np.random.default_rng(1)
    rows = dice.normal(size=(6000, 2))
    utility = (rows @ [1.5, -1.0] + dice.gumbel(size=6000)).reshape(1500, 4)
    labels = (utility == utility.max(1, keepdims=True)).astype(float).ravel()
    found = fit_choice(rows, labels, [4] * 1500, np.ones(1500), 0.01)
    assert found[:2] == pytest.approx([1.5, -1.0], abs=0.15)
