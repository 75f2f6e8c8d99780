import pytest

from bot.search.phonetics import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("brikman", "brickman"),
        ("pakkanen", "paakanen"),
        ("aleksa", "alexa"),
        ("kuhn", "khun"),
        ("schmidt", "schmitt"),
        ("stephan", "stefan"),
        ("trylesinski", "trilesinski"),
    ],
)
def test_names_that_are_heard_alike_have_one_key(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("martin", "marvin"), ("kuhn", "kahn"), ("jones", "johnson")])
def test_names_that_are_not_have_two(one: str, other: str) -> None:
    assert sound(one) != sound(other)
