"""Which sample gives what: small ones of our own, and real ones where they are."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.schedule.importers.formats import NO_HINTS, import_schedule
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import Hints
from tests.conftest import ROOT

OURS = ROOT / "data" / "samples"
REAL = ROOT.parent / "shared" / "schedules"


@dataclass(frozen=True)
class Row:
    """What is expected of a file."""

    file: Path
    talks: int
    speakers: int
    rooms: int
    tracks: int
    merged: int = 0
    left_out: dict[str, int] = field(default_factory=dict)  # why -> how many
    hints: Hints = NO_HINTS

    def imported(self) -> Imported:
        """The file, imported; the test is skipped where it is absent."""
        if not self.file.exists():
            pytest.skip(f"needs ../shared/schedules/{self.file.name}, which is not part of this repository")
        return import_schedule(self.file.read_bytes(), self.file.name, self.hints)


ROWS = [
    Row(OURS / "frab.xml", 7, 2, 3, 2, merged=1, left_out={"has no time yet": 1}),
    Row(OURS / "schedule-v1.json", 2, 1, 1, 1, left_out={"has no time yet": 1}),
    Row(OURS / "schedule-v2.json", 2, 1, 1, 1, left_out={"ends before it starts": 1}),
    Row(REAL / "fosdem-2024.xml", 874, 948, 29, 65),
    Row(REAL / "frab-camp-2019.json", 79, 90, 2, 7),
    Row(REAL / "pretalx-democon.json", 36, 27, 2, 2),
    Row(REAL / "schedule-v2-excerpt.json", 2, 4, 2, 2),
]
