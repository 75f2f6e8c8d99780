import pytest

from bot.search.tokenizer import (
    camel_initials,
    compounds,
    fold,
    initials,
    name_initials,
    prose,
    spellings,
    token,
    words,
)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Bonér", "boner"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("Straße", "strasse"),
        ("Ｆｕｌｌ", "full"),
        ("ter\u200bra", "terra"),
        ("Соколов", "sokolov"),
        ("Νίκος", "nikos"),
        ("İstanbul", "istanbul"),
    ],
)
def test_accents_widths_and_scripts_are_folded(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_an_umlaut_has_two_spellings() -> None:
    assert spellings("Rücker") == ("rucker", "ruecker")
    assert spellings("Nygård") == ("nygard", "nygaard")
    assert spellings("plain") == ("plain",)


@pytest.mark.parametrize(
    ("compound", "parts", "joined"),
    [
        ("Fong-Jones", ("fong", "jones"), "fongjones"),
        ("CI / CD", ("ci", "cd"), "cicd"),
        ("jpeg-2000", ("jpeg", "2000"), "jpeg2000"),
        ("HTTP/3", ("http", "3"), "http3"),
        ("node.js", ("node", "js"), "nodejs"),
    ],
)
def test_compounds_are_split_and_joined(compound: str, parts: tuple[str, ...], joined: str) -> None:
    found = token(compounds(compound)[0])
    assert found.parts == parts
    assert joined in found.joined


def test_symbols_that_belong_to_a_name_are_kept() -> None:
    assert words("C++ and C#") == ["c++", "and", "c#"]
    assert words("Qt/C++, C/C++ (F#)") == ["qt", "c++", "c", "c++", "f#"]
    assert words(".NET Core and ASP.NET") == [".net", "core", "and", "asp", "net"]


def test_possessives_and_contractions_are_one_word() -> None:
    assert words("Boner's doesn’t they're") == ["boner", "doesnt", "they"]


def test_a_number_with_a_thousands_separator_is_one_word() -> None:
    assert words("300,000 lines") == ["300000", "lines"]


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert words("日本語") == ["日本", "本語"]


def test_links_and_tags_are_removed_from_prose() -> None:
    assert words(prose('<p>Read <a href="x">https://example.org/path</a> now</p>')) == ["read", "now"]


def test_a_word_of_more_than_40_letters_is_ignored() -> None:
    assert words("ä" * 41) == []


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
def test_terms_that_are_commonly_shortened_have_initials(text: str, short: str) -> None:
    assert short in set(initials(text))


def test_plain_sentences_and_prefixes_have_no_initials() -> None:
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
