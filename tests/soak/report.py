"""The report on a simulated conference, as a table and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from tests.db.older_code import NO_HISTORY
from tests.soak.count import Count
from tests.soak.figures import Memory
from tests.soak.objectives import Kept
from tests.soak.programme import Plan

FLAT_MIB = 5.0  # if the last third adds no more, memory is flat, whatever the first added


@dataclass(frozen=True, slots=True)
class Report:
    """The results of one simulated conference."""

    plan: Plan
    took_s: float
    objectives: tuple[Kept, ...]
    count: Count
    memory: Memory
    overdue_s: float
    asked: Mapping[str, int]
    failed: Mapping[str, int]  # requests that were not acknowledged, by reason
    struck: int
    cut: int
    killed: int
    restarted: int
    older_started: int  # processes of an older version; 0 without the history
    changed: int

    @property
    def is_flat(self) -> bool:
        """Tell whether memory stopped growing."""
        return self.memory.last <= max(FLAT_MIB, self.memory.first)

    @property
    def is_well(self) -> bool:
        """Tell whether every promise was kept, nothing was lost or sent twice, and memory stopped growing."""
        kept = all(objective.used <= 1 for objective in self.objectives)
        return kept and self.is_flat and not (self.count.lost or self.count.twice)

    def table(self) -> str:
        return "\n".join(self._lines())

    def as_json(self) -> str:
        content = asdict(self) | {"objectives": [asdict(item) | _derived(item) for item in self.objectives]}
        content |= {"plan": {key: str(value) for key, value in asdict(self.plan).items()}}
        return json.dumps(content | {"flat": self.is_flat, "well": self.is_well}, indent=2, default=str)

    def _lines(self) -> Iterator[str]:
        plan, count = self.plan, self.count
        yield (
            f"{plan.days} days, {plan.people:,} people of whom {plan.planning:.0%} had plans, {plan.sessions} sessions, {plan.speed:g} times faster than real time: "
            f"{self.took_s / 60:.0f} minutes"
        )
        yield (
            f"{sum(self.asked.values()):,} requests, {count.landed:,} messages landed; went wrong: {self.struck:,} calls of Slack, "
            f"{self.cut} connections cut, {self.killed} processes killed, {self.restarted} restarted, {self.changed} changes"
        )
        yield ""
        older = f"{self.older_started} processes of an older version ran" if self.older_started else NO_HISTORY
        yield f"two versions side by side: {older}"
        yield ""
        yield f"{'promise':76} {'promised':>9} {'of':>8} {'kept':>9} {'budget used':>12}"
        for item in self.objectives:
            used = "-" if item.percent == 100 and item.used == 0 else f"{item.used:.0%}"
            yield f"{item.promise:76} {item.percent:8g}% {item.of:8,.0f} {100 * item.share:8.3f}% {used:>12}"
        yield ""
        yield f"owed {count.owed:,} · lost {count.lost} · twice {count.twice} · {_listed(count.states)}"
        yield f"requests that failed at Slack: {_listed(self.failed) or 'none'}"
        memory = " → ".join(f"{value:.0f}" for value in self.memory)
        yield (
            f"memory of the process that ran all the time, MiB: {memory} "
            f"(first third {self.memory.first:+.1f}, last {self.memory.last:+.1f}: {'flat' if self.is_flat else 'GROWS'})"
        )


def _derived(objective: Kept) -> dict[str, float]:
    return {"share": objective.share, "used": objective.used}


def _listed(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in Counter(counted).most_common())
