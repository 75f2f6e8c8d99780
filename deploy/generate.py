"""Generate Prometheus's rules from slo.yaml and Grafana's dashboard from grafana/panels.yaml. `make slo` runs this."""

import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent

RULES, DASHBOARD = FOLDER / "prometheus" / "rules.yaml", FOLDER / "grafana" / "dashboard.json"

HEADER = "# Written by `make slo` from ../slo.yaml; change that.\n"

COLUMNS = 24  # of a Grafana dashboard

HEIGHT = 7  # of a panel, in Grafana's rows

Yaml = dict[str, Any]


def main() -> None:
    """Write both files."""
    RULES.write_text(rules(read("slo.yaml")), encoding="utf-8")
    DASHBOARD.write_text(dashboard(read("grafana/panels.yaml")), encoding="utf-8")


def read(name: str) -> Yaml:
    """Read a YAML file in this folder."""
    content: Yaml = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return content


def rules(levels: Yaml) -> str:
    """The text of the rules: the recorded series for each objective with a budget, and every alert."""
    objectives = levels["objectives"]
    budgeted = [objective for objective in objectives if "good" in objective]
    groups = [
        {"name": "qcon-objectives", "rules": [rule for objective in budgeted for rule in _recorded(levels, objective)]},
        {
            "name": "qcon-burning",
            "rules": [rule for objective in objectives for rule in _burn_alerts(levels, objective)],
        },
        {
            "name": "qcon-causes",
            "rules": [_alert(cause, cause["severity"], cause["when"]) for cause in levels["causes"]],
        },
    ]
    return HEADER + yaml.safe_dump({"groups": groups}, sort_keys=False, width=10_000, allow_unicode=True)


def windows(levels: Yaml) -> list[str]:
    """The windows over which the share of failures is recorded, such as `15m`."""
    of_alerts = [window for rate in levels["burning"] for window in (rate["long"], rate["short"])]
    return [*of_alerts, levels["period"]]


def _recorded(levels: Yaml, objective: Yaml) -> list[Yaml]:
    """The share and the number of failures over every window, and the rest of the budget."""
    series = {f"qcon:failures:ratio_{window}": _share(objective, window) for window in windows(levels)}
    for rate in levels["burning"]:
        series[f"qcon:failures:increase_{rate['long']}"] = _number(objective, rate["long"])
    ratio = f'qcon:failures:ratio_{levels["period"]}{{objective="{objective["name"]}"}}'
    series["qcon:budget:left"] = f"1 - {ratio} / {_budget(objective)}"
    return [{"record": name, "expr": expr, "labels": {"objective": objective["name"]}} for name, expr in series.items()]


def _share(objective: Yaml, window: str) -> str:
    return f"1 - {_good(objective, 'rate', window)} / ({_sum(objective['of'], 'rate', window)})"


def _number(objective: Yaml, window: str) -> str:
    return f"{_sum(objective['of'], 'increase', window)} - {_good(objective, 'increase', window)}"


def _good(objective: Yaml, function: str, window: str) -> str:
    """The good ones; 0 if there are none, because then Prometheus has no series."""
    return f"(sum({function}({objective['good']}[{window}])) or vector(0))"


def _sum(series: list[str], function: str, window: str) -> str:
    return " + ".join(f"sum({function}({name}[{window}]))" for name in series)


def _budget(objective: Yaml) -> float:
    return float(round(1 - objective["percent"] / 100, 6))


def _burn_alerts(levels: Yaml, objective: Yaml) -> list[Yaml]:
    """One alert per severity, for any of its windows; or the single alert of an objective without a budget."""
    says = f"Promised: {objective['promise']}"
    if "never" in objective:
        return [_alert(objective | {"says": says}, "page", objective["never"])]
    which = f'{{objective="{objective["name"]}"}}'
    alert = objective | {"says": f"{says}. {{{{ $value | humanizePercentage }}}} do not."}
    by_severity: dict[str, list[str]] = {}
    for rate in levels["burning"]:
        limit = f"{rate['times'] * _budget(objective):.6g}"
        burns = [f"qcon:failures:ratio_{window}{which} > {limit}" for window in (rate["long"], rate["short"])]
        many = f"qcon:failures:increase_{rate['long']}{which} >= {levels['failures']}"
        by_severity.setdefault(rate["severity"], []).append(f"({' and '.join([*burns, many])})")
    return [_alert(alert, severity, " or ".join(conditions)) for severity, conditions in by_severity.items()]


def _alert(source: Yaml, severity: str, when: str) -> Yaml:
    wait = {"for": source["for"]} if "for" in source else {}
    annotations = {"summary": source["says"], "runbook_url": f"deploy/runbook.md#{source['alert'].lower()}"}
    return (
        {"alert": source["alert"], "expr": when} | wait | {"labels": {"severity": severity}, "annotations": annotations}
    )


def dashboard(layout: Yaml) -> str:
    """The text of the dashboard: a row of panels for each section of `panels.yaml`."""
    panels: list[Yaml] = []
    y = 0
    for section in layout["sections"]:
        panels.append(_row(len(panels) + 1, section["title"], y))
        y += 1
        width = COLUMNS // len(section["panels"])
        for column, panel in enumerate(section["panels"]):
            place = {"h": HEIGHT, "w": width, "x": column * width, "y": y}
            panels.append(_panel(len(panels) + 1, panel, place))
        y += HEIGHT
    source = {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
    content = {
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
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _row(number: int, title: str, y: int) -> Yaml:
    return {
        "id": number,
        "type": "row",
        "title": title,
        "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y},
        "panels": [],
    }


def _panel(number: int, panel: Yaml, place: Yaml) -> Yaml:
    source = {"type": "prometheus", "uid": "${source}"}
    targets = [
        {"refId": chr(ord("A") + index), "datasource": source, "expr": expression, "legendFormat": legend}
        for index, (legend, expression) in enumerate(panel["shows"].items())
    ]
    return {
        "id": number,
        "type": "timeseries",
        "title": panel["title"],
        "description": panel.get("says", ""),
        "datasource": source,
        "gridPos": place,
        "targets": targets,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
    }


def _defaults(panel: Yaml) -> Yaml:
    """The style of a panel: an axis from zero, with a red line at the highest acceptable value."""
    steps: list[Yaml] = [{"color": "green", "value": None}]
    steps += [{"color": "red", "value": panel["most"]}] if "most" in panel else []
    style = {"thresholdsStyle": {"mode": "line" if "most" in panel else "off"}, "fillOpacity": 10}
    return {"unit": panel["unit"], "min": 0, "thresholds": {"mode": "absolute", "steps": steps}, "custom": style}


if __name__ == "__main__":
    main()
