"""Service levels, metrics, alerts, dashboard and runbook agree with each other."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.db.tables import ENDED, UNFINISHED
from bot.delivery.queue import PAUSED
from bot.slack import posting
from bot.slack.request_guard import REQUEST_KINDS
from bot.telemetry.metrics import Metrics
from bot.web.health import PROBLEMS
from deploy.generate import DASHBOARD, RULES, dashboard, read, rules, windows
from tests.conftest import ROOT
from tests.figures import samples

LEVELS = read("slo.yaml")

RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text(encoding="utf-8")

TESTS = ROOT / "deploy" / "prometheus" / "rules.test.yaml"

PROMTOOL = shutil.which("promtool") or ""

NAME = re.compile(r"\b(?:up(?={)|process_\w+|qcon_\w+|qcon:\w+:\w+)")


def _rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def _alerts() -> list[dict[str, Any]]:
    return [rule for rule in _rules() if "alert" in rule]


def _exposed() -> dict[str, set[str]]:
    """The names that Prometheus uses for each metric."""
    suffixes = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}
    return {
        family.name: {family.name + suffix for suffix in suffixes.get(family.type, ("",))}
        for family in Metrics().registry.collect()
    }


def _queries() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def test_the_rules_and_the_dashboard_are_generated_from_their_sources() -> None:
    assert RULES.read_text(encoding="utf-8") == rules(LEVELS)
    assert DASHBOARD.read_text(encoding="utf-8") == dashboard(read("grafana/panels.yaml"))


def test_rules_and_panels_use_only_existing_metrics() -> None:
    there = {"up"}.union(*_exposed().values(), (rule["record"] for rule in _rules() if "record" in rule))
    for query in [*_queries(), *(rule["expr"] for rule in _rules())]:
        names = set(NAME.findall(query))
        assert names, query
        assert names <= there, query


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for query in _queries() for name in NAME.findall(query)}
    assert [family for family, names in _exposed().items() if family.startswith("qcon_") and not names & shown] == []


def test_queries_use_only_existing_labels_and_values() -> None:
    words = {
        "kind": {*REQUEST_KINDS, "reminder"},
        "result": {
            "acknowledged",
            "unacknowledged",
            "ok",
            *(one.__name__.lower() for one in (posting.Refused, posting.RateLimited, posting.Unknown)),
        },
        "outcome": {"done", "refused", "failed", "repeated"},
        "audience": {"channel", "person"},
        "state": {*ENDED, *UNFINISHED},
        "by": set(PAUSED),
        "job": {"qcon-bot"},
        "problem": set(PROBLEMS),
        "objective": {one["name"] for one in LEVELS["objectives"]},
    }
    for query in [*_queries(), *(rule["expr"] for rule in _rules())]:
        for label, value in re.findall(r'(\w+)(?:=~|!=|=)"([^"]*)"', query):
            assert label == "le" or set(value.split("|")) <= words[label], query


def test_every_time_limit_of_an_objective_is_a_histogram_bucket() -> None:
    metrics = Metrics()
    metrics.acknowledgements.labels("command", "acknowledged").observe(0.1)
    metrics.requests.labels("command", "done").observe(0.1)
    metrics.lateness.labels("channel").observe(0.1)
    bounds = {(sample.name, sample.labels["le"]) for sample in samples(metrics) if "le" in sample.labels}
    good = [objective["good"] for objective in LEVELS["objectives"] if "le=" in objective.get("good", "")]
    limits = {(NAME.findall(selector)[0], re.findall(r'le="([^"]+)"', selector)[0]) for selector in good}
    assert len(limits) == 3
    assert limits <= bounds


def test_every_objective_has_a_budget_an_alert_and_a_panel() -> None:
    alerts = {alert["alert"]: alert for alert in _alerts()}
    left = {rule["labels"]["objective"] for rule in _rules() if rule.get("record") == "qcon:budget:left"}
    for objective in LEVELS["objectives"]:
        assert objective["alert"] in alerts
        if "good" in objective:
            assert objective["name"] in left
            assert 0 < objective["percent"] < 100
    assert "qcon:budget:left" in _queries()


def test_the_page_for_operators_lists_every_promise() -> None:
    page = (ROOT / "docs" / "observing.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([^|]+) \| ([\d.]+) % \|$", page, re.MULTILINE))
    assert listed == {objective["promise"]: str(objective["percent"]) for objective in LEVELS["objectives"]}


def test_burn_rate_alerts_use_a_long_and_a_short_window_of_the_period() -> None:
    minutes = {"m": 1, "h": 60, "d": 24 * 60}
    lasting = {window: int(window[:-1]) * minutes[window[-1]] for window in windows(LEVELS)}
    period = lasting[LEVELS["period"]]
    used = []
    for rate in LEVELS["burning"]:
        assert lasting[rate["short"]] * 5 <= lasting[rate["long"]] <= period
        used.append(round(100 * rate["times"] * lasting[rate["long"]] / period))
    assert used == [5, 10, 17]  # per cent of the budget, as slo.yaml says


def test_every_alert_has_a_summary_and_links_to_its_section_of_the_runbook() -> None:
    sections = {heading.lower() for heading in re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)}
    linked = set()
    for alert in _alerts():
        path, _, anchor = alert["annotations"]["runbook_url"].partition("#")
        assert (ROOT / path).exists()
        assert alert["annotations"]["summary"]
        assert alert["labels"]["severity"] in ("page", "ticket")
        linked.add(anchor)
    assert linked == sections


def test_every_section_of_the_runbook_says_what_to_do() -> None:
    for section in RUNBOOK.split("\n## ")[1:]:
        assert "*Look*" in section, section
        assert "*Do*" in section or section.startswith("AnswersFail"), section


def test_the_runbook_uses_the_names_of_panels_and_settings() -> None:
    titles = {panel["title"] for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]}
    shortened = set(re.findall(r"“([^”]+)”", RUNBOOK)) - {"by result"}
    assert shortened <= titles
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(setting in readme for setting in re.findall(r"QCON_\w+|SLACK_\w+", RUNBOOK))


def test_every_alert_is_tested_firing_and_not_firing() -> None:
    tested = [
        case for test in yaml.safe_load(TESTS.read_text(encoding="utf-8"))["tests"] for case in test["alert_rule_test"]
    ]
    for alert in {alert["alert"] for alert in _alerts()}:
        outcomes = {bool(case["exp_alerts"]) for case in tested if case["alertname"] == alert}
        assert outcomes == {True, False}, alert


@pytest.mark.skipif(not PROMTOOL, reason="no promtool on this system: Debian's package prometheus has it")
@pytest.mark.parametrize(
    "command",
    [
        ("check", "config", "prometheus.yaml"),
        ("check", "rules", "rules.yaml"),
        pytest.param(("test", "rules", "rules.test.yaml"), marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_prometheus_accepts_the_rules_and_alerts_as_tested(command: tuple[str, ...]) -> None:
    ran = subprocess.run([PROMTOOL, *command], cwd=RULES.parent, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.skipif(not PROMTOOL, reason="no promtool on this system: Debian's package prometheus has it")
@pytest.mark.slow
def test_promtool_finds_a_rule_that_does_not_alert_as_tested(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES.read_text(encoding="utf-8").replace("> 0.0144", "> 0.144"), "utf-8")
    shutil.copy(TESTS, tmp_path)
    ran = subprocess.run([PROMTOOL, "test", "rules", TESTS.name], cwd=tmp_path, capture_output=True, check=False)
    assert ran.returncode != 0
