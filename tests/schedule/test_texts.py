from hypothesis import given
from hypothesis import strategies as st

from bot.schedule.texts import CONTROL, paragraphs, quote_value, single_line


@given(st.text())
def test_a_text_in_normal_form_stays_as_it_is(text: str) -> None:
    assert single_line(single_line(text)) == single_line(text)
    assert paragraphs(paragraphs(text)) == paragraphs(text)
    assert not CONTROL.search(single_line(text) + paragraphs(text))


def test_a_line_has_single_spaces_and_paragraphs_keep_theirs() -> None:
    assert single_line(" a\u00a0 b\r\n c\x07") == "a b c"
    assert paragraphs(" a\r\n\r\nb\x85c \x07") == "a\n\nb\nc"


def test_a_quote_is_short_and_printable() -> None:
    assert quote_value("a\nb\x07") == "`a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}`"
    assert len(quote_value("x" * 1000)) < 70
