from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule.texts import (
    CONTROL,
    ID,
    UniqueIds,
    paragraphs,
    quote_value,
    single_line,
    slug,
    valid_id,
    without_cancelled,
)
from tests.yardstick import at_most


@given(st.text())
def test_a_text_in_normal_form_stays_as_it_is(text: str) -> None:
    assert single_line(single_line(text)) == single_line(text)
    assert paragraphs(paragraphs(text)) == paragraphs(text)
    assert not CONTROL.search(single_line(text) + paragraphs(text))


def test_a_line_has_single_spaces_and_paragraphs_keep_theirs() -> None:
    assert single_line(" a\u00a0 b\r\n c\x07") == "a b c"
    assert paragraphs(" a\r\n\r\nb\x85c \x07") == "a\n\nb\nc"


def test_a_line_changes_no_direction_of_what_follows_it() -> None:
    assert single_line("a\u202eb\u2066c\u2069") == "abc"


def test_a_quote_is_short_and_printable() -> None:
    assert quote_value("a\nb\x07") == "`a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}`"
    assert len(quote_value("x" * 1000)) < 70


@pytest.mark.parametrize(
    ("name", "id"),
    [("Zoë Müller-Lüdenscheidt", "zoe-muller-ludenscheidt"), ("K.1.105 (La Fontaine)", "k-1-105-la-fontaine"),
     ("Große Straße", "grosse-strasse"), ("東京", "東京"), ("…", "")],
)  # fmt: skip
def test_a_name_becomes_a_readable_id(name: str, id: str) -> None:
    assert slug(name) == id


@pytest.mark.parametrize(("key", "id"), [("460@KOLT20", "460@KOLT20"), ("a b/c", "a-b/c"), ("-x", "x"), ("🎉", "")])
def test_a_key_becomes_an_id_with_as_few_changes_as_possible(key: str, id: str) -> None:
    assert valid_id(key) == id


def test_long_keys_that_differ_at_the_end_get_different_ids() -> None:
    assert valid_id("a" * 200 + "b") != valid_id("a" * 200 + "c")


def test_no_id_is_given_twice() -> None:
    ids = UniqueIds()
    assert [ids.take(wanted) for wanted in ("a", "a", "a-2", "a", "!", "!")] == [
        "a", "a-2", "a-2-2", "a-3", "unnamed", "unnamed-2",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=200)))
def test_ids_for_any_keys_are_valid_and_unique(keys: list[str]) -> None:
    ids = UniqueIds()
    given_out = [ids.take(key) for key in keys]
    assert all(ID.fullmatch(id) for id in given_out)
    assert len(set(given_out)) == len(keys)


@pytest.mark.parametrize(
    "title",
    ["CANCELLED: Rust", "[cancelled] Rust", "Cancelled: Rust", "ABGESAGT: Rust", "CANCELED - Rust", "Rust (abgesagt)",
     "Rust – entfällt", "Rust [CANCELED]", "**CANCELLED** Rust", "Annulée : Rust", "Cancelado – Rust"],
)  # fmt: skip
def test_a_title_can_say_that_the_session_is_cancelled(title: str) -> None:
    assert without_cancelled(title) == "Rust"


@pytest.mark.parametrize(
    "title",
    ["Rust", "How I cancelled a project", "Cancelled flights and how to count them", "Cancelled-by-default code"],
)
def test_a_title_that_only_uses_the_word_does_not_say_so(title: str) -> None:
    assert without_cancelled(title) is None


@pytest.mark.parametrize("mark", ["*", "(", "[", "cancelled "])
def test_a_long_title_of_marks_is_read_in_time_proportional_to_its_length(mark: str) -> None:
    at_most(0.3, partial(without_cancelled, mark * (100_000 // len(mark))))


def test_a_title_that_is_only_the_word_stays_as_it_is() -> None:
    assert without_cancelled("Cancelled") == "Cancelled"
