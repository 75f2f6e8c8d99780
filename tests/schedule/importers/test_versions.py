"""Several versions of a published schedule: talks keep their ids."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from bot.schedule.diff import schedule_changes
from bot.schedule.importers.formats import import_schedule
from bot.schedule.models import Schedule
from tests.schedule.importers.imports import of_json
from tests.schedule.importers.table import OURS, REAL


def real(name: str) -> Schedule:
    file = Path(REAL / name)
    if not file.exists():
        pytest.skip(f"needs ../shared/schedules/{name}, which is not part of this repository")
    return import_schedule(file.read_bytes(), name).schedule


def told(before: Schedule, after: Schedule) -> dict[str, int]:
    return dict(Counter(change.kind for change in schedule_changes(before, after)))


def test_a_talk_keeps_its_id_when_its_room_and_title_change() -> None:
    tree = json.loads((OURS / "pretalx-legacy.json").read_text(encoding="utf-8"))
    before = of_json(tree).schedule
    tree["slots"][0] |= {"title": "Pouring, faster", "slot": tree["slots"][0]["slot"] | {"room": "Pantry"}}
    tree["slots"].reverse()
    tree["breaks"].reverse()
    assert told(before, of_json(tree).schedule) == {"moved": 1, "retitled": 1}


def test_the_changes_between_two_real_versions_of_europython_are_exact() -> None:
    versions = [f"pretalx-api-europython-2023-{version}.json" for version in ("07-01", "latest")]
    before, after = (_known_by_speakers_keys(real(version)) for version in versions)
    was, now = ({slot["code"]: slot for slot in json.loads((REAL / one).read_bytes())["slots"]} for one in versions)
    expected = [("new", code) for code in now.keys() - was.keys()]
    expected += [("cancelled", code) for code in was.keys() - now.keys()]
    for code in was.keys() & now.keys():
        expected += [(kind, code) for kind, told in _OF_A_SLOT.items() if told(was[code]) != told(now[code])]
    talks = {talk.id for schedule in (before, after) for talk in schedule.talks if not talk.is_break}
    found = [(change.kind, change.talk.id) for change in schedule_changes(before, after) if change.talk.id in talks]
    assert sorted(found) == sorted(expected)
    assert Counter(kind for kind, _ in found) == {"moved": 54, "new": 19, "cancelled": 7, "retitled": 5, "speakers": 4}


def _known_by_speakers_keys(schedule: Schedule) -> Schedule:
    """The schedule in which speakers have their codes as ids, since ids made of names tell no namesakes apart."""
    talks = (
        replace(talk, speakers=tuple(replace(person, id=person.source_key) for person in talk.speakers))
        for talk in schedule.talks
    )
    return replace(schedule, talks=tuple(talks))


_OF_A_SLOT: Mapping[str, Callable[[Any], object]] = {
    "moved": lambda slot: [slot["slot"][part] for part in ("start", "end", "room")],
    "retitled": lambda slot: " ".join(slot["title"].split()).casefold(),
    "speakers": lambda slot: {speaker["code"] for speaker in slot["speakers"]},
}


def test_the_changes_between_two_real_versions_of_a_cruise_are_exact() -> None:
    versions = ("sched-joco-2023-v1.ics", "sched-joco-2023-v2.ics")
    before, after = map(real, versions)
    was, now = map(_events, versions)
    kept = was.keys() & now.keys()
    expected = {
        "new": len(now.keys() - was.keys()),
        "cancelled": len(was.keys() - now.keys()),
        "moved": sum(was[uid][:3] != now[uid][:3] for uid in kept),
        "retitled": sum(was[uid][3] != now[uid][3] for uid in kept),
    }
    assert told(before, after) == expected == {"new": 21, "cancelled": 8, "moved": 17, "retitled": 9}


def _events(name: str) -> dict[str, tuple[Any, ...]]:
    """Read start, end, place and title of each event by its UID, without our importer.

    Themes of whole days are left out. The restaurants on decks 11 and 12 count as the same place.
    """
    events = Calendar.from_ical((REAL / name).read_bytes()).walk("VEVENT")
    told = ((str(one["UID"]), str(one.get("LOCATION")).partition(",")[0], one) for one in events)
    return {
        uid: (one.decoded("DTSTART"), one.decoded("DTEND"), place, str(one["SUMMARY"]))
        for uid, place, one in told
        if place != "Whole Ship"
    }
