"""The file that tells which workspace has which conference."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.errors import SettingsError
from bot.settings.values import WORKSPACE, ConferenceAssignment, Settings

CONFERENCE_VARIABLES = {
    "schedule": "QCON_SCHEDULE",
    "name": "QCON_NAME",
    "timezone": "QCON_TIMEZONE",
    "organisers": "QCON_ORGANISERS",
}
EXAMPLE_HINT = "conferences: [{schedule: https://…, workspaces: [T012ABCDEF]}]"


def read_conferences(path: str, read_one: Callable[[Mapping[str, str]], Settings]) -> tuple[ConferenceAssignment, ...]:
    """The conferences of a YAML file; `read_one` gives settings in which these variables are set otherwise.

    A schedule's path is relative to the file. Raises SettingsError with what is wrong and in which entry.
    """
    folder = Path(path).absolute().parent
    entries = _entries(path)
    conferences = tuple(_read_assignment(number, entry, folder, read_one) for number, entry in enumerate(entries, 1))
    named = [workspace for one in conferences for workspace in one.workspaces]
    twice = sorted({workspace for workspace in named if named.count(workspace) > 1})
    if twice:
        raise SettingsError(f"{path}: {', '.join(twice)} stands in more than one conference.")
    if sum(not one.workspaces for one in conferences) > 1:
        raise SettingsError(f"{path}: only one conference can do without `workspaces`, and is everyone else's then.")
    return conferences


def _entries(path: str) -> list[Any]:
    try:
        document = yaml.safe_load(Path(path).read_bytes())
    except (OSError, UnicodeError, yaml.YAMLError, RecursionError) as error:
        reason = str(error) if isinstance(error, yaml.YAMLError) else type(error).__name__
        raise SettingsError(f"{path} cannot be read: {reason}") from error
    entries = document.get("conferences") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise SettingsError(f"{path} should be like this: {EXAMPLE_HINT}")
    return entries


def _read_assignment(
    number: int, entry: Any, folder: Path, read_one: Callable[[Mapping[str, str]], Settings]
) -> ConferenceAssignment:
    if not isinstance(entry, dict) or not entry.keys() <= {"workspaces", *CONFERENCE_VARIABLES}:
        raise SettingsError(
            f"conference {number} takes {', '.join(CONFERENCE_VARIABLES)} and workspaces, and nothing else."
        )
    workspaces = entry.get("workspaces") or []
    if not isinstance(workspaces, list) or not all(re.fullmatch(WORKSPACE, str(one)) for one in workspaces):
        raise SettingsError(f"conference {number}: workspaces is a list of ids like T012ABCDEF.")
    told = {CONFERENCE_VARIABLES[key]: _text(value) for key, value in entry.items() if key in CONFERENCE_VARIABLES}
    schedule = told.get("QCON_SCHEDULE", "")
    if schedule and "://" not in schedule:
        told["QCON_SCHEDULE"] = str(folder / schedule)
    try:
        return ConferenceAssignment(frozenset(workspaces), read_one(told))
    except SettingsError as error:
        raise SettingsError(f"conference {number}: {error}") from error


def _text(value: Any) -> str:
    """A list of ids may be written as a list, too."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
