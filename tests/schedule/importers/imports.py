"""Importing what a test has in hand."""

import json

from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.imported import Imported
from bot.schedule.importers.programme import NO_HINTS, Hints
from tests.schedule.importers.table import OURS


def sample(name: str, hints: Hints = NO_HINTS) -> Imported:
    """One of our samples."""
    return import_schedule((OURS / name).read_bytes(), name, hints)


def of_json(tree: object, hints: Hints = NO_HINTS) -> Imported:
    """A file that a test made up."""
    return import_schedule(json.dumps(tree).encode(), "teapot/schedule.json", hints)
