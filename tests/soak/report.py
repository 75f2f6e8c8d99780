"""What came of the conference, as a table for people and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from tests.soak.count import Count
from tests.soak.figures import Memory
from tests.soak.objectives import Kept
from tests.soak.programme import Plan

FLAT_MIB = 5.0  # a last third that adds no more is flat, however little the first added


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    plan: Plan
    took_s: float
    objectives: tuple[Kept, ...]
    count: Count
    memory: Memory
    overdue_s: float
    asked: Mapping[str, int]
    failed: Mapping[str, int]  # requests that Slack had no acknowledgement for, by what became of them
    struck: int
    cut: int
    killed: int
    restarted: int
    changed: int

    @property
    def is_flat(self) -> bool:
        """Whether memory had come to rest."""
        return self.memory.last <= max(FLAT_MIB, self.memory.first)

    @property
    def is_well(self) -> bool:
        """Whether every promise was kept, nothing lost, nothing sent twice, and memory came to rest."""
        kept = all(one.used <= 1 for one in self.objectives)
        return kept and self.is_flat and not (self.count.lost or self.count.twice)

    def table(self) -> str:
        return "\n".join(self._lines())

    def as_json(self) -> str:
        told = asdict(self) | {"objectives": [asdict(one) | _derived(one) for one in self.objectives]}
        told |= {"plan": {key: str(value) for key, value in asdict(self.plan).items()}}
        return json.dumps(told | {"flat": self.is_flat, "well": self.is_well}, indent=2, default=str)

    def _lines(self) -> Iterator[str]:
        plan, count = self.plan, self.count
        yield (
            f"{plan.days} days, {plan.people:,} people of whom {plan.planning:.0%} had plans, {plan.sessions} sessions, {plan.speed:g} times faster than life: "
            f"{self.took_s / 60:.0f} minutes"
        )
        yield (
            f"{sum(self.asked.values()):,} requests, {count.landed:,} messages landed; went wrong: {self.struck:,} calls of Slack, "
            f"{self.cut} connections cut, {self.killed} nodes killed, {self.restarted} restarted, {self.changed} changes"
        )
        yield ""
        yield f"{'promise':76} {'promised':>9} {'of':>8} {'kept':>9} {'budget used':>12}"
        for one in self.objectives:
            used = "-" if one.percent == 100 and one.used == 0 else f"{one.used:.0%}"
            yield f"{one.promise:76} {one.percent:8g}% {one.of:8,.0f} {100 * one.share:8.3f}% {used:>12}"
        yield ""
        yield f"owed {count.owed:,} · lost {count.lost} · twice {count.twice} · {_told(count.states)}"
        yield f"requests that failed at Slack: {_told(self.failed) or 'none'}"
        memory = " → ".join(f"{one:.0f}" for one in self.memory)
        yield (
            f"memory of the node that lived through it, MiB: {memory} "
            f"(first third {self.memory.first:+.1f}, last {self.memory.last:+.1f}: {'flat' if self.is_flat else 'GROWS'})"
        )


def _derived(one: Kept) -> dict[str, float]:
    return {"share": one.share, "used": one.used}


def _told(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in Counter(counted).most_common())
