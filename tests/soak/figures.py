"""What all nodes told of themselves at `/metrics`, over however many lives, as a Prometheus that never misses would know it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import median

from prometheus_client.parser import text_string_to_metric_families as parse
from prometheus_client.samples import Sample

from bot.clock import monotonic

MIB = 2**20

WARM_UP = 0.15  # of a node's life: caches and pools fill

Key = tuple[str, tuple[tuple[str, str], ...]]  # a figure's name and labels


class Figures:
    """Counters are summed over the lives of nodes, each of which has an address of its own."""

    def __init__(self) -> None:
        self._last: dict[str, dict[Key, float]] = {}
        self._memory: dict[str, list[float]] = defaultdict(list)
        self._overdue_since: float | None = None
        self.overdue_s = 0.0  # the longest that a delivery's time was over without an end being made of it

    def take(self, node: str, told: str) -> None:
        """What the node at this address tells now."""
        samples = {_key(sample): sample.value for family in parse(told) for sample in family.samples}
        self._last[node] = samples
        self._memory[node].append(samples["process_resident_memory_bytes", ()] / MIB)
        self._look_at_overdue(samples["qcon_deliveries_overdue", ()])

    def total(self) -> Counter[Key]:
        """Every counter, over all nodes and lives."""
        found: Counter[Key] = Counter()
        for samples in self._last.values():
            found.update({key: value for key, value in samples.items() if _counts(key[0])})
        return found

    def memory(self, node: str) -> "Memory":
        """How this node's memory went."""
        return Memory.of(self._memory[node])

    def _look_at_overdue(self, overdue: float) -> None:
        if not overdue:
            self._overdue_since = None
            return
        self._overdue_since = self._overdue_since or monotonic()
        self.overdue_s = max(self.overdue_s, monotonic() - self._overdue_since)


class Memory(tuple[float, float, float, float]):
    """MiB resident after the warm-up and at the end of each third of what came then; steady for the noise in between."""

    __slots__ = ()

    @classmethod
    def of(cls, series: Iterable[float]) -> "Memory":
        """Of what was seen at even intervals."""
        seen = list(series)
        rest = seen[int(len(seen) * WARM_UP) :]
        third = max(1, len(rest) // 3)
        few = max(1, third // 5)
        return cls(median(rest[at : at + few]) for at in (0, third - few, 2 * third - few, len(rest) - few))

    @property
    def first(self) -> float:
        """What the first third added."""
        return self[1] - self[0]

    @property
    def last(self) -> float:
        """What the last third added."""
        return self[3] - self[2]


def _key(sample: Sample) -> Key:
    return sample.name, tuple(sorted(sample.labels.items()))


def _counts(name: str) -> bool:
    return name.endswith(("_total", "_count", "_bucket"))
