"""Labelled questions in text files, and how well an answerer does on them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from bot.schedule.models import Schedule, Talk

QUESTIONS = Path(__file__).parent / "questions"
_CONDITION = re.compile(r"(~~?|= |speakers?:|room:|track:|kind:|day:|at:|until:)\s*")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One question, and the ids that may stand first in its answer; none for one that must be refused."""

    category: str
    text: str
    wanted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Of how many questions, how many were answered right."""

    right: int
    asked: int

    @property
    def share(self) -> float:
        return self.right / self.asked if self.asked else 1.0


def read(name: str, schedule: Schedule, prefix: str = "") -> list[Labelled]:
    """The questions of one file; what a label means is looked up in its schedule."""
    lines = (QUESTIONS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    rows = [[part.strip() for part in line.split(" | ")] for line in lines if line and not line.startswith("#")]
    return [Labelled(category, text, _wanted(label, schedule, prefix)) for category, text, label in rows]


def halves(questions: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Every other question: the first half may be tuned on, the second is only measured."""
    return list(questions[::2]), list(questions[1::2])


def score(questions: Iterable[Labelled], answers: Callable[[str], Sequence[str]]) -> tuple[dict[str, Score], list[str]]:
    """The score of each category, and a line for each wrong answer."""
    right: dict[str, list[bool]] = defaultdict(list)
    wrong = []
    for one in questions:
        found = list(answers(one.text))
        good = found[0] in one.wanted if found and one.wanted else not found and not one.wanted
        right[one.category.split(":")[0]].append(good)
        if not good:
            wrong.append(f"{one.category} | {one.text} | got {found[:3]} | want {sorted(one.wanted)[:3]}")
    return {category: Score(sum(goods), len(goods)) for category, goods in sorted(right.items())}, wrong


def total(scores: Mapping[str, Score], *categories: str) -> Score:
    """The sum over some categories, or over all."""
    chosen = [scores[name] for name in categories or scores if name in scores]
    return Score(sum(one.right for one in chosen), sum(one.asked for one in chosen))


def _wanted(label: str, schedule: Schedule, prefix: str) -> frozenset[str]:
    if label == "-":
        return frozenset()
    ids, *conditions = _CONDITION.split(label)
    wanted = {
        one if one in schedule.track_by_id else prefix + one for one in ids.split() if one not in ("first", "last")
    }
    pairs = [(kind, value.strip()) for kind, value in zip(conditions[::2], conditions[1::2], strict=True)]
    either = [pair for pair in pairs if pair[0] in ("~", "~~", "= ", "speaker:", "speakers:")]
    every = [pair for pair in pairs if pair not in either]
    wanted |= {talk.id for talk in schedule.talks for pair in either if _holds(pair, talk, schedule)}
    if every:
        edge = next((word for word in ("first", "last") if label.endswith(word)), "")
        every = [(kind, value.removesuffix(edge).strip()) for kind, value in every]
        fitting = [talk for talk in schedule.talks if all(_holds(pair, talk, schedule) for pair in every)]
        if edge:
            starts = [talk.start for talk in fitting]
            best = min(starts) if edge == "first" else max(starts)
            fitting = [talk for talk in fitting if talk.start == best]
        wanted |= {talk.id for talk in fitting}
    known = wanted & (set(schedule.talk_by_id) | set(schedule.track_by_id))
    if known != wanted or not wanted:
        raise ValueError(f"the label {label!r} names what the schedule does not have: {wanted - known}")
    return frozenset(wanted)


def _holds(condition: tuple[str, str], talk: Talk, schedule: Schedule) -> bool:
    kind, value = condition
    local = schedule.conference.local
    headline = f"{talk.title} {talk.subtitle}"
    checks: Mapping[str, Callable[[], bool]] = {
        "~": lambda: bool(re.search(value, headline)),
        "~~": lambda: bool(re.search(value, f"{headline} {talk.abstract}")),
        "= ": lambda: talk.title.strip() == value,
        "speaker:": lambda: any(speaker.name == value for speaker in talk.speakers),
        "speakers:": lambda: any(value in speaker.name for speaker in talk.speakers),
        "room:": lambda: talk.room is not None and talk.room.name == value,
        "track:": lambda: talk.track is not None and talk.track.title == value,
        "kind:": lambda: talk.kind == value,
        "day:": lambda: local(talk.start).date() == date.fromisoformat(value),
        "at:": lambda: local(talk.start).time() <= time.fromisoformat(value) < local(talk.end).time(),
        "until:": lambda: local(talk.start).hour < int(value),
    }
    return checks[kind]()
