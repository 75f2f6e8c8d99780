import pytest

from bot.search.initials import camel_initials, initials, name_initials


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("measuring with Service Level Objectives, and", "slo"),
        ("Using Software Defined Radio at home", "sdr"),
        ("Trusted Execution Environments", "tee"),
        ("An event-driven architecture is", "eda"),
        ("a just-in-time compiler", "jitc"),
        ("software-defined radio kernels", "sdr"),
    ],
)
def test_what_is_commonly_shortened_is_known_by_its_initials(text: str, short: str) -> None:
    assert short in set(initials(text))


def test_plain_sentences_and_prefixes_have_none() -> None:
    assert set(initials("This is a talk about a non-free tool of Two Words")) == set()


def test_words_in_camel_case_have_initials() -> None:
    assert camel_initials("NullPointerException") == "npe"
    assert camel_initials("LibreOffice") == ""
    assert camel_initials("plain") == ""


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Richard M. Stallman", "rms"),
        ("Mary Ann O'Shea (she/her)", "mao"),
        ("Élodie van den Berg", "evdb"),
        ("Jean-Luc Picard", ""),
        ("Ana de la Cruz y Gil Soto", ""),
    ],
)
def test_names_of_three_to_five_words_have_initials(name: str, short: str) -> None:
    assert name_initials(name) == short
