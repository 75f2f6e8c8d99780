"""Train the search's decision on the labelled questions and write bot/search/data/decision.json: `make train`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.search.decision import DECIDER, EXPLAINED, PAIR, Decision, best_features
from bot.search.fields import Floats
from bot.search.index import build
from tests.search.datasets import questions, schedule_of
from training.logistic import fit, fit_choice
from training.records import Record, record

TARGET = Path(__file__).parent.parent / "bot" / "search" / "data" / "decision.json"
ANYWHERE = 0.5  # how much a question counts that is asked of every schedule
RANKER_PENALTY, DECIDER_PENALTY = 30.0, 70.0
ROUNDS = 2
ANSWERS, OFFERS, ALONGSIDE = 0.55, 0.03, 0.65


def importance(record: Record) -> float:
    """How much a record counts in training."""
    return ANYWHERE if record.question.kind == "anywhere" else 1.0


def train(records: Sequence[Record]) -> Decision:
    """Both regressions: the decider is trained on what the ranker puts first."""
    ranker = _ranker(records)
    return Decision(ranker, _decider(records, ranker), ANSWERS, OFFERS, ALONGSIDE)


def _ranker(records: Sequence[Record]) -> Floats:
    """Trained to choose a wanted candidate of each reading that has both wanted ones and others."""
    rows, labels, weights = [], [], []
    for one in records:
        for reading, good in zip(one.readings, one.wanted, strict=True):
            if 0 < good.sum() < len(good):
                rows.append(reading.pairs)
                labels.append(good)
                weights.append(importance(one) / len(one.readings))
    sizes = [len(good) for good in labels]
    fitted = fit_choice(np.concatenate(rows), np.concatenate(labels), sizes, np.array(weights), RANKER_PENALTY)
    return fitted.astype(np.float32)


def _decider(records: Sequence[Record], ranker: Floats) -> Floats:
    """Trained on the best candidate of each reading."""
    decision = Decision(ranker, ranker, ANSWERS, OFFERS, ALONGSIDE)
    rows, labels, weights = [], [], []
    for one in records:
        for reading, good in zip(one.readings, one.wanted, strict=True):
            scores = decision.scores(reading)
            best = int(np.lexsort((reading.numbers, -scores))[0])
            rows.append(best_features(reading, scores, best))
            labels.append(good[best])
            weights.append(importance(one) / len(one.readings))
    return fit(np.array(rows), np.array(labels), np.array(weights), DECIDER_PENALTY).astype(np.float32)


def written(decision: Decision) -> str:
    """The decision as JSON, a weight a line."""

    def named(names: Sequence[str], weights: Any) -> dict[str, float]:
        return {name: round(float(weight), 4) for name, weight in zip((*names, "constant"), weights, strict=True)}

    data = {
        "answers": decision.answers,
        "offers": decision.offers,
        "alongside": decision.alongside,
        "ranker": named(PAIR, decision.ranker),
        "decider": named(DECIDER, decision.decider),
    }
    return json.dumps(data, indent=1) + "\n"


def starting() -> Decision:
    """A decision before any training: what is explained answers."""
    ranker, decider = np.zeros(len(PAIR) + 1, np.float32), np.zeros(len(DECIDER) + 1, np.float32)
    ranker[EXPLAINED] = decider[EXPLAINED] = 10.0
    decider[-1] = -8.0
    return Decision(ranker, decider, ANSWERS, OFFERS, ALONGSIDE)


def recorded(decision: Decision) -> list[Record]:
    """The choices that all questions lead to where this decides, of every schedule at hand."""
    by_schedule: dict[str, list[Any]] = {}
    for question in questions():
        by_schedule.setdefault(question.schedule, []).append(question)
    return [
        one
        for name, asked in by_schedule.items()
        if (schedule := schedule_of(name)) is not None
        for one in record(asked, schedule, replace(build(schedule), decision=decision))
    ]


def main() -> None:
    """Record, train, and again with what was learned, since it decides which searches follow; then write."""
    decision = starting()
    for _ in range(ROUNDS):
        records = recorded(decision)
        decision = train(records)
    TARGET.write_text(written(decision), encoding="utf-8")
    print(f"{len(records)} choices of {len({one.question.id for one in records})} questions")


if __name__ == "__main__":
    main()
