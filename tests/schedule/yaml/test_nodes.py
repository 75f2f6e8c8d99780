from array import array
from dataclasses import replace

import pytest
import yaml

from bot.schedule.models import Room, Walk
from bot.schedule.yaml import nodes
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.nodes import START, FilePosition, Mapping, ProblemCollector, Scalar, Sequence
from tests.conftest import QCON
from tests.schedules import a_schedule, a_talk

LOADERS = [pytest.param(nodes.LOADER, id="fastest"), pytest.param(yaml.SafeLoader, id="pure Python")]


def read(text: str, loader: object = nodes.LOADER) -> tuple[nodes.Node | None, list[str]]:
    problems = ProblemCollector("x")
    return nodes.read_document(text.encode(), problems, loader), [str(problem) for problem in problems.all()]


@pytest.mark.parametrize("loader", LOADERS)
def test_nodes_have_their_line_and_column_in_characters(loader: object) -> None:
    root, problems = read("ä: [é, 'ö']\n\nb:\n  c: d\n", loader)
    assert problems == []
    assert root == Mapping(
        1,
        1,
        {
            "ä": Sequence(1, 4, [Scalar(1, 5, "é", True), Scalar(1, 8, "ö")]),
            "b": Mapping(4, 3, {"c": Scalar(4, 6, "d", True)}, array("I", [4, 3])),
        },
        array("I", [1, 1, 3, 1]),
    )
    assert root.key_position("b") == FilePosition(3, 1)


def test_both_loaders_give_the_same_nodes() -> None:
    text = QCON.read_text(encoding="utf-8")
    assert read(text, yaml.SafeLoader) == read(text, nodes.LOADER)


def test_an_alias_is_read_as_its_anchor() -> None:
    root, problems = read("a: &x [1]\nb: *x")
    assert problems == []
    assert isinstance(root, Mapping)
    assert root.entries["a"] == root.entries["b"]


@pytest.mark.parametrize("text", ["a: &x [*x]", "&x a: *x", "a: &x {b: *x}"])
def test_an_alias_within_its_own_anchor_is_a_problem(text: str) -> None:
    _, problems = read(text)
    assert len(problems) == 1 or text.startswith("&x")


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: b: c", "1:5: error: This is not YAML. Text with `: ` in it needs quotes"),
        ("a: 'x\nb: y", "1:4: error: This is not YAML. The quote that opens here is not closed."),
        ("x: 1\na: [b\nc: d", "This is not YAML. The"),
        ("a: @x", "1:4: error: This is not YAML. Indent with spaces, not with tabs. Text that begins with @"),
    ],
)
def test_common_mistakes_are_reported_with_advice(text: str, told: str, loader: object) -> None:
    root, (problem,) = read(text, loader)
    assert root is None
    assert told in problem


def test_a_byte_order_mark_does_not_shift_reported_columns() -> None:
    problems = ProblemCollector("x")
    nodes.read_document(b"\xef\xbb\xbfa: \xc3\xa9\xff", problems)
    assert str(problems.all()[0]).startswith("x:1:5: error: Byte 0xff is not UTF-8")


def test_an_omitted_value_is_nothing_but_a_quoted_null_is_text() -> None:
    root, _ = read("a:\nb: ~\nc: null\nd: ''\ne: 'null'")
    assert isinstance(root, Mapping)
    left_out = [key for key, value in root.entries.items() if isinstance(value, Scalar) and value.is_nothing]
    assert left_out == ["a", "b", "c"]


def test_a_dumped_schedule_read_as_json_has_the_texts_that_yaml_gives() -> None:
    def texts(node: nodes.Node | None) -> object:
        if isinstance(node, Mapping):
            return {key: texts(value) for key, value in node.entries.items()}
        return [texts(item) for item in node.items] if isinstance(node, Sequence) else node and node.text

    rooms = Room("a", "A", seats=300), Room("b", "B")
    schedule = a_schedule(replace(a_talk("Tea", abstract='Wörter: «so»\n\n- "null"'), cancelled=True))
    written = dump(replace(schedule, rooms=rooms, walks=(Walk(*rooms, 5),)))
    read_back = nodes.read_dumped(written)
    assert texts(read_back) == texts(nodes.read_document(written, ProblemCollector("x")))


@pytest.mark.parametrize("text", ["talks: []", "", "{", "[" * 100_000, "\xff"])
def test_a_document_that_is_not_json_is_not_read_as_json(text: str) -> None:
    assert nodes.read_dumped(text.encode("latin-1")) is None


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
