"""Memory of imports: no file of any format takes more than 100 MiB above idle.

Each file is imported by a process of its own, whose peak is measured. `make fuzz` tries every worst case in four sizes,
one of them random, because a smaller file may take more memory than a large one that a limit refuses at once.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from bot.schedule.yaml.nodes import MAX_BYTES
from tests.conftest import ROOT
from tests.schedule.worst_cases import CASES, worst_case

MOST_MIB = 100

FULL = MAX_BYTES - 10_000  # bytes; some formats write a little more than requested

WORST = [  # the cases that came close to the limit or broke it
    "xml: attributes on one element", "xml: one attribute each", "xml: wide events", "json: a long title",
    "json: wide events", "yaml: a long title", "yaml: anchors", "ics: wide events",
]  # fmt: skip


def files() -> list[tuple[str, int]]:
    """List the names and sizes of the files to try."""
    if "FUZZ_FILES" not in os.environ:
        return [(name, FULL) for name in WORST]
    chance = random.Random(int(os.environ.get("FUZZ_SEED", "2019")))
    return [(name, size) for name in CASES for size in (FULL, FULL // 2, FULL // 5, chance.randint(10_000, FULL))]


def measured(file: Path) -> tuple[float, str]:
    """Measure an import: the MiB above idle that it takes, and its outcome."""
    command = [sys.executable, "-m", "tests.schedule.memory", str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    mib, _, outcome = told.stdout.partition("\n")
    return float(mib), outcome.strip()


@pytest.mark.parametrize(("name", "size"), files())
def test_importing_takes_bounded_memory(name: str, size: int, tmp_path: Path) -> None:
    file = tmp_path / "schedule"
    file.write_bytes(worst_case(name, size))
    mib, outcome = measured(file)
    print(f"{mib:6.1f} MiB  {size / 1e6:4.1f} MB  {name}: {outcome}")
    assert mib <= MOST_MIB
