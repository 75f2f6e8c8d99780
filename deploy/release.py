"""Build a release into dist/. `make release` runs this.

A release is a wheel, a source archive, an archive for operators (the container's context, the systemd unit, the Compose file and
the Kubernetes resources), a list of its components (CycloneDX) and the checksums of all of them. Built again from the same
commit, every file is the same, byte by byte: all times in them are the commit's.
"""

import contextlib
import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from flit_core import buildapi
from packageurl import PackageURL

from bot import __version__

ROOT = Path(__file__).parents[1]

# The files that an operator needs: all that deploy/README.md names or links to.
FOR_OPERATORS = (
    "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "bot", "data", "deploy", "docs", "pyproject.toml", "requirements.lock",
)  # fmt: skip

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\\\]+)", re.MULTILINE)  # a line of requirements.lock

NAMESPACE = uuid.UUID("6f1d5a3e-95c3-4a4f-9a3c-5b8e5a0c7d10")  # of this project's lists of components


class ReleaseError(Exception):
    """A release cannot be built; the message gives the reason."""


def build_release(root: Path, target: Path) -> list[Path]:
    """Build every file of a release from a clean checkout into `target`, and return them. Raises ReleaseError."""
    if _git(root, "status", "--porcelain").strip():
        raise ReleaseError("A release is built from a commit: commit or remove what is new or changed.")
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct"))
    target.mkdir(parents=True, exist_ok=True)
    built = _build_packages(root, target, epoch)
    archive = target / f"qcon-bot-{__version__}-deploy.tar.gz"
    archive.write_bytes(_archive(root, _git(root, "ls-files", "-z", *FOR_OPERATORS).split("\0")[:-1], epoch))
    components = target / f"qcon-bot-{__version__}.cdx.json"
    components.write_text(
        list_components((root / "requirements.lock").read_text(encoding="utf-8"), epoch), encoding="utf-8"
    )
    built += [archive, components]
    checksums = target / "SHA256SUMS"
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(built))
    checksums.write_text("".join(lines), encoding="utf-8")
    for file in (*built, checksums):
        file.chmod(0o644)  # the wheel's is only readable by its owner
    return [*built, checksums]


def list_components(lock: str, epoch: int) -> str:
    """The bot and its locked dependencies, as CycloneDX JSON."""
    bom = Bom(
        serial_number=uuid.uuid5(NAMESPACE, f"{__version__} {hashlib.sha256(lock.encode()).hexdigest()}"),
        components=[_component(name, version) for name, version in LOCKED.findall(lock)],
    )
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    bom.metadata.component = _component("qcon-bot", __version__, ComponentType.APPLICATION)
    bom.register_dependency(bom.metadata.component, bom.components)
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _component(name: str, version: str, kind: ComponentType = ComponentType.LIBRARY) -> Component:
    purl = PackageURL("pypi", name=name, version=version)
    return Component(type=kind, name=name, version=version, purl=purl, bom_ref=str(purl))


def _build_packages(root: Path, target: Path, epoch: int) -> list[Path]:
    """The wheel and the source archive. Their times come from SOURCE_DATE_EPOCH."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    try:
        with contextlib.chdir(root):
            return [target / build(str(target.absolute())) for build in (buildapi.build_wheel, buildapi.build_sdist)]
    finally:
        os.environ.pop("SOURCE_DATE_EPOCH")
        if before is not None:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _archive(root: Path, names: Sequence[str], epoch: int) -> bytes:
    """A compressed archive of these files in one folder, the same on every machine."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(names):
            info = archive.gettarinfo(root / name, f"qcon-bot-{__version__}/{name}")
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            info.mtime = epoch
            info.mode = 0o755 if info.mode & 0o100 else 0o644
            with (root / name).open("rb") as file:
                archive.addfile(info, file if info.isreg() else None)
    return gzip.compress(plain.getvalue(), mtime=epoch)


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  # fixed arguments


def main() -> int:
    """Build the release of this checkout, and print what was built."""
    try:
        built = build_release(ROOT, ROOT / "dist")
    except ReleaseError as error:
        print(error, file=sys.stderr)  # noqa: T201  # a command line prints
        return 1
    print(*(file.relative_to(ROOT) for file in built), sep="\n")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
