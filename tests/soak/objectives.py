"""How each promise of deploy/slo.yaml was kept, by what was counted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.soak.figures import Key

_SELECTOR = re.compile(r"(\w+)(?:\{(.*)\})?")

_MATCHER = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise."""

    name: str
    promise: str
    percent: float  # of the times that it is promised for
    good: float
    of: float

    @property
    def share(self) -> float:
        return self.good / self.of if self.of else 1.0

    @property
    def used(self) -> float:
        """How much of the error budget; more than 1 is a broken promise. Where there is none, one failure is too much."""
        failed, budget = 1 - self.share, 1 - self.percent / 100
        return failed / budget if budget else float(failed > 0) * float("inf") if failed else 0.0


def kept(promised: Mapping[str, Any], counted: Mapping[Key, float], lost: Kept) -> Iterator[Kept]:
    """In their order; `lost` is for those that no counter tells of."""
    for one in promised["objectives"]:
        if "good" in one:
            of = sum(summed(series, counted) for series in one["of"])
            yield Kept(one["name"], one["promise"], float(one["percent"]), summed(one["good"], counted), of)
        else:
            yield Kept(one["name"], one["promise"], float(one["percent"]), lost.good, lost.of)


def summed(selector: str, counted: Mapping[Key, float]) -> float:
    """The sum over the series that Prometheus's instant vector selector names; a regular expression matches whole values."""
    read = _SELECTOR.fullmatch(selector)
    if read is None:
        raise ValueError(selector)
    name, matchers = read[1], _MATCHER.findall(read[2] or "")
    return sum(value for key, value in counted.items() if key[0] == name and _match(matchers, dict(key[1])))


def _match(matchers: list[tuple[str, str, str]], labels: Mapping[str, str]) -> bool:
    return all(_holds(labels.get(label, ""), operator, wanted) for label, operator, wanted in matchers)


def _holds(value: str, operator: str, wanted: str) -> bool:
    if operator == "=~":
        return re.fullmatch(wanted, value) is not None
    return (value == wanted) == (operator == "=")
