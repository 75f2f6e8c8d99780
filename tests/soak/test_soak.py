"""A small soak, and the evaluation of its metrics."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.generate import read
from tests.db.older_code import NO_HISTORY, unpack_older_code
from tests.soak.conference import soak
from tests.soak.figures import Figures, Key
from tests.soak.objectives import Kept, kept, summed
from tests.soak.programme import Plan

LEVELS = read("slo.yaml")

SMALL = Plan(
    days=1,
    people=50,
    sessions=8,
    speed=240,
    starts=2,
    every=timedelta(minutes=20),
    evening=timedelta(minutes=15),
    planning=0.8,
    saves=2,
    per_second=8,
)


@pytest.mark.slow
@pytest.mark.serial
async def test_a_small_conference_loses_nothing_and_reports_every_promise(postgresql_url: str, tmp_path: Path) -> None:
    report = await soak(SMALL, postgresql_url)
    print(report.table())
    assert (report.count.lost, report.count.twice) == (0, 0), report.table()
    assert all((report.count.owed, report.struck, report.cut, report.killed, report.restarted, report.changed)), (
        report.table()
    )
    has_history = await asyncio.to_thread(unpack_older_code, tmp_path) is not None
    assert (report.older_started > 0, NO_HISTORY in report.table()) == (has_history, not has_history)
    assert [item.name for item in report.objectives if item.of] == [item["name"] for item in LEVELS["objectives"]]
    assert all(item.promise in report.table() for item in report.objectives)
    assert json.loads(report.as_json())["count"]["lost"] == 0


def _counted(*series: tuple[str, dict[str, str], float]) -> dict[Key, float]:
    return {(name, tuple(sorted(labels.items()))): value for name, labels, value in series}


def test_a_selector_names_series_as_prometheus_would() -> None:
    counted = _counted(
        ("asked_total", {"kind": "command", "outcome": "done"}, 1),
        ("asked_total", {"kind": "mention", "outcome": "done"}, 2),
        ("asked_total", {"kind": "mention", "outcome": "repeated"}, 4),
        ("asked_total", {"kind": "commanding", "outcome": "done"}, 8),
        ("told_total", {"kind": "command", "outcome": "done"}, 16),
    )
    assert summed("asked_total", counted) == 15
    assert summed('asked_total{kind="command"}', counted) == 1
    assert summed('asked_total{kind=~"command|mention",outcome!="repeated"}', counted) == 3
    assert summed('asked_total{kind="nothing"}', counted) == 0
    with pytest.raises(ValueError, match="sum"):
        summed("sum(asked_total)", counted)


def test_a_promise_reports_the_kept_share_and_the_used_budget() -> None:
    name = "qcon_acknowledgement_duration_seconds"
    kind = {"kind": "command"}
    counted = _counted(
        (f"{name}_bucket", kind | {"result": "acknowledged", "le": "3.0"}, 999.5),
        (f"{name}_bucket", kind | {"result": "acknowledged", "le": "5.0"}, 1000),
        (f"{name}_count", kind | {"result": "acknowledged"}, 1000),
    )
    acknowledged, *_, lost = kept(LEVELS, counted, Kept("", "", 100, 7, 7))
    assert (acknowledged.of, acknowledged.share) == (1000, 0.9995)
    assert acknowledged.used == pytest.approx(0.5)
    assert (lost.promise, lost.share, lost.used) == (LEVELS["objectives"][-1]["promise"], 1, 0)
    assert Kept("", "", 100, 6, 7).used == float("inf")


def _metrics(value: int, resident: float = 100, overdue: int = 0) -> str:
    return (
        "# TYPE asked counter\n"
        f'asked_total{{kind="command"}} {value}\n'
        f"process_resident_memory_bytes {resident * 2**20}\n"
        f"qcon_deliveries_overdue {overdue}\n"
    )


def test_counters_are_summed_over_nodes_and_their_lives() -> None:
    figures = Figures()
    for node, value in (("http://one", 3), ("http://two", 10), ("http://one", 5), ("http://two-again", 2)):
        figures.take(node, _metrics(value))
    assert figures.total()["asked_total", (("kind", "command"),)] == 5 + 10 + 2


def test_memory_is_reported_by_thirds_after_the_warm_up() -> None:
    figures = Figures()
    for look in range(200):
        figures.take("http://one", _metrics(0, resident=100 + min(look, 110) * 0.5 + (look % 2) * 0.2))
    memory = figures.memory("http://one")
    assert memory.first == pytest.approx(25, abs=5)
    assert memory.last == pytest.approx(0, abs=1)
    assert len(memory) == 4
