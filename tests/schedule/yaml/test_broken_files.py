"""The messages for each file in data/broken/ are exactly those that are stored beside it."""

from pathlib import Path

import pytest

from bot.errors import ScheduleError
from bot.schedule.yaml.load import load, load_with_problems
from tests.conftest import ROOT

SAMPLES = sorted((ROOT / "data" / "broken").glob("*.yaml"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_broken_file_gives_the_expected_problems(sample: Path) -> None:
    expected = sample.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    schedule, problems = load_with_problems(sample.read_bytes(), sample.name)
    assert [str(problem) for problem in problems] == expected
    assert (schedule is None) == any(problem.severity == "error" for problem in problems)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_loading_raises_the_errors_and_no_warnings(sample: Path) -> None:
    _, problems = load_with_problems(sample.read_bytes(), sample.name)
    errors = tuple(problem for problem in problems if problem.severity == "error")
    try:
        load(sample.read_bytes(), sample.name)
        raised: tuple[object, ...] = ()
    except ScheduleError as error:
        raised = error.problems
    assert raised == errors


def test_every_broken_sample_has_a_file_of_expected_problems() -> None:
    folder = ROOT / "data" / "broken"
    assert {sample.stem for sample in SAMPLES} == {expected.stem for expected in folder.glob("*.expected")}
    assert len(SAMPLES) > 30
