"""Helpers that import samples and files made by a test."""

import json

from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import NO_HINTS, ImportHints, ImportResult
from tests.schedule.importers.table import OURS


def sample(name: str, hints: ImportHints = NO_HINTS) -> ImportResult:
    """Import a file of data/samples."""
    return import_schedule((OURS / name).read_bytes(), name, hints)


def of_json(tree: object, hints: ImportHints = NO_HINTS) -> ImportResult:
    """Import a JSON file with this content."""
    return import_schedule(json.dumps(tree).encode(), "teapot/schedule.json", hints)
