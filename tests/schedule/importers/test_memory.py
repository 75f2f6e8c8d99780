"""Memory of imports: no file of any format takes more than 100 MiB above idle.

Each file is imported by a process of its own, whose peak is measured. `make fuzz` tries every worst case in four sizes,
one of them random, because a smaller file may take more memory than a large one that a limit refuses at once.
"""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.schedule.importers import json_xml
from bot.schedule.yaml import nodes
from tests.conftest import ROOT
from tests.schedule.worst_cases import CASES, worst_case

MOST_MIB = 100


def full(name: str) -> int:
    """The size of the largest file that a case may have, in bytes; some formats write a little more than requested."""
    return (nodes.MAX_BYTES if name.startswith("yaml") else json_xml.MAX_BYTES) - 10_000


WORST = ["xml: one attribute each", "json: wide events", "yaml: anchors", "ics: wide events"]  # of each format

# These also came close to the limit or broke it.
NEXT = ["xml: attributes on one element", "xml: wide events", "json: a long title", "yaml: a long title"]


def files() -> list[Any]:
    """List the names and sizes of the files to try."""
    if "FUZZ_FILES" not in os.environ:
        slow = [pytest.param(name, full(name), marks=pytest.mark.slow) for name in NEXT]
        return [(name, full(name)) for name in WORST] + slow
    chance = random.Random(int(os.environ.get("FUZZ_SEED", "2019")))
    return [(name, size) for name in CASES for size in sizes(full(name), chance)]


def sizes(largest: int, chance: random.Random) -> tuple[int, ...]:
    return largest, largest // 2, largest // 5, chance.randint(10_000, largest)


def measured(file: Path) -> tuple[float, str]:
    """Measure an import: the MiB above idle that it takes, and its outcome."""
    command = [sys.executable, "-m", "tests.schedule.memory", str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    mib, _, outcome = told.stdout.partition("\n")
    return float(mib), outcome.strip()


@pytest.mark.parametrize(("name", "size"), files())
def test_the_memory_of_an_import_is_bounded(name: str, size: int, tmp_path: Path) -> None:
    file = tmp_path / "schedule"
    file.write_bytes(worst_case(name, size))
    mib, outcome = measured(file)
    print(f"{mib:6.1f} MiB  {size / 1e6:4.1f} MB  {name}: {outcome}")
    assert mib <= MOST_MIB


def test_ten_thousand_talks_are_imported_within_the_memory_limit(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    file.write_text(ten_thousand_talks(), encoding="utf-8")
    mib, outcome = measured(file)
    assert outcome == "10000 talks"
    assert mib <= MOST_MIB


def ten_thousand_talks() -> str:
    """A schedule of 20 days, 16 slots and 32 rooms, with titles of six words and abstracts of sixty."""
    words = [word for word, _ in zip(WORDS.split() * 1_000, range(60), strict=False)]
    days = [f"2031-03-{day:02}" for day in range(1, 21)]
    lines = ["conference: {name: Big, timezone: Europe/London, days: [" + ", ".join(days) + "]}", "rooms:"]
    lines += [f"  - {{id: r{room}, name: Room {room}}}" for room in range(32)]
    lines.append("talks:")
    for number in range(10_000):
        day, slot, room = days[number % 20], number // 20 % 16, number // 320
        start, end = (f"{day}T{9 + slot // 2:02}:{30 * (slot % 2) + minute:02}" for minute in (0, 25))
        lines.append(f"  - {{id: t{number}, title: {' '.join(words[:6])} {number}, room: r{room},")
        lines.append(f'     start: {start}, end: {end}, abstract: "{" ".join(words)}"}}')
    return "\n".join(lines)


WORDS = "teams build services that fail apart and learn from events how flows recover when machines stop"
