"""Errors that any command may meet end it with one sentence, never with a traceback."""

import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from bot.cli.main import main
from tests.cli.commands import minimal_environment, run_command, run_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /dev/full are Linux's")

COMMAND = [sys.executable, "-m", "bot"]


def test_output_that_cannot_be_written_is_reported() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*COMMAND, "ask", "next"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=minimal_environment(),
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (1, "The output cannot be read or written: No space left on device.\n")


def test_a_bot_is_not_run_for_one_of_many_workspaces() -> None:
    ran = run_process("run", environment=minimal_environment(QCON_WORKSPACE="T0TEA", SLACK_BOT_TOKEN="xoxb-1"))
    assert (ran.returncode, ran.stderr.partition(".")[0]) == (
        1,
        "QCON_WORKSPACE is for commands about one of many workspaces",
    )


def test_a_reader_that_leaves_ends_a_command_silently() -> None:
    with subprocess.Popen(
        [*COMMAND, "ask", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=minimal_environment(),
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        running.stdout = None
        _, said = running.communicate(b'{"id": 1, "q": "next"}\n')
    assert (running.returncode, said) == (1, b"")


def test_ctrl_c_ends_a_command_with_a_sentence() -> None:
    with subprocess.Popen(
        [*COMMAND, "ask", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=minimal_environment(),
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write('{"id": 1, "q": "next"}\n')
        running.stdin.flush()
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
    assert (running.returncode, said) == (1, "Stopped before the end.\n")


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(104, "Connection reset by peer")])
def test_an_unexpected_error_of_a_network_is_not_said_to_be_one_of_the_output(
    error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["qcon-bot", "manifest"])
    monkeypatch.setattr("bot.cli.setup_wizard.run_manifest", Mock(side_effect=error))
    with pytest.raises(type(error)):
        main()


@pytest.mark.parametrize("arguments", [("demo", "--port=99999"), ("demo", "--port=-1"), ("deliveries", "--limit=-5")])
def test_a_number_outside_of_its_limits_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    ran = run_command(*arguments, environment=minimal_environment())
    assert ran.returncode == 2
    assert "isn't a number from 0 to" in ran.stderr


@pytest.mark.parametrize("argument", ["--state=bogus", "--kind=bogus"])
def test_an_unknown_state_or_kind_is_answered_with_the_known_ones(argument: str, tmp_path: Path) -> None:
    ran = run_command("deliveries", argument, folder=tmp_path, environment=minimal_environment())
    assert ran.returncode == 1
    assert "'bogus'. Choose one of " in ran.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["deliveries"], ["reminders"], ["report"], ["finish", "--yes"], ["restore"]])
def test_a_command_in_the_wrong_folder_names_the_missing_database_and_creates_nothing(
    command: list[str], tmp_path: Path
) -> None:
    ran = run_command(*command, folder=tmp_path, environment=minimal_environment())
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"There is no database {tmp_path}/qcon-bot.sqlite3. Run this in the bot's folder")
    assert not list(tmp_path.iterdir())
