"""Where the schedule comes from: the operator's file, in our format or in one that conferences publish."""

from pathlib import Path

from bot.errors import BotError, SettingsError
from bot.schedule.importers.formats import NO_HINTS, import_schedule
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import Hints
from bot.schedule.model import Schedule
from bot.schedule.nodes import MOST_BYTES


def read(path: str) -> Schedule:
    """The schedule in this file; raises ScheduleError with all its errors, or SettingsError where it cannot be served."""
    found = imported(path, NO_HINTS)
    if not found.zone_is_told:
        told = f"The schedule {path} tells no time zone, so reminders would come at wrong times."
        raise SettingsError(
            f"{told} Make a file of it: qcon-bot import {path} --timezone Europe/London -o schedule.yaml"
        )
    return found.schedule


def imported(path: str, hints: Hints) -> Imported:
    """The schedule in this file and what was made of it; raises ScheduleError, or SettingsError where there is no file."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"The schedule {path} cannot be read: {error.strerror or error}.") from error
    return import_schedule(data, path, hints)


def write(path: str, data: bytes) -> None:
    """Put a file in place whole: who reads it meanwhile sees the old or the new one. Raises BotError."""
    target = Path(path)
    try:
        if target.exists() and not target.is_file():  # /dev/stdout is written to, never replaced
            target.write_bytes(data)
            return
        beside = target.with_name(f"{target.name}.part")
        beside.write_bytes(data)
        beside.replace(target)
    except OSError as error:
        raise BotError(f"{path} cannot be written: {error.strerror or error}.") from error
