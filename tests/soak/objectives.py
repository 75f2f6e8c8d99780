"""Compute from the metrics how each service level of deploy/slo.yaml was kept."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.soak.figures import Key

_SELECTOR = re.compile(r"(\w+)(?:\{(.*)\})?")

_MATCHER = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Kept:
    """One service level, and how it was kept."""

    name: str
    promise: str
    percent: float  # the promised share
    good: float
    of: float

    @property
    def share(self) -> float:
        return self.good / self.of if self.of else 1.0

    @property
    def used(self) -> float:
        """The used share of the error budget; above 1 the promise is broken. Without a budget, one failure breaks it."""
        failed, budget = 1 - self.share, 1 - self.percent / 100
        return failed / budget if budget else float(failed > 0) * float("inf") if failed else 0.0


def kept(levels: Mapping[str, Any], counted: Mapping[Key, float], lost: Kept) -> Iterator[Kept]:
    """Yield the objectives in their order; `lost` is for the one that no counter measures."""
    for objective in levels["objectives"]:
        good, of = lost.good, lost.of
        if "good" in objective:
            good, of = summed(objective["good"], counted), sum(summed(series, counted) for series in objective["of"])
        yield Kept(objective["name"], objective["promise"], float(objective["percent"]), good, of)


def summed(selector: str, counted: Mapping[Key, float]) -> float:
    """The sum over the series that an instant vector selector of Prometheus names. Raises ValueError for other text."""
    match = _SELECTOR.fullmatch(selector)
    if match is None:
        raise ValueError(selector)
    name, matchers = match[1], _MATCHER.findall(match[2] or "")
    return sum(value for key, value in counted.items() if key[0] == name and _match(matchers, dict(key[1])))


def _match(matchers: list[tuple[str, str, str]], labels: Mapping[str, str]) -> bool:
    return all(_holds(labels.get(label, ""), operator, wanted) for label, operator, wanted in matchers)


def _holds(value: str, operator: str, wanted: str) -> bool:
    if operator == "=~":
        return re.fullmatch(wanted, value) is not None
    return (value == wanted) == (operator == "=")
