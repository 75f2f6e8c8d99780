"""Collect the metrics of all processes, over all their restarts, as Prometheus would if it never missed a value."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import median

from prometheus_client.parser import text_string_to_metric_families as parse
from prometheus_client.samples import Sample

from bot.clock import monotonic

MIB = 2**20

WARM_UP = 0.15  # share of a process's life in which caches and pools fill

Key = tuple[str, tuple[tuple[str, str], ...]]  # a sample's name and labels


class Figures:
    """Sums counters over all processes, each of which has an address of its own."""

    def __init__(self) -> None:
        self._last: dict[str, dict[Key, float]] = {}
        self._memory: dict[str, list[float]] = defaultdict(list)
        self._overdue_since: float | None = None
        self.overdue_s = 0.0  # the longest time that a delivery was overdue

    def take(self, node: str, text: str) -> None:
        """Add the current metrics of the process at this address."""
        samples = {_key(sample): sample.value for family in parse(text) for sample in family.samples}
        self._last[node] = samples
        self._memory[node].append(samples["process_resident_memory_bytes", ()] / MIB)
        self._look_at_overdue(samples["qcon_deliveries_overdue", ()])

    def total(self) -> Counter[Key]:
        """Every counter, summed over all processes."""
        total: Counter[Key] = Counter()
        for samples in self._last.values():
            total.update({key: value for key, value in samples.items() if _is_counter(key[0])})
        return total

    def memory(self, node: str) -> "Memory":
        """The memory of this process over time."""
        return Memory.of(self._memory[node])

    def _look_at_overdue(self, overdue: float) -> None:
        if not overdue:
            self._overdue_since = None
            return
        self._overdue_since = self._overdue_since or monotonic()
        self.overdue_s = max(self.overdue_s, monotonic() - self._overdue_since)


class Memory(tuple[float, float, float, float]):
    """Resident MiB after the warm-up and at the end of each third after it, as medians to leave out noise."""

    __slots__ = ()

    @classmethod
    def of(cls, series: Iterable[float]) -> "Memory":
        """Summarise values that were measured at even intervals."""
        seen = list(series)
        rest = seen[int(len(seen) * WARM_UP) :]
        third = max(1, len(rest) // 3)
        few = max(1, third // 5)
        return cls(median(rest[at : at + few]) for at in (0, third - few, 2 * third - few, len(rest) - few))

    @property
    def first(self) -> float:
        """The growth in the first third, in MiB."""
        return self[1] - self[0]

    @property
    def last(self) -> float:
        """The growth in the last third, in MiB."""
        return self[3] - self[2]


def _key(sample: Sample) -> Key:
    return sample.name, tuple(sorted(sample.labels.items()))


def _is_counter(name: str) -> bool:
    return name.endswith(("_total", "_count", "_bucket"))
