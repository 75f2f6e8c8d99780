"""Logistic regression with an L2 penalty, by Newton's method: of single rows, and of one row among several."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
STEPS = 30
ENOUGH = 1e-6  # a step so small that another one changes nothing


def fit(rows: Any, labels: Array, weights: Array, penalty: float) -> Array:
    """The weights by which rows of label 1 are told from those of label 0: one for each column, then the constant."""
    rows = np.asarray(rows, np.float64)
    mean, spread = _scale(rows)
    x = np.column_stack([(rows - mean) / spread, np.ones(len(rows))])
    ridge = np.append(np.full(rows.shape[1], penalty), 1e-6)
    found = np.zeros(x.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        slope = x.T @ (weights * (labels - chance)) - ridge * found
        curve = (x * (weights * chance * (1 - chance))[:, None]).T @ x + np.diag(ridge)
        found += (step := np.linalg.solve(curve, slope))
        if np.abs(step).max() < ENOUGH:
            break
    return _unscaled(found[:-1], found[-1], mean, spread)


def fit_choice(rows: Any, labels: Array, sizes: Sequence[int], weights: Array, penalty: float) -> Array:
    """The weights by which a row of label 1 is chosen among the rows of its group; `sizes` and `weights` are the groups'.

    The probability of a row is its exponential's share of its group (McFadden's conditional logit).
    """
    rows = np.asarray(rows, np.float64)
    mean, spread = _scale(rows)
    x = (rows - mean) / spread
    group = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.cumsum([0, *sizes])[:-1]
    found = np.zeros(x.shape[1])
    for _ in range(STEPS):
        score = x @ found
        power = np.exp(score - np.maximum.reduceat(score, starts)[group])
        chance = power / np.add.reduceat(power, starts)[group]
        good = power * labels + 1e-12 * labels
        good /= np.add.reduceat(good, starts)[group]
        expected = np.add.reduceat(x * chance[:, None], starts)
        slope = x.T @ ((good - chance) * weights[group]) - penalty * found
        curve = (x * (chance * weights[group])[:, None]).T @ x - (expected * weights[:, None]).T @ expected
        found += (step := np.linalg.solve(curve + penalty * np.eye(len(found)), slope))
        if np.abs(step).max() < ENOUGH:
            break
    return _unscaled(found, 0.0, mean, spread)


def _scale(rows: Array) -> tuple[Array, Array]:
    """The mean and the spread of each column; a column that never changes tells nothing."""
    spread = rows.std(0)
    return rows.mean(0), np.where(spread < 1e-6, np.inf, spread)


def _unscaled(weights: Array, constant: float, mean: Array, spread: Array) -> Array:
    """The same weights for columns as they are, then the constant."""
    plain = weights / spread
    return np.append(plain, constant - plain @ mean)
