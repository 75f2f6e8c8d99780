"""Checkouts that a release can be built from."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT


def clone(folder: Path) -> Path:
    """A clean checkout of the last commit."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("needs a clone of the repository")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True, capture_output=True)
    return folder
