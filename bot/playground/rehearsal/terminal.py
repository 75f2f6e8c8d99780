"""A rehearsal on a terminal: which time it is at the conference while it runs, and the lines as wide as fits."""

import asyncio
import json
import shutil
import sys
from datetime import datetime

from bot.conference import source
from bot.errors import BotError
from bot.playground.rehearsal.run import simulate
from bot.playground.rehearsal.supposed import AttendeeModel
from bot.playground.rehearsal.told import text_report
from bot.playground.rehearsal.written import json_report
from bot.schedule.importers.programme import ImportHints
from bot.schedule.model import Conference
from bot.settings import Settings

MIN_WIDTH, DEFAULT_WIDTH = 60, 100  # columns


def simulation_report(settings: Settings, schedule: str, model: AttendeeModel, *, as_json: bool) -> tuple[str, bool]:
    """What came of it, as text or as JSON, and whether all went well. Without a `schedule` it is the settings'."""
    found = source.read_source(schedule or settings.schedule, ImportHints(settings.name, settings.timezone))
    progress = _ProgressLine(found.conference)
    try:
        rehearsal = asyncio.run(simulate(found, model, settings.rate_per_minute, progress.show))
    except KeyboardInterrupt:
        raise BotError("Stopped before the end.") from None
    finally:
        progress.end()
    if as_json:
        return json.dumps(json_report(rehearsal), ensure_ascii=False), rehearsal.succeeded
    width = max(shutil.get_terminal_size((DEFAULT_WIDTH, 0)).columns, MIN_WIDTH)
    return text_report(rehearsal, width), rehearsal.succeeded


class _ProgressLine:
    """One line that is written over again and again, where a person watches."""

    def __init__(self, conference: Conference) -> None:
        self._conference = conference
        self._watched = sys.stderr.isatty()

    def show(self, moment: datetime) -> None:
        self._write(f"\rRehearsing … {self._conference.local(moment):%a %d %b %H:%M}")

    def end(self) -> None:
        self._write("\r\x1b[K")  # a blank line again

    def _write(self, text: str) -> None:
        if self._watched:
            sys.stderr.write(text)
            sys.stderr.flush()
