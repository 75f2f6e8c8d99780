import pytest

from bot.blockkit.talk_text import surname


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Bernd Ruecker", "Ruecker"),
        ("Joost van Dooren", "van Dooren"),
        ("Maria de la Cruz", "de la Cruz"),
        ("Ursula von der Leyen", "von der Leyen"),
        ("Vincent Van Gogh", "Van Gogh"),
        ("Liz Fong-Jones", "Fong-Jones"),
        ("Sinead O'Brien", "O'Brien"),
        ("Muhammad al-Khwarizmi", "al-Khwarizmi"),
        ("Sammy Davis Jr.", "Davis Jr."),
        ("Ada & Co", "Ada & Co"),
        ("The Rust Project", "The Rust Project"),
        ("Red Hat Inc.", "Red Hat Inc."),
        ("Bernd and Anna", "Bernd and Anna"),
        ("Van Morrison", "Morrison"),
        ("Madonna", "Madonna"),
        ("", ""),
    ],
)
def test_a_name_is_shortened_correctly_or_not_at_all(name: str, short: str) -> None:
    assert surname(name) == short
