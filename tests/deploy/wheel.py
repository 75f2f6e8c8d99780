"""Build the wheel and install it into an environment of its own, as a release is installed."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.conftest import ROOT

SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"


def build_wheel(folder: Path) -> Path:
    """Build the wheel with pip, offline; return its path."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run([*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], folder)
    [wheel] = folder.glob("*.whl")
    return wheel


def install_wheel(wheel: Path, folder: Path) -> Path:
    """Install the wheel into a new environment, where the dependencies of this one are found but not its `bot`.

    Returns the path of its command `qcon-bot`.
    """
    venv.create(folder, with_pip=False)
    libraries = sysconfig.get_path("purelib")
    site_packages = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    # Only folders that Python itself adds have their .pth files read, so the editable `bot` stays out of reach.
    (Path(site_packages) / "dependencies.pth").write_text(libraries, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / SCRIPTS / "python")]
    run([*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", str(wheel)], folder)
    return folder / SCRIPTS / "qcon-bot"


def run(command: list[str], folder: Path) -> str:
    """Run a command in this folder and return its output; fail the test with the output if the command fails."""
    ran = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env={}
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout
