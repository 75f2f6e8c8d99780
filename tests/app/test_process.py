"""The parts that the workspaces of a process share."""

import asyncio
import time

import pytest

from bot.app.process import Process, Startup
from bot.errors import UnavailableError
from bot.live_schedule import source
from bot.schedule.importers.models import OWN_FORMAT, ImportResult
from bot.settings import Settings
from bot.telemetry.metrics import Metrics
from tests.conftest import QCON
from tests.schedules import a_schedule


async def test_the_sources_of_a_process_are_imported_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, imported = 0, 0, 0

    def work(*_: object) -> ImportResult:
        nonlocal at_work, most, imported
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.01)
        at_work -= 1
        imported += 1
        return ImportResult(a_schedule(), OWN_FORMAT)

    monkeypatch.setattr(source, "_import_file", work)
    process = Process()
    shared = [process.source(Settings(schedule=str(QCON), name=f"Conference {n}")) for n in range(5)]
    await asyncio.gather(*(each.read_if_changed() for each in shared))
    assert (imported, most) == (5, 1)


async def test_a_start_waits_a_limited_time_for_slack_whatever_it_asks_for() -> None:
    phases: asyncio.Queue[str] = asyncio.Queue()

    async def refuse() -> None:
        raise UnavailableError("Slack limits the bot.", retry_after_s=99_999_999)

    start = asyncio.create_task(Startup(Metrics(), phases.put_nowait).phase("Slack", refuse))
    told = [await phases.get(), await phases.get()]
    start.cancel()
    assert told == ["Slack", "Slack: Slack limits the bot. (next attempt in 300 s)"]
