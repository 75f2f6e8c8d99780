"""Older code of the bot, from the history: the newest that has fewer steps of the migrations than today's."""

import ast
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from bot.db import migrations
from tests.conftest import ROOT

NO_HISTORY = "needs a clone with the history up to the newest step of the migrations"

_FILE = "bot/db/migrations.py"


def unpack_older_code(folder: Path) -> int | None:
    """Unpack the older code into a folder, for PYTHONPATH. Return the number of its steps; None without the history."""
    if not (shutil.which("git") and (ROOT / ".git").exists()):
        return None
    for commit in _git("log", "--format=%H", "--", _FILE).decode().split():
        if (steps := steps_in(_git("show", f"{commit}:{_FILE}").decode())) < len(migrations.STEPS):
            with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "bot"))) as archive:
                archive.extractall(folder, filter="data")
            return steps
    return None


def steps_in(code: str) -> int:
    """The number of steps in the source of `bot/db/migrations.py`."""
    [steps] = (
        node.value
        for node in ast.parse(code).body
        if isinstance(node, ast.AnnAssign) and "STEPS" in ast.dump(node.target)
    )
    assert isinstance(steps, ast.Tuple)
    return len(steps.elts)


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True).stdout
