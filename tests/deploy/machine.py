"""A fake machine for the instructions in deploy/: a folder replaces `/`, and nothing outside it is touched."""

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

OURS = r"(?<![\w.])/(?:opt/qcon-bot|etc|var/lib|run/postgresql)\b"  # the paths in the instructions

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # sudo's own, and a container's

SYSTEM_PYTHON = Path("/usr/bin/python3")  # every user may run it; another Python may be in a private folder

SERVICE_USER = 64_110  # an unused id; only root can run something as another user

OFFLINE = ("NewConnectionError", "Temporary failure in name resolution", "Network is unreachable", "ReadTimeoutError")


class Machine:
    """Runs commands as the user who runs the tests; if that is root, services run as a user of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def service_user(self) -> int | None:
        return SERVICE_USER if os.geteuid() == 0 else None

    def path(self, path: str) -> Path:
        """The place of a path of the instructions on this machine."""
        return Path(self.translate(path))

    def translate(self, text: str) -> str:
        """A text of the instructions, with the paths of this machine."""
        return re.sub(OURS, lambda match: f"{self.root}{match[0]}", text)

    def run(
        self, command: str, variables: Mapping[str, str] | None = None, cwd: Path = ROOT, *, as_service: bool = False
    ) -> str:
        """Run a command of the instructions and return its output. Fail the test if the command fails."""
        user = self.service_user if as_service else None
        ran = subprocess.run(
            ["/bin/sh", "-c", self.translate(command)],
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
        if ran.returncode and any(sign in ran.stdout for sign in OFFLINE):
            pytest.skip(f"no package index within reach: {command}")
        assert ran.returncode == 0, f"{command}\n{ran.stdout}"
        return ran.stdout

    def state_directory(self, path: str, mode: int = 0o700) -> Path:
        """Create a folder that only the service may write to."""
        folder = self.path(path)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
        if self.service_user is not None:
            os.chown(folder, self.service_user, self.service_user)
        return folder

    async def serve(
        self, command: Sequence[str], variables: Mapping[str, str], cwd: Path, umask: int = 0o022
    ) -> asyncio.subprocess.Process:
        """Start a service's process."""
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
    """The environment variables for reaching a package index and its cache, which the instructions don't mention."""
    return {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "HOME", "http", "HTTP", "SSL_"))}


def _has_venv(python: Path) -> bool:
    check = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and not subprocess.run([python, "-c", check], check=False, capture_output=True).returncode


@contextmanager
def a_machine() -> Iterator[Machine]:
    """An empty fake machine that every user may read, deleted at the end. Skips the test if it cannot be set up."""
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
