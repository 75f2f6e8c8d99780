import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit.blocks import (
    TEXT_CHARACTERS,
    Message,
    bold,
    clip,
    escape,
    escape_entities,
    escape_with_links,
    head,
    paragraphs,
    shorten,
    unescape,
    units,
)

# The text that Slack formats: marks around a word or more, code, an emoji's name, and a line that begins with >. A little more than
# Slack takes, since it is not exactly documented.
FORMATTED = re.compile(
    r"(?<![A-Za-z0-9])([*_~])(?=\S)[^\n]*?(?<=\S)\1(?![A-Za-z0-9])|`[^`\n]+`|:[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:|^&gt;",
    re.MULTILINE,
)


LINK = re.compile("<([^<>]*)>")


@given(st.text())
def test_escaped_text_can_neither_mention_nor_link(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped


@given(st.text("ab1 *_~`:>&\n·é"), st.text("ab1 *_~`:>&\n·é"))
def test_escaped_text_is_not_formatted_and_does_not_end_a_format_around_it(text: str, other: str) -> None:
    assert not FORMATTED.search(f"{escape(text)} · {escape(other)}")
    word = f"a{other}b".replace("\n", " ")
    assert FORMATTED.findall(bold(escape(word))) == ["*"]
    found = FORMATTED.search(bold(escape(word)))
    assert found
    assert found[0] == bold(escape(word))
    assert unescape(escape(text)) == text


@given(st.lists(st.sampled_from(["a *b", "_", "~/", "https://a.org/~b_", "https://a.org/*b*?c&d", " ", "\n", ">"])))
def test_web_addresses_stay_exact_and_nothing_else_is_formatted(pieces: list[str]) -> None:
    linked = escape_with_links(" ".join(pieces))
    addresses = [piece for piece in pieces if piece.startswith("https")]
    assert [unescape(address) for address in LINK.findall(linked)] == [address.rstrip(",.") for address in addresses]
    assert not FORMATTED.search(LINK.sub("x", linked))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org/Saga_(pattern).", "https://example.org/Saga_(pattern)"),
        ("(see https://example.org/saga)", "https://example.org/saga"),
        ("(https://example.org/Saga_(pattern)_2)", "https://example.org/Saga_(pattern)_2"),
    ],
)
def test_a_closing_bracket_belongs_to_an_address_only_if_it_was_opened_there(text: str, address: str) -> None:
    assert LINK.findall(escape_with_links(text)) == [address]


def test_an_address_that_was_cut_or_fills_a_block_is_no_link() -> None:
    assert "<" not in escape_with_links("see https://example.org/long…")
    assert "<" not in escape_with_links(f"https://example.org/{'&' * 3_000}a")


def test_marks_inside_words_and_sums_are_left_unchanged() -> None:
    for text in ("snake_case and a*b", "5 * 3 ~ 15", "at 10:35:00", "std::vector", "a > b & c"):
        assert escape(text) == escape_entities(text)
    assert escape("*all* of __init__, ~100, `make` :tada:") == "∗all∗ of ˍˍinitˍˍ, ∼100, ‵make‵ ∶tada:"
    assert escape_with_links("*see* https://example.org/_a_?b&c") == "∗see∗ <https://example.org/_a_?b&amp;c>"


@given(st.text(), st.integers(min_value=8, max_value=100))
def test_shortened_text_keeps_to_its_limit(text: str, limit: int) -> None:
    assert units(shorten(text, limit)) <= limit


@given(st.text("a&<b 😀"), st.integers(min_value=8, max_value=40))
def test_clipping_never_cuts_an_entity(text: str, limit: int) -> None:
    clipped = clip(escape(text), limit)
    assert units(clipped) <= limit
    for piece in clipped.split("&")[1:]:
        assert piece.startswith(("amp;", "lt;", "gt;"))


@given(st.text("ab \n😀"), st.integers(min_value=8, max_value=40))
def test_paragraphs_keep_every_word_and_their_limit(text: str, limit: int) -> None:
    pieces = paragraphs(text, limit)
    assert all(units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_only_a_text_over_the_limit_is_shortened() -> None:
    assert shorten("Complex Event Flows", 40) == "Complex Event Flows"
    assert shorten("Complex Event Flows in Distributed Systems", 20) == "Complex Event Flows…"


@given(st.text("a😀\u0301", min_size=1), st.integers(min_value=0, max_value=40))
def test_head_counts_an_emoji_as_two_units_and_never_cuts_one(text: str, limit: int) -> None:
    cut = head(text, limit)
    assert text.startswith(cut)
    assert units(cut) <= limit
    assert cut == text or units(text[: len(cut) + 1]) > limit


def test_the_text_of_a_message_stays_under_four_thousand_units_and_cuts_no_mention() -> None:
    for text in ("😀" * 4_000, "word " * 2_000, "a" * (TEXT_CHARACTERS - 5) + "<@U0123456789> and more"):
        sent = Message(text).payload()["text"]
        assert units(sent) < 4_000
        assert sent.count("<") == sent.count(">")
