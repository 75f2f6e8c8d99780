"""A schedule of 10,000 talks: the memory of a process while a new version comes, and afterwards."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks.versions import measure

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")]

LIMIT_MIB = 512  # of deploy/


async def test_new_versions_of_a_big_schedule_stay_within_the_memory_limit(tmp_path: Path) -> None:
    figures = await measure(tmp_path, versions=3)
    start = figures.at_start.resident
    print("\n".join(figures.lines()))
    assert max(memory.peak for memory in figures.versions) < min(1.5 * start, LIMIT_MIB)  # 1.46 were measured
    assert figures.versions[-1].resident < 1.3 * start  # 1.23
