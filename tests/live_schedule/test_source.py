"""Sources of the operator's schedule: files and web addresses."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.cli import files
from bot.errors import BotError, SettingsError
from bot.live_schedule import source
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.import_turns import import_in_turn
from bot.live_schedule.source import ScheduleSource
from bot.schedule.importers.models import ImportHints
from bot.schedule.models import Schedule
from tests.conftest import QCON
from tests.schedule.importers.table import OURS


def test_a_file_in_our_own_format_is_read(qcon: Schedule) -> None:
    assert source.read_source(str(QCON)) == qcon


@pytest.mark.parametrize("name", ["frab.xml", "schedule-v1.json", "conference.ics"])
def test_a_file_of_another_format_is_served_as_it_is(name: str) -> None:
    assert source.read_source(str(OURS / name)).conference.name == "Teapot Days 2031"


@pytest.mark.parametrize("name", ["sessionize.json", "sched.ics"])
def test_a_schedule_without_a_time_zone_is_not_served(name: str) -> None:
    with pytest.raises(SettingsError, match=r"names no time zone.*QCON_TIMEZONE"):
        source.read_source(str(OURS / name))


async def test_the_operators_name_and_time_zone_replace_those_of_an_imported_file(qcon: Schedule) -> None:
    named = ImportHints("Kettle Camp", "Europe/Madrid")
    for name in ("sessionize.json", "frab.xml"):
        read = await ScheduleSource(str(OURS / name), named).read_if_changed()
        assert read
        assert (read.schedule.conference.name, read.schedule.conference.timezone.key) == (
            "Kettle Camp",
            "Europe/Madrid",
        )
    assert source.read_source(str(QCON), named) == qcon


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        source.read_source(str(tmp_path / "none.yaml"))


def test_an_address_within_our_own_network_is_not_followed() -> None:
    with pytest.raises(FetchError, match="isn't a public address"):
        source.read_source("http://127.0.0.1:1/schedule.json")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    files.write_file(str(file), b"one")
    files.write_file(str(file), b"two")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(BotError, match="cannot be written"):
        files.write_file(str(tmp_path / "none" / "schedule.yaml"), b"three")


def test_the_app_does_not_load_the_parsers_of_other_formats() -> None:
    program = "import sys, bot.app; print({'defusedxml', 'icalendar'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


async def test_sources_are_imported_one_after_the_other() -> None:
    at_work, most = 0, 0

    def work() -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.01)
        at_work -= 1

    await asyncio.gather(*(import_in_turn(work) for _ in range(5)))
    assert most == 1
