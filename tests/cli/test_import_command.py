"""`qcon-bot import SOURCE`, as an organiser runs it."""

from pathlib import Path

from bot.schedule.yaml.load import load
from tests.cli.commands import Ran, run_command, run_process
from tests.conftest import ROOT

SAMPLES = ROOT / "data" / "samples"


def run(*arguments: str | Path) -> Ran:
    return run_command("import", *arguments)


def test_import_turns_a_published_schedule_into_a_file_to_serve(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    ran = run(SAMPLES / "frab.xml", "-o", file)
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        "Format: schedule.xml (frab), version Second kettle",
        "Conference: Teapot Days 2031, 2031-05-09 to 2031-05-10, Europe/Lisbon",
        "Read: 7 talks, 2 speakers, 3 rooms, 2 tracks from 9 entries",
        "Guessed: The time zone is Europe/Lisbon, from `Lisbon`. If that is wrong, set it with --timezone Europe/London.",
        "Merged: 1 entry: the same break in several rooms is listed once.",
        "Left out: 1 entry without a time yet: `To be arranged`",
        f"Written: {file}",
    ]
    assert load(file.read_bytes(), "x").conference.name == "Teapot Days 2031"
    assert list(tmp_path.iterdir()) == [file]


def test_without_an_output_file_the_schedule_goes_to_standard_output() -> None:
    ran = run_process("import", SAMPLES / "schedule-v1.json", "--name", "My conference", "--timezone", "Europe/Madrid")
    conference = load(ran.stdout.encode(), "x").conference
    assert (conference.name, conference.timezone.key) == ("My conference", "Europe/Madrid")
    assert "Read: 2 talks" in ran.stderr


def test_check_lists_the_problems_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    ran = run(SAMPLES / "frab.xml", "-o", file, "--check")
    assert ran.returncode == 0
    assert f"{file}:" in ran.stdout
    assert "warning: The talk ends when it starts." in ran.stdout
    assert ran.stdout.splitlines()[-1].endswith("usable, 1 warning")
    assert not file.exists()


def test_a_file_that_exists_is_overwritten_only_with_replace(tmp_path: Path) -> None:
    file = tmp_path / "schedule.yaml"
    file.write_text("edited by hand")
    refused = run(SAMPLES / "frab.xml", "-o", file)
    assert refused.returncode == 1
    assert refused.stderr == f"{file} already exists. Choose another file, or add --replace.\n"
    assert file.read_text() == "edited by hand"
    assert run(SAMPLES / "frab.xml", "-o", file, "--check").returncode == 0
    assert run(SAMPLES / "frab.xml", "-o", file, "--replace").returncode == 0
    assert load(file.read_bytes(), "x").conference.name == "Teapot Days 2031"


def test_an_import_that_fails_gives_the_reason_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    file.write_text("<!doctype html><html></html>")
    ran = run(file)
    assert ran.returncode == 1
    assert "This is a web page, not a schedule." in ran.stderr
    assert run(tmp_path / "none").stderr.startswith("The schedule ")
    assert run(SAMPLES / "frab.xml", "--timezone", "Lisboa").stderr == (
        "There is no time zone `Lisboa`. Name it like Europe/London.\n"
    )
