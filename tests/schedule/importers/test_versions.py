"""From one version of a published schedule to the next, talks keep their ids."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.schedule.changes import changes
from bot.schedule.importers.formats import import_schedule
from bot.schedule.model import Schedule
from tests.schedule.importers.imports import of_json
from tests.schedule.importers.table import OURS, REAL


def real(name: str) -> Schedule:
    file = Path(REAL / name)
    if not file.exists():
        pytest.skip(f"needs ../shared/schedules/{name}, which is not part of this repository")
    return import_schedule(file.read_bytes(), name).schedule


def told(before: Schedule, after: Schedule) -> dict[str, int]:
    return dict(Counter(change.kind for change in changes(before, after)))


def test_a_talk_that_moves_and_a_title_that_changes_keep_the_id() -> None:
    tree = json.loads((OURS / "pretalx-legacy.json").read_text(encoding="utf-8"))
    before = of_json(tree).schedule
    tree["slots"][0] |= {"title": "Pouring, faster", "slot": tree["slots"][0]["slot"] | {"room": "Pantry"}}
    tree["slots"].reverse()
    tree["breaks"].reverse()
    assert told(before, of_json(tree).schedule) == {"moved": 1, "retitled": 1}


def test_two_real_versions_of_europython() -> None:
    before = real("pretalx-api-europython-2023-07-01.json")
    after = real("pretalx-api-europython-2023-latest.json")
    codes = [
        {
            slot["code"]
            for slot in json.loads((REAL / f"pretalx-api-europython-2023-{version}.json").read_bytes())["slots"]
        }
        for version in ("07-01", "latest")
    ]
    talks = [{talk.id for talk in schedule.talks if not talk.is_break} for schedule in (before, after)]
    assert talks == codes
    assert told(before, after)["new"] == len(after.talk_by_id.keys() - before.talk_by_id.keys())


def test_two_real_versions_of_a_cruise() -> None:
    before, after = real("sched-joco-2023-v1.ics"), real("sched-joco-2023-v2.ics")
    found = told(before, after)
    assert found["new"] - found["cancelled"] == len(after.talks) - len(before.talks)
    assert found["new"] < 30
