"""`make release`: its files, which are the same each time, and the workflow that publishes them."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from bot import __version__
from deploy import release
from deploy.release import ReleaseError, build_release
from tests.conftest import ROOT
from tests.deploy.dockerfile import named, stages
from tests.deploy.releases import clone

WORKFLOW = ROOT / ".github" / "workflows" / "release.yaml"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone(tmp_path_factory.mktemp("clone") / "qcon-bot")


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of a release, by name."""
    return {file.name: file for file in build_release(checkout, tmp_path_factory.mktemp("release"))}


def test_a_release_has_every_file_and_its_checksum(built: dict[str, Path]) -> None:
    assert built.keys() == {
        f"qcon_bot-{__version__}-py3-none-any.whl",
        f"qcon_bot-{__version__}.tar.gz",
        f"qcon-bot-{__version__}-deploy.tar.gz",
        f"qcon-bot-{__version__}.cdx.json",
        "SHA256SUMS",
    }
    assert {file.stat().st_mode & 0o777 for file in built.values()} == {0o644}
    lines = [line.split("  ") for line in built["SHA256SUMS"].read_text().splitlines()]
    sums = {name: checksum for checksum, name in lines}
    for name, file in built.items():
        if name != "SHA256SUMS":
            assert sums.pop(name) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert sums == {}


def test_a_release_built_elsewhere_is_the_same_byte_by_byte(built: dict[str, Path], tmp_path: Path) -> None:
    again = build_release(clone(tmp_path / "elsewhere"), tmp_path / "dist")
    assert {file.name: file.read_bytes() for file in again} == {name: file.read_bytes() for name, file in built.items()}


def test_a_release_with_uncommitted_files_is_refused(checkout: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(checkout, changed, symlinks=True)
    (changed / "bot" / "new.py").touch()
    with pytest.raises(ReleaseError, match="built from a commit"):
        build_release(changed, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_the_deploy_archive_has_the_containers_context_and_all_instructions(built: dict[str, Path]) -> None:
    with tarfile.open(built[f"qcon-bot-{__version__}-deploy.tar.gz"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    build, _ = stages(ROOT / "deploy" / "Dockerfile")
    for source in (source for copy in named(build, "COPY") for source in copy.words[:-1]):
        assert source in names or any(name.startswith(f"{source}/") for name in names), source
    assert {"deploy/README.md", "deploy/systemd/qcon-bot.service", "deploy/compose.yaml", "requirements.lock"} <= names
    assert not any(name.startswith(("tests/", "dist/", ".env")) for name in names)


def test_every_locked_dependency_is_among_the_components(built: dict[str, Path]) -> None:
    text = built[f"qcon-bot-{__version__}.cdx.json"].read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    listed = {(component["name"], component["version"]) for component in json.loads(text)["components"]}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert listed == set(release.LOCKED.findall(lock))
    assert len(listed) == lock.count("==") - sum("==" in marker for marker in re.findall(r";.*", lock)) > 25


def test_the_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)[0] == __version__
    for name in ("README.md", "Dockerfile", "compose.yaml", "kubernetes/kustomization.yaml"):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        tags = set(re.findall(r"qcon[-_]bot[:-](\d+\.\d+\.\d+)|newTag: (\S+)", text))
        assert {tag for pair in tags for tag in pair if tag} == {__version__}, name
    assert f"qcon_bot-{__version__}-py3-none-any.whl" in (ROOT / "README.md").read_text(encoding="utf-8")


def lint_workflow(file: Path, *tool: str) -> int:
    """The exit code of a linter for this file. Both linters include what they need; nothing is fetched."""
    program = Path(sys.executable).with_name(tool[0])
    if not program.exists():
        pytest.skip(f"{tool[0]} is not available for this system")
    return subprocess.run([program, *tool[1:], file], capture_output=True, check=False).returncode


SCHEMA = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")

ZIZMOR = ("zizmor", "--offline", "--persona=pedantic")

FOUND = {SCHEMA[0]: (1,), ZIZMOR[0]: (11, 12, 13, 14)}  # the exit codes for findings, which are not those for errors

MISTAKES = [
    (SCHEMA, "runs-on:", "runs_on:"),
    (ZIZMOR, "@[0-9a-f]{40} #.*", "@v5"),
    (ZIZMOR, "persist-credentials: false", "fetch-depth: 1"),
    (ZIZMOR, "permissions: {}", "permissions: write-all"),
]


@pytest.mark.parametrize(("linter", "right", "wrong"), MISTAKES)
def test_linters_find_nothing_in_the_workflow_and_would_find_a_mistake(
    linter: tuple[str, ...], right: str, wrong: str, tmp_path: Path
) -> None:
    assert lint_workflow(WORKFLOW, *linter) == 0
    text = WORKFLOW.read_text(encoding="utf-8")
    mistaken = tmp_path / ".github" / "workflows" / WORKFLOW.name
    mistaken.parent.mkdir(parents=True)
    mistaken.write_text(re.sub(right, wrong, text), encoding="utf-8")
    assert lint_workflow(mistaken, *linter) in FOUND[linter[0]]


def test_each_action_is_pinned_by_a_commit_with_its_version_beside_it() -> None:
    used = re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in used)


def test_the_workflow_runs_existing_make_targets() -> None:
    [job] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    targets = {
        word
        for step in job["steps"]
        for word in step.get("run", "").removeprefix("make ").split()
        if "make " in step.get("run", "")
    }
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
