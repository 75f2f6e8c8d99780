"""The Dockerfile: hadolint, and its steps followed without Docker to an answer in Slack."""

import fnmatch
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy.dockerfile import Instruction, environment, named, stages
from tests.deploy.instructions import section
from tests.deploy.machine import PATH, SYSTEM_PYTHON, Machine, a_machine
from tests.end_to_end.processes import Running, wait_until_ready
from tests.fake_slack.server import SlackForTests

DOCKERFILE = ROOT / "deploy" / "Dockerfile"

BUILD, FINAL = stages(DOCKERFILE)

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="instructions for Linux")


def hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("hadolint")
    if not tool.exists():
        pytest.skip("hadolint is not available for this system")
    return subprocess.run([tool, "--no-color", file], capture_output=True, text=True, check=False)


def test_hadolint_finds_nothing() -> None:
    ran = hadolint(DOCKERFILE)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    careless = tmp_path / "Dockerfile"
    careless.write_text("FROM python\nRUN cd /opt && pip install flask\n", encoding="utf-8")
    ran = hadolint(careless)
    assert ran.returncode == 1
    assert {"DL3006", "DL3003", "DL3013"} <= set(ran.stdout.replace(":", " ").split())


def test_both_stages_are_of_one_pinned_python() -> None:
    bases = {stage[0].words[0] for stage in (BUILD, FINAL)}
    [base] = bases
    assert re.fullmatch(r"python:3\.12-slim-bookworm@sha256:[0-9a-f]{64}", base)


def test_only_locked_dependencies_are_installed() -> None:
    installs = [run.text for run in named(BUILD, "RUN") if "pip install" in run.text]
    locked, own = installs
    assert "--require-hashes" in locked
    assert "--no-deps" in own
    assert "--no-build-isolation" in own  # or pip would fetch build tools
    assert not any("pip" in run.text or "apt-get" in run.text for run in named(FINAL, "RUN"))


def test_the_container_runs_without_root_and_keeps_its_database_in_a_volume() -> None:
    user = named(FINAL, "USER")[-1].text
    assert all(part.isdigit() and int(part) > 0 for part in user.split(":"))
    [volume] = named(FINAL, "VOLUME")
    assert f"`{volume.command[0]}`" in section("Volumes")
    assert environment(FINAL, {"PATH": PATH})["QCON_DATABASE_URL"].startswith(f"sqlite:///{volume.command[0]}/")


def copied() -> list[str]:
    return [source for copy in named(BUILD, "COPY") for source in copy.words[:-1]]


def test_every_copied_file_exists_and_dockerignore_lets_it_through() -> None:
    lines = Path(f"{DOCKERFILE}.dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    assert let_through == set(copied())
    assert all((ROOT / source).exists() for source in copied())
    assert not any(fnmatch.fnmatch(".env", pattern) for pattern in let_through)


class Builder:
    """Follows the instructions of a stage on a fake machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._at = machine.root
        (machine.root / "bin").mkdir()
        (machine.root / "bin" / "python").symlink_to(SYSTEM_PYTHON)

    def follow(self, stage: list[Instruction]) -> None:
        """Run every instruction that changes files."""
        variables = environment(stage, {"PATH": f"{self.machine.root}/bin:{PATH}"})
        variables.pop("PIP_NO_CACHE_DIR", None)  # keep downloads for the next run
        for instruction in stage:
            if instruction.name == "WORKDIR":
                self._at = self.machine.path(instruction.text)
                self._at.mkdir(parents=True, exist_ok=True)
            elif instruction.name == "RUN":
                self.machine.run(instruction.text, variables, self._at)
            elif instruction.name == "COPY":
                *sources, target = instruction.words
                self._copy(sources, self._at / target)

    def _copy(self, sources: list[str], target: Path) -> None:
        for source in (ROOT / source for source in sources):
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.mkdir(exist_ok=True)
                shutil.copy(source, target)


@asynccontextmanager
async def container(machine: Machine, slack: SlackForTests) -> AsyncIterator[tuple[Running, dict[str, str]]]:
    """The image's process, running with its user, variables and folder; and these variables."""
    variables = environment(FINAL, {"PATH": PATH, "LANG": "C.UTF-8"})
    variables = {key: machine.translate(value) for key, value in variables.items()}
    variables |= {"HOST": "127.0.0.1", "PORT": "0"}  # not to the whole network of this machine
    variables |= {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": slack.signing_secret}
    variables |= {"SLACK_API_URL": slack.api_url}
    [entry], [command], [home] = (named(FINAL, name) for name in ("ENTRYPOINT", "CMD", "WORKDIR"))
    folder = machine.state_directory(home.text)
    program = shutil.which(entry.command[0], path=variables["PATH"])
    assert program == str(machine.path("/opt/qcon-bot/.venv/bin/qcon-bot"))
    process = await machine.serve([program, *command.command], variables, folder)
    async with wait_until_ready(process) as bot:
        yield bot, variables


def healthy(url: str, variables: dict[str, str]) -> bool:
    """The result of the image's health check."""
    [check] = named(FINAL, "HEALTHCHECK")
    python, *rest = check.command
    program = shutil.which(python, path=variables["PATH"])
    assert program
    port = url.rpartition(":")[2]
    ran = subprocess.run([program, *rest], env=variables | {"PORT": port}, capture_output=True, check=False)
    return ran.returncode == 0


@on_linux
@pytest.mark.slow
async def test_the_dockerfiles_steps_lead_to_a_bot_that_answers_and_is_healthy() -> None:
    with a_machine() as machine:
        Builder(machine).follow(BUILD)
        async with SlackForTests.serving() as slack, container(machine, slack) as (bot, variables):
            assert bot.ready.startswith("ready: 5 talks, revision 1")
            slack.connect(f"{bot.url}/slack/events")
            assert "Yevgeniy Brikman" in (await slack.person("amara").ask("/qcon speaker brikman")).text
            assert healthy(bot.url, variables)
            assert await bot.stop() == 0
            assert not healthy(bot.url, variables)
        kept = machine.path("/var/lib/qcon-bot/qcon-bot.sqlite3")
        assert kept.exists()
        assert not list(machine.path("/opt/qcon-bot").rglob("*.sqlite3*"))
