"""Where the schedule comes from: the operator's file."""

from pathlib import Path

from bot.errors import SettingsError
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.schedule.nodes import MOST_BYTES


def read(path: str) -> Schedule:
    """The schedule in this file; raises ScheduleError with all its errors, or SettingsError where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"The schedule {path} cannot be read: {error.strerror or error}.") from error
    return load(data, path)
