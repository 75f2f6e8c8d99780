"""The readings and candidates of every labelled question, as the bot itself makes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import numpy as np

from bot.questions.answer import answer
from bot.questions.parse import parse
from bot.schedule.models import Schedule
from bot.search.decision import Choice, Decision, Reading
from bot.search.index import Index
from tests.search.datasets import Question

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Recorder(Decision):
    """A decision that keeps what it was asked."""

    asked: list[Sequence[Reading]] = field(default_factory=list)

    def choose(self, readings: Sequence[Reading]) -> Choice | None:
        if readings and readings[0].kind != "lookup":
            self.asked.append(readings)
        return super().choose(readings)


@dataclass(frozen=True)
class Record:
    """One choice that a question led to, with which candidates of each reading are wanted."""

    question: Question
    readings: Sequence[Reading]
    wanted: Sequence[Array]


def record(questions: Iterable[Question], schedule: Schedule, index: Index) -> list[Record]:
    """The choices that questions about one schedule lead to."""
    numbers = {**index.numbers} | {track.id: len(index.talks) + at for at, track in enumerate(index.tracks)}
    records = []
    for question in questions:
        decision = index.decision
        recorder = Recorder(decision.ranker, decision.decider, decision.answers, decision.offers, decision.alongside)
        moment = question.at.replace(tzinfo=schedule.conference.timezone).astimezone(UTC)
        answer(parse(question.text, index.vocabulary), schedule, replace(index, decision=recorder), moment)
        wanted = np.array(sorted(numbers[id] for id in question.wanted if id in numbers), np.int64)
        for readings in recorder.asked:
            filled = [reading for reading in readings if len(reading.numbers)]
            if filled:
                goods = [np.isin(reading.numbers, wanted).astype(float) for reading in filled]
                records.append(Record(question, filled, goods))
    return records
