from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit.blocks import TEXT_CHARACTERS, Message, clip, escape, head, paragraphs, shorten, units


@given(st.text())
def test_escaped_text_can_neither_mention_nor_link(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped


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


def test_a_short_text_stays_as_it_is() -> None:
    assert shorten("Complex Event Flows", 40) == "Complex Event Flows"
    assert shorten("Complex Event Flows in Distributed Systems", 20) == "Complex Event Flows…"


@given(st.text("a😀\u0301", min_size=1), st.integers(min_value=0, max_value=40))
def test_a_beginning_counts_an_emoji_as_two_and_cuts_none(text: str, limit: int) -> None:
    cut = head(text, limit)
    assert text.startswith(cut)
    assert units(cut) <= limit
    assert cut == text or units(text[: len(cut) + 1]) > limit


def test_the_text_of_a_message_stays_under_four_thousand_units_and_cuts_no_mention() -> None:
    for text in ("😀" * 4_000, "word " * 2_000, "a" * (TEXT_CHARACTERS - 5) + "<@U0123456789> and more"):
        sent = Message(text).payload()["text"]
        assert units(sent) < 4_000
        assert sent.count("<") == sent.count(">")
