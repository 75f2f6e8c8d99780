"""`qcon-bot rehearse`, as an organiser runs it the week before."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

SAMPLES = ROOT / "data" / "samples"

COMMAND = [sys.executable, "-X", "utf8", "-m", "bot", "rehearse"]


def _around(folder: Path) -> dict[str, str]:
    """The environment of a terminal that is 80 characters wide."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "80", "TMPDIR": str(folder)}


def _rehearse(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this folder, which has no .env."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=_around(folder) | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_page_for_organisers_shows_what_it_prints(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "organisers.md").read_text(encoding="utf-8")
    command, *shown = page.split("## Before the day\n\n```console\n")[1].split("\n```")[0].splitlines()
    arguments = command.removeprefix("$ qcon-bot rehearse ").split()
    printed = _rehearse(tmp_path, *arguments, QCON_SCHEDULE=str(SAMPLES / "teapot-days.json")).stdout.splitlines()
    assert printed[:-1] == shown[:-1]
    assert all(part in printed[-1] for part in shown[-1].split("…"))


def test_rehearsing_the_shipped_conference_leaves_no_files_behind(tmp_path: Path) -> None:
    ran = _rehearse(tmp_path, "--attendees", "3")
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0
    assert "  10:25  #general  10:35 · Fleming, 3rd floor · Complex Event Flows in…" in lines
    assert lines[-1].startswith("26 messages arrived, each once, in ")
    assert max(map(len, lines)) <= 80
    assert ran.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_the_schedule_comes_from_the_settings_or_from_an_argument(tmp_path: Path) -> None:
    told = _rehearse(tmp_path, "--attendees", "0", QCON_SCHEDULE=str(SAMPLES / "frab.xml"))
    named = _rehearse(tmp_path, "--attendees", "0", "--schedule", str(SAMPLES / "frab.xml"))
    assert told.stdout.startswith("Teapot Days 2031: Fri 9 May to Sat 10 May 2031, ")
    assert named.stdout.splitlines()[:-1] == told.stdout.splitlines()[:-1]


def test_a_script_gets_totals_and_timeline_as_json(tmp_path: Path) -> None:
    told = json.loads(_rehearse(tmp_path, "--attendees", "2", "--saves", "1", "--json").stdout)
    assert told["totals"] == {
        "digest": {"channels": 0, "people": 2},
        "reminder": {"channels": 5, "people": 2},
        "evening": {"channels": 0, "people": 2},
    }
    assert told["timeline"][1]["text"].startswith("Starts at *10:35 · Fleming, 3rd floor* · Complex Event Flows")


def test_a_rehearsal_with_messages_that_come_too_late_exits_with_1(tmp_path: Path) -> None:
    ran = _rehearse(tmp_path, "--attendees", "60", QCON_RATE_PER_MINUTE="1")
    assert ran.returncode == 1
    assert "would be too late to be useful, so nobody gets them." in ran.stdout


def test_a_missing_schedule_or_a_wrong_number_is_explained_in_a_sentence(tmp_path: Path) -> None:
    ran = _rehearse(tmp_path, "--schedule", "none.yaml")
    assert (ran.returncode, ran.stderr) == (1, "The schedule none.yaml cannot be read: No such file or directory.\n")
    for wrong in ("-1", "20001"):
        ran = _rehearse(tmp_path, f"--attendees={wrong}")
        assert ran.returncode == 2
        assert f"'{wrong}' isn't a number from 0 to 20000" in ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is a POSIX signal here")
def test_a_rehearsal_stopped_with_ctrl_c_says_so_and_leaves_no_files_behind(tmp_path: Path) -> None:
    running = subprocess.Popen(COMMAND, cwd=tmp_path, env=_around(tmp_path), stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("*/rehearsal.sqlite3")):
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert (running.returncode, told) == (1, "Stopped before the end.\n")
    assert list(tmp_path.iterdir()) == []
