"""Writes Prometheus's rules from slo.yaml and Grafana's dashboard from grafana/panels.yaml. `make slo` runs it."""

import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent

RULES, DASHBOARD = FOLDER / "prometheus" / "rules.yaml", FOLDER / "grafana" / "dashboard.json"

HEADER = "# Written by `make slo` from ../slo.yaml; change that.\n"

COLUMNS = 24  # of a Grafana dashboard

HEIGHT = 7

Yaml = dict[str, Any]


def main() -> None:
    """Write both files anew."""
    RULES.write_text(rules(read("slo.yaml")), encoding="utf-8")
    DASHBOARD.write_text(dashboard(read("grafana/panels.yaml")), encoding="utf-8")


def read(name: str) -> Yaml:
    """A file of this folder."""
    found: Yaml = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


def rules(promised: Yaml) -> str:
    """The text of the rules: what is recorded for each objective with a budget, and every alert."""
    budgeted = [one for one in promised["objectives"] if "good" in one]
    groups = [
        {"name": "qcon-objectives", "rules": [rule for one in budgeted for rule in _recorded(promised, one)]},
        {"name": "qcon-burning", "rules": [rule for one in promised["objectives"] for rule in _burning(promised, one)]},
        {"name": "qcon-causes", "rules": [_alert(one, one["severity"], one["when"]) for one in promised["causes"]]},
    ]
    return HEADER + yaml.safe_dump({"groups": groups}, sort_keys=False, width=10_000, allow_unicode=True)


def windows(promised: Yaml) -> list[str]:
    """Over which the share of failures is recorded."""
    of_alerts = [window for how in promised["burning"] for window in (how["long"], how["short"])]
    return [*of_alerts, promised["period"]]


def _recorded(promised: Yaml, objective: Yaml) -> list[Yaml]:
    """Which share failed and how many did, over every window; and what is left of the budget."""
    found = {f"qcon:failures:ratio_{window}": _share(objective, window) for window in windows(promised)}
    for how in promised["burning"]:
        found[f"qcon:failures:increase_{how['long']}"] = _number(objective, how["long"])
    ratio = f'qcon:failures:ratio_{promised["period"]}{{objective="{objective["name"]}"}}'
    found["qcon:budget:left"] = f"1 - {ratio} / {_budget(objective)}"
    return [{"record": name, "expr": expr, "labels": {"objective": objective["name"]}} for name, expr in found.items()]


def _share(objective: Yaml, window: str) -> str:
    return f"1 - {_good(objective, 'rate', window)} / ({_sum(objective['of'], 'rate', window)})"


def _number(objective: Yaml, window: str) -> str:
    return f"{_sum(objective['of'], 'increase', window)} - {_good(objective, 'increase', window)}"


def _good(objective: Yaml, function: str, window: str) -> str:
    """Nothing is nought: where all fails, there is no series of what goes well."""
    return f"(sum({function}({objective['good']}[{window}])) or vector(0))"


def _sum(series: list[str], function: str, window: str) -> str:
    return " + ".join(f"sum({function}({one}[{window}]))" for one in series)


def _budget(objective: Yaml) -> float:
    return float(round(1 - objective["percent"] / 100, 6))


def _burning(promised: Yaml, objective: Yaml) -> list[Yaml]:
    """An alert for each severity, by any of its windows; or the one of an objective without a budget."""
    says = f"Promised: {objective['promise']}"
    if "never" in objective:
        return [_alert(objective | {"says": says}, "page", objective["never"])]
    which = f'{{objective="{objective["name"]}"}}'
    told = objective | {"says": f"{says}. {{{{ $value | humanizePercentage }}}} do not."}
    by_severity: dict[str, list[str]] = {}
    for how in promised["burning"]:
        most = f"{how['times'] * _budget(objective):.6g}"
        burns = [f"qcon:failures:ratio_{window}{which} > {most}" for window in (how["long"], how["short"])]
        many = f"qcon:failures:increase_{how['long']}{which} >= {promised['failures']}"
        by_severity.setdefault(how["severity"], []).append(f"({' and '.join([*burns, many])})")
    return [_alert(told, severity, " or ".join(ways)) for severity, ways in by_severity.items()]


def _alert(told: Yaml, severity: str, when: str) -> Yaml:
    wait = {"for": told["for"]} if "for" in told else {}
    annotations = {"summary": told["says"], "runbook_url": f"deploy/runbook.md#{told['alert'].lower()}"}
    return (
        {"alert": told["alert"], "expr": when} | wait | {"labels": {"severity": severity}, "annotations": annotations}
    )


def dashboard(told: Yaml) -> str:
    """The text of the dashboard: a row of panels for each section of `panels.yaml`."""
    panels: list[Yaml] = []
    y = 0
    for section in told["sections"]:
        panels.append(_row(len(panels) + 1, section["title"], y))
        y += 1
        width = COLUMNS // len(section["panels"])
        for column, panel in enumerate(section["panels"]):
            place = {"h": HEIGHT, "w": width, "x": column * width, "y": y}
            panels.append(_panel(len(panels) + 1, panel, place))
        y += HEIGHT
    source = {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
    whole = {
        "uid": "qcon-bot",
        "title": "qcon-bot",
        "description": "Written by `make slo` from deploy/grafana/panels.yaml; change that.",
        "tags": ["qcon-bot"],
        "schemaVersion": 39,
        "time": {"from": "now-3h", "to": "now"},
        "refresh": "30s",
        "timezone": "browser",
        "templating": {"list": [source]},
        "panels": panels,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _row(number: int, title: str, y: int) -> Yaml:
    return {
        "id": number,
        "type": "row",
        "title": title,
        "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y},
        "panels": [],
    }


def _panel(number: int, told: Yaml, place: Yaml) -> Yaml:
    source = {"type": "prometheus", "uid": "${source}"}
    targets = [
        {"refId": chr(ord("A") + index), "datasource": source, "expr": expression, "legendFormat": legend}
        for index, (legend, expression) in enumerate(told["shows"].items())
    ]
    return {
        "id": number,
        "type": "timeseries",
        "title": told["title"],
        "description": told.get("says", ""),
        "datasource": source,
        "gridPos": place,
        "targets": targets,
        "fieldConfig": {"defaults": _drawn(told), "overrides": []},
    }


def _drawn(told: Yaml) -> Yaml:
    """From zero up, with a red line at the most that may be."""
    steps: list[Yaml] = [{"color": "green", "value": None}]
    steps += [{"color": "red", "value": told["most"]}] if "most" in told else []
    style = {"thresholdsStyle": {"mode": "line" if "most" in told else "off"}, "fillOpacity": 10}
    return {"unit": told["unit"], "min": 0, "thresholds": {"mode": "absolute", "steps": steps}, "custom": style}


if __name__ == "__main__":
    main()
