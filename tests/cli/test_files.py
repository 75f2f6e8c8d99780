import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.files import merge_env, parse_env


def test_a_new_value_replaces_the_old_one_and_every_other_line_stays() -> None:
    before = "# mine\nPORT=4000\n\nexport SLACK_BOT_TOKEN='xoxb-old'  # the old one\nNOISE\nLAST=1"
    after = merge_env(before, {"SLACK_BOT_TOKEN": "xoxb-new", "QCON_COMMAND": "/pycon"})
    assert after == "# mine\nPORT=4000\n\nSLACK_BOT_TOKEN=xoxb-new\nNOISE\nLAST=1\nQCON_COMMAND=/pycon\n"


def test_a_variable_that_appears_twice_is_written_once() -> None:
    assert merge_env("A=1\nB=2\nA=3\n", {"A": "4"}) == "A=4\nB=2\n"


def test_an_empty_value_empties_an_existing_variable_and_adds_none() -> None:
    assert merge_env("A=1\n", {"A": "", "B": ""}) == "A=\n"


@pytest.mark.parametrize(
    "value", ["a b", "it's", "back\\slash", "#no comment", "${HOME}", 'quo"te', "naïve – ünï", "a=b"]
)
def test_any_value_is_read_back_as_it_was_written(value: str) -> None:
    assert parse_env(merge_env("", {"A": value, "B": "1"})) == {"A": value, "B": "1"}


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    st.lists(st.sampled_from(["A=1\n", "# c\n", "\n", "B='x\ny'\n", "A\n"])),
)
def test_merging_a_value_leaves_all_other_variables_unchanged(value: str, lines: list[str]) -> None:
    text = "".join(lines)
    assert parse_env(merge_env(text, {"C": value})) == parse_env(text) | ({"C": value} if value else {})
