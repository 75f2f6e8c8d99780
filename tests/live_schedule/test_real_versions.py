"""Two successive versions of real conferences, followed live, with somebody who saved each session."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.db.database import Database
from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import ImportResult
from tests.live_schedule.followed import FollowedSource
from tests.schedule.importers.table import REAL


def imported(name: str) -> ImportResult:
    file = Path(REAL / name)
    if not file.exists():
        pytest.skip(f"needs ../shared/schedules/{name}, which is not part of this repository")
    return import_schedule(file.read_bytes(), name)


async def heard(database: Database, first: str, second: str) -> Mapping[str, str]:
    """Follow two versions. Return the line that the saver of each changed session reads, by the session's id."""
    followed = FollowedSource(database)
    await followed.start(imported(first))
    told = await followed.hear(imported(second))
    assert not told.question
    return told.people


def counted(lines: Mapping[str, str]) -> Mapping[str, int]:
    for line in sorted(lines.values()):
        print(line)
    return Counter(line.partition(":")[0] for line in lines.values())


async def test_savers_of_europython_are_told_of_moves_but_not_of_a_renamed_hall(database: Database) -> None:
    lines = await heard(database, "pretalx-api-europython-2023-07-01.json", "pretalx-api-europython-2023-latest.json")
    assert counted(lines) == {"Moved": 23, "Cancelled": 7, "Now titled": 4, "Now given by": 2}
    assert sum("was" in line and "Forum Hall" in line.partition("(was")[2] for line in lines.values()) == 1


async def test_savers_of_a_cruise_hear_what_its_two_calendars_say(database: Database) -> None:
    lines = await heard(database, "sched-joco-2023-v1.ics", "sched-joco-2023-v2.ics")
    assert counted(lines) == {"Moved": 17, "Cancelled": 8, "Now titled": 1}
