"""The systemd unit, checked by systemd's own tools."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.serve import HANGS_AFTER_S
from tests.conftest import ROOT
from tests.deploy import unit

UNIT = ROOT / "deploy" / "systemd" / "qcon-bot.service"

PROGRAMS = "/opt/qcon-bot/current/.venv/bin"

EXPOSURE = 1.5  # of 10, as systemd rates a service that needs the network

analysed = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this system")

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="instructions for Linux")


def analyse(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def exposure(file: Path) -> float:
    report = analyse("security", "--offline=true", "--no-pager", file).stdout
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", report)
    assert level, report
    return float(level[1])


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit with the paths of this checkout."""
    python = Path(sys.executable)
    text = UNIT.read_text(encoding="utf-8").replace(PROGRAMS, str(python.parent))
    (tmp_path / UNIT.name).write_text(text, encoding="utf-8")
    return tmp_path / UNIT.name


@analysed
def test_systemd_accepts_the_unit(installed: Path) -> None:
    ran = analyse("verify", installed)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


def test_the_watchdog_limit_matches_the_bots() -> None:
    assert unit.one(unit.read(UNIT), "Service.WatchdogSec") == f"{HANGS_AFTER_S:.0f}"


@analysed
def test_systemd_reports_an_unknown_setting(installed: Path) -> None:
    installed.write_text(installed.read_text(encoding="utf-8").replace("Type=notify", "Typo=notify"), encoding="utf-8")
    assert "Typo" in analyse("verify", installed).stderr


@analysed
def test_the_unit_stays_within_the_exposure_limit(installed: Path) -> None:
    assert exposure(installed) <= EXPOSURE
    loose = installed.read_text(encoding="utf-8").replace("CapabilityBoundingSet=\n", "")
    installed.write_text(loose, encoding="utf-8")
    assert exposure(installed) > EXPOSURE


@analysed
@pytest.mark.parametrize("name", ["qcon-bot-backup.service", "qcon-bot-backup.timer"])
def test_systemd_accepts_the_backup_units(name: str, tmp_path: Path) -> None:
    for file in UNIT.parent.glob("qcon-bot-backup.*"):
        text = file.read_text(encoding="utf-8").replace(PROGRAMS, str(Path(sys.executable).parent))
        text = re.sub("^#(?=ExecStart)", "", text, flags=re.MULTILINE).replace("pg_dump", "true")  # PostgreSQL too
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    ran = analyse("verify", tmp_path / name)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")
