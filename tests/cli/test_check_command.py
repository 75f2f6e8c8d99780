"""`qcon-bot check FILE`, as an organiser runs it."""

from pathlib import Path

import pytest

from tests.cli.commands import Ran, run_command, run_process
from tests.conftest import QCON


def check(*arguments: str | Path) -> Ran:
    return run_command("check", *arguments)


def test_a_usable_file_is_reported_with_the_number_of_its_talks_and_speakers() -> None:
    ran = run_process("check", QCON)
    assert ran.returncode == 0
    assert ran.stdout == f"{QCON}: 5 talks, 7 speakers, 1 room, 1 track: usable\n"


def test_every_problem_of_an_unusable_file_is_listed(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("conference: {name: C, timezone: UTC, days: 2019-03-05, urll: x}\ntalks: []\ntalk: []\n")
    ran = check(file)
    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        f"{file}:1:56: error: `urll` isn't a key of a conference. Did you mean `url`?",
        f"{file}:3:1: error: `talk` isn't a key of a schedule. Did you mean `talks`?",
        f"{file}: 2 errors: not usable",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("https://example.org/x", "For an address: qcon-bot import --check https://example.org/x"),
        ("", "A file without a name cannot be read"),
    ],
)
def test_a_name_that_is_no_files_is_answered_with_the_reason(name: str, said: str) -> None:
    ran = check(name)
    assert ran.returncode == 2
    assert said in ran.stderr


@pytest.mark.parametrize("arguments", [(), ("no-such-file.yaml",), ("data",), ("--wrong",)])
def test_wrong_usage_exits_with_2_and_prints_only_to_standard_error(arguments: tuple[str, ...]) -> None:
    ran = check(*arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr
