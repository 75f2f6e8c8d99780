"""A machine on which the instructions of deploy/ are followed: a folder stands in for `/`, and nothing outside is touched."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT

OURS = r"(?<![\w.])/(?:opt/qcon-bot|etc|var/lib|run/postgresql)\b"  # what the instructions name in `/`

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # sudo's own, and a container's

SYSTEM_PYTHON = Path("/usr/bin/python3")  # which every user may run; a Python of one's own may lie in a closed folder

SERVICE_USER = 64_110  # nobody's on this machine; only root can run something as somebody else

AWAY = ("NewConnectionError", "Temporary failure in name resolution", "Network is unreachable", "ReadTimeoutError")


class Machine:
    """Commands run as whoever runs the tests, and services as their user where that is root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def service_user(self) -> int | None:
        return SERVICE_USER if os.geteuid() == 0 else None

    def path(self, told: str) -> Path:
        """Where a path of the instructions is here."""
        return Path(self.here(told))

    def here(self, text: str) -> str:
        """A text of the instructions, with paths as they are here."""
        return re.sub(OURS, lambda found: f"{self.root}{found[0]}", text)

    def run(
        self, command: str, variables: Mapping[str, str] | None = None, cwd: Path = ROOT, *, as_service: bool = False
    ) -> str:
        """What a command of the instructions prints; fails the test with it when the command fails."""
        user = self.service_user if as_service else None
        ran = subprocess.run(
            ["/bin/sh", "-c", self.here(command)],
            cwd=cwd,
            env={"PATH": PATH, "LANG": "C.UTF-8"} | _package_index() | dict(variables or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        if ran.returncode and any(sign in ran.stdout for sign in AWAY):
            pytest.skip(f"no package index within reach: {command}")
        assert ran.returncode == 0, f"{command}\n{ran.stdout}"
        return ran.stdout

    def state_directory(self, told: str, mode: int = 0o700) -> Path:
        """A folder that only the service may write to."""
        folder = self.path(told)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
        if self.service_user is not None:
            os.chown(folder, self.service_user, self.service_user)
        return folder

    async def serve(
        self, command: Sequence[str], variables: Mapping[str, str], cwd: Path, umask: int = 0o022
    ) -> asyncio.subprocess.Process:
        """A service's process, begun."""
        user = self.service_user
        return await asyncio.create_subprocess_exec(
            *command,
            env=dict(variables),
            cwd=cwd,
            umask=umask,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            stderr=asyncio.subprocess.PIPE,
        )


def _package_index() -> dict[str, str]:
    """How this machine reaches one, and what it fetched before, which is no part of the instructions."""
    return {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "HOME", "http", "HTTP", "SSL_"))}


def _has_venv(python: Path) -> bool:
    asked = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and not subprocess.run([python, "-c", asked], check=False, capture_output=True).returncode


@contextmanager
def a_machine() -> Iterator[Machine]:
    """An empty one, that every user of this machine may look into; gone in the end. Skips where nothing can be set up."""
    if not _has_venv(SYSTEM_PYTHON):
        pytest.skip(f"needs {SYSTEM_PYTHON} 3.11 or newer with venv (Debian's python3-venv)")
    root = Path(tempfile.mkdtemp(prefix="qcon-machine-"))
    root.chmod(0o755)
    for folder in ("opt", "etc/systemd/system", "var/lib", "run"):
        (root / folder).mkdir(parents=True)
    try:
        yield Machine(root)
    finally:
        shutil.rmtree(root)
