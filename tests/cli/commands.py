"""`qcon-bot` as an operator or a script runs it: its exit code and output.

Each command is tested once in a process of its own. Its other tests call it in theirs, since every start takes a second.
"""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from bot.cli.main import main
from tests.conftest import ROOT

Ran = subprocess.CompletedProcess[str]


def minimal_environment(**variables: str) -> dict[str, str]:
    """Nothing from this machine's environment except PATH."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | variables


def run_process(
    *arguments: str | Path, typed: str = "", folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Ran:
    """Run `qcon-bot` in a process of its own, in this folder."""
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "bot", *map(str, arguments)],
        cwd=folder,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def run_command(
    *arguments: str | Path, typed: str = "", folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Ran:
    """Run `qcon-bot` in this process, in this folder; an error that it does not expect is raised."""
    said, complained = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    command = ["qcon-bot", *map(str, arguments)]
    with (
        chdir(folder),
        redirect_stdout(said),
        redirect_stderr(complained),
        patch.object(sys, "stdin", io.StringIO(typed)),
        patch.object(sys, "argv", command),
        patch.dict(os.environ, {} if environment is None else environment, clear=environment is not None),
    ):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    said.seek(0)
    complained.seek(0)
    return Ran(command, code, said.read(), complained.read())
