import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers.home.home_view import BROWSE_KINDS, HomePage


@given(st.sampled_from(("", *BROWSE_KINDS)), st.text(max_size=128), st.integers(min_value=0, max_value=10_000))
def test_a_page_is_found_again(by: str, of: str, number: int) -> None:
    page = HomePage(by, of, number) if by else HomePage()
    assert HomePage.from_json(page.to_json()) == page


@pytest.mark.parametrize("kept", ["", "{}", "[]", '["planet", "x", 1]', '["day", 1, 1]', '["day", "x", "y"]', "[1"])
def test_anything_else_is_the_front_page(kept: str) -> None:
    assert HomePage.from_json(kept) == HomePage()
