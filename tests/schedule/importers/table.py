"""The expected results of importing the samples: our own small ones, and real ones if they are present."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import NO_HINTS, ImportHints, ImportResult
from tests.conftest import ROOT

OURS = ROOT / "data" / "samples"

REAL = ROOT.parent / "shared" / "schedules"


@dataclass(frozen=True)
class Row:
    """The expected result of importing one file."""

    file: Path
    talks: int
    speakers: int
    rooms: int
    tracks: int
    merged: int = 0
    left_out: dict[str, int] = field(default_factory=dict)  # reason -> number of entries
    hints: ImportHints = NO_HINTS

    def imported(self) -> ImportResult:
        """Import the file; skip the test if the file is absent."""
        if not self.file.exists():
            pytest.skip(f"needs ../shared/schedules/{self.file.name}, which is not part of this repository")
        return import_schedule(self.file.read_bytes(), self.file.name, self.hints)


NO_TIME = "without a time yet"

DAY_LONG = "lasting 12 hours or more, as notes about a day do"

ROWS = [
    Row(OURS / "frab.xml", 7, 2, 3, 2, merged=1, left_out={NO_TIME: 1}),
    Row(OURS / "schedule-v1.json", 2, 1, 1, 1, left_out={NO_TIME: 1}),
    Row(OURS / "teapot-days.json", 8, 5, 2, 2),
    Row(OURS / "schedule-v2.json", 2, 1, 1, 1, left_out={"with an end before the start": 1}),
    Row(OURS / "pretalx-legacy.json", 2, 1, 1, 1, merged=1, left_out={NO_TIME: 1, "cancelled": 1}),
    Row(OURS / "pretalx-v1.json", 2, 1, 1, 1, left_out={NO_TIME: 1, "not public": 1}),
    Row(OURS / "pretalx-widget.json", 2, 1, 1, 1, merged=1),
    Row(OURS / "sessionize.json", 3, 1, 1, 1, left_out={NO_TIME: 1}),
    Row(OURS / "sessionize-grid.json", 3, 1, 1, 1),
    Row(OURS / "pycon.json", 3, 1, 2, 0, left_out={"cancelled": 1}),
    Row(OURS / "europython.json", 3, 1, 1, 1, left_out={"without a title": 1}),
    Row(OURS / "sched.ics", 2, 0, 2, 2, left_out={DAY_LONG: 1}),
    Row(OURS / "conference.ics", 2, 2, 2, 0, left_out={"cancelled": 1, "lasting all day": 1}),
    Row(REAL / "fosdem-2024.xml", 874, 948, 29, 65),
    Row(REAL / "frab-camp-2019.json", 79, 90, 2, 7),
    Row(REAL / "pretalx-democon.json", 36, 27, 2, 2),
    Row(REAL / "schedule-v2-excerpt.json", 2, 4, 2, 2),
    Row(REAL / "pretalx-api-europython-2023-07-01.json", 187, 165, 13, 21, merged=72),
    Row(REAL / "pretalx-api-europython-2023-latest.json", 199, 185, 13, 21, merged=69),
    Row(REAL / "programapi-europython-2024.json", 209, 162, 13, 19),
    Row(REAL / "sessionize-gab-linz-2020.json", 29, 28, 4, 2),
    Row(REAL / "sched-joco-2023-v1.ics", 402, 0, 29, 11, left_out={DAY_LONG: 9}),
    Row(REAL / "sched-joco-2023-v2.ics", 415, 0, 29, 11, left_out={DAY_LONG: 9}),
    Row(REAL / "linux-conf-au-2020.ics", 260, 151, 7, 0, merged=2),
    Row(REAL / "kielux-2020.ics", 24, 20, 4, 0),
    Row(REAL / "pyconus-2024.json", 209, 153, 23, 0),
]
