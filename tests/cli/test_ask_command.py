"""`qcon-bot ask`, the way scripts use it."""

import json

import pytest

from tests.cli.commands import Ran, run_command, run_process

MORNING = ("--at", "2019-03-05T10:20")


def _ask(*arguments: str, typed: str = "") -> Ran:
    return run_command("ask", *MORNING, *arguments, typed=typed)


def test_the_two_questions_of_the_readme_are_answered() -> None:
    told = _ask("/qcon next").stdout
    assert told.startswith("10:35–11:25 · Fleming, 3rd floor\nComplex Event Flows in Distributed Systems")
    assert _ask("who talks about Terraform?").stdout.startswith("Yevgeniy Brikman, co-founder, Gruntwork")


def test_a_batch_gives_a_line_for_each_question() -> None:
    questions = [{"id": "1", "q": "who talks about terraform"}, {"id": "2", "q": "kafka?"}, {"id": "3", "q": "hello"}]
    ran = run_process("ask", *MORNING, "--batch", typed="\n".join(map(json.dumps, questions)))
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(one["id"], one["results"], one["answered"], one["kind"]) for one in told] == [
        ("1", ["infrastructure-code"], True, "who"),
        ("2", [], False, "none"),
        ("3", [], False, "smalltalk"),
    ]


@pytest.mark.parametrize("line", ["{not json", "[]", '{"id": 1}', '{"id": 1, "q": "next", "at": "9999-12-31T23:59"}'])
def test_a_bad_line_of_a_batch_is_an_error_with_its_number(line: str) -> None:
    told = _ask("--batch", typed=line)
    assert told.returncode == 1
    assert told.stderr.startswith("Line 1 of the batch should be like")


@pytest.mark.parametrize("time", ["teatime", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_bad_time_exits_with_a_usage_error(time: str) -> None:
    told = _ask("--at", time, "next")
    assert told.returncode == 2
    assert f"{time!r} isn't a time like 2019-03-05T10:20" in told.stderr


def test_a_line_of_a_batch_may_set_the_time_of_its_question() -> None:
    asked = {"id": "1", "q": "what's on now", "at": "2019-03-05T14:00"}
    told = json.loads(_ask("--batch", typed=json.dumps(asked)).stdout)
    assert told["results"] == ["what-lies-between"]
    assert told["offered"] == []
