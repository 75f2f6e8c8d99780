from hypothesis import given
from hypothesis import strategies as st

from bot.search.beginnings import named


def test_every_typed_beginning_must_begin_a_word_and_accents_do_not_matter() -> None:
    names = {"b": "Bernd Rücker", "x": "Bernd Other"}
    assert named("ber ruc", names, 10) == ("b",)
    assert named("ber", names, 10) == ("b", "x")
    assert named("ucker", names, 10) == ()


def test_nothing_typed_names_everything_up_to_the_limit() -> None:
    assert len(named("", {str(number): f"Room {number}" for number in range(200)}, 100)) == 100


@given(st.text(max_size=200))
def test_no_text_raises(typed: str) -> None:
    named(typed, {"a": "b"}, 10)
