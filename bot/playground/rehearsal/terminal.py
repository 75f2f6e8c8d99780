"""A rehearsal on a terminal: which time it is at the conference while it runs, and the lines as wide as fits."""

import asyncio
import json
import shutil
import sys
from datetime import datetime

from bot.conference import source
from bot.errors import BotError
from bot.playground.rehearsal.run import rehearse
from bot.playground.rehearsal.supposed import Supposed
from bot.playground.rehearsal.told import told
from bot.playground.rehearsal.written import written
from bot.schedule.importers.programme import Hints
from bot.schedule.model import Conference
from bot.settings import Settings

NARROWEST, USUAL = 60, 100  # columns


def rehearsed(settings: Settings, schedule: str, supposed: Supposed, *, as_json: bool) -> tuple[str, bool]:
    """What came of it, as text or as JSON, and whether all went well. Without a `schedule` it is the settings'."""
    found = source.read(schedule or settings.schedule, Hints(settings.name, settings.timezone))
    progress = _Progress(found.conference)
    try:
        rehearsal = asyncio.run(rehearse(found, supposed, settings.rate_per_minute, progress.tell))
    except KeyboardInterrupt:
        raise BotError("Stopped before the end.") from None
    finally:
        progress.end()
    if as_json:
        return json.dumps(written(rehearsal), ensure_ascii=False), rehearsal.went_well
    width = max(shutil.get_terminal_size((USUAL, 0)).columns, NARROWEST)
    return told(rehearsal, width), rehearsal.went_well


class _Progress:
    """One line that is written over again and again, where a person watches."""

    def __init__(self, conference: Conference) -> None:
        self._conference = conference
        self._watched = sys.stderr.isatty()

    def tell(self, moment: datetime) -> None:
        self._write(f"\rRehearsing … {self._conference.local(moment):%a %d %b %H:%M}")

    def end(self) -> None:
        self._write("\r\x1b[K")  # a blank line again

    def _write(self, text: str) -> None:
        if self._watched:
            sys.stderr.write(text)
            sys.stderr.flush()
