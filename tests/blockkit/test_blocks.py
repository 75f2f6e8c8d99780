from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit.blocks import clip, escape, paragraphs, shorten


@given(st.text())
def test_escaped_text_can_neither_mention_nor_link(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped


@given(st.text(), st.integers(min_value=8, max_value=100))
def test_shortened_text_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


@given(st.text("a&<b "), st.integers(min_value=8, max_value=40))
def test_clipping_never_cuts_an_entity(text: str, limit: int) -> None:
    clipped = clip(escape(text), limit)
    assert len(clipped) <= limit
    for piece in clipped.split("&")[1:]:
        assert piece.startswith(("amp;", "lt;", "gt;"))


@given(st.text("ab \n"), st.integers(min_value=8, max_value=40))
def test_paragraphs_keep_every_word_and_their_limit(text: str, limit: int) -> None:
    pieces = paragraphs(text, limit)
    assert all(len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_short_text_stays_as_it_is() -> None:
    assert shorten("Complex Event Flows", 40) == "Complex Event Flows"
    assert shorten("Complex Event Flows in Distributed Systems", 20) == "Complex Event Flows…"
