"""Health says the truth about outages of a minute, and nothing that was due is lost or sent twice."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.soak.outages import TOLD_WITHIN_S, WELL_WITHIN_S, OutagesReport, outages_of_postgresql, outages_on_disk

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")]


def _check(report: OutagesReport) -> None:
    print(report.table())
    assert report.is_well, report.table()
    for outage in report.outages:
        assert (outage.told_after_s or 0) <= TOLD_WITHIN_S, report.table()
        assert (outage.well_after_s or 0) <= WELL_WITHIN_S, report.table()
    assert report.due >= 1


def _can_mount(folder: Path) -> bool:
    """Try to make a small disk, which needs root and a kernel that lets it."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        return False
    subprocess.run(["umount", "-l", str(folder)], check=True)
    return True


async def test_a_socket_a_disk_and_a_clock_that_fail_are_reported_and_lose_nothing(tmp_path: Path) -> None:
    if not await asyncio.to_thread(_can_mount, tmp_path):
        pytest.skip("no small disk can be made here")
    _check(await outages_on_disk())


async def test_a_frozen_database_is_reported_and_loses_nothing(crashing: tuple[Any, str]) -> None:
    _check(await outages_of_postgresql(*crashing))
