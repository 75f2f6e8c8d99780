import pytest

from bot.schedule.yaml.problems import START, FilePosition, ProblemCollector


def test_problems_are_listed_in_the_order_of_the_file() -> None:
    problems = ProblemCollector("x.yaml")
    problems.warning(FilePosition(3, 1), "last")
    problems.error(FilePosition(1, 9), "second")
    problems.error(FilePosition(1, 2), "first")
    assert [str(problem) for problem in problems.all()] == [
        "x.yaml:1:2: error: first",
        "x.yaml:1:9: error: second",
        "x.yaml:3:1: warning: last",
    ]
    assert problems.errors == 2


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [("flemming", " Did you mean `fleming`?"), ("bernd", " Did you mean `bernd-ruecker`?"), ("zzz", ""), ("", "")],
)
def test_the_nearest_known_word_is_suggested(word: str, suggestion: str) -> None:
    assert ProblemCollector("x").suggestion(word, ["bernd-ruecker", "fleming"]) == suggestion


def test_suggestions_are_given_only_for_the_first_problems() -> None:
    problems = ProblemCollector("x")
    suggested = [problems.suggestion("flemming", ["fleming"]) for _ in range(100)]
    assert 0 < sum(map(bool, suggested)) < 100


def test_many_warnings_do_not_hide_an_error() -> None:
    problems = ProblemCollector("x")
    for _ in range(600):
        problems.warning(START, "a warning")
    problems.error(START, "an error")
    assert any(problem.severity == "error" for problem in problems.all())
