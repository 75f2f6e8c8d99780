from pathlib import Path

import pytest

from bot.search.lexicon import inflected, lexicon, stem

SYNONYMS = Path("bot/search/data/synonyms.txt")


def test_there_are_at_most_150_lines_of_synonyms_and_each_names_its_source() -> None:
    text = (Path(__file__).parent.parent.parent / SYNONYMS).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(lines) <= 150
    for line in lines:
        meaning, _, source = line.partition(" | ")
        assert source.strip(), line
        assert ("=" in meaning) != ("~" in meaning), line
        assert meaning == meaning.lower(), line


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("operationalising", "operationalizing"),
        ("centres", "center"),
        ("colour", "color"),
        ("anaesthesia", "anesthesia"),
    ],
)
def test_british_and_american_spellings_have_the_same_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_inflections_are_removed_but_not_derivations() -> None:
    assert inflected("containers") == inflected("container") != inflected("contained")
    assert inflected("studies") == inflected("study")


def test_two_english_words_written_as_one_are_split() -> None:
    words = lexicon()
    assert ("data", "centers") in words.halves("datacenters")
    assert words.halves("monitoring") == ()
    assert words.is_ordinary("passphrase")
    assert not words.is_ordinary("kubernetes")


def test_misspelt_function_words_are_recognised_but_not_names() -> None:
    words = lexicon()
    assert words.is_slip_of_the_pen("teh")
    assert words.is_slip_of_the_pen("abuot")
    assert not words.is_slip_of_the_pen("kafka")
    assert not words.is_slip_of_the_pen("kart")  # nobody begins "part" with a k


def test_common_words_are_more_frequent_than_rare_ones() -> None:
    words = lexicon()
    assert words.frequency("the") > words.frequency("data") > words.frequency("pipelines") > words.frequency("zxqv")
    assert words.frequency("the") <= 0.9


def test_names_and_nicknames_stand_for_each_other() -> None:
    words = lexicon()
    assert "matthew" in words.nicknames["matt"]
    assert "liz" in words.nicknames["elizabeth"]


def test_nicknames_come_in_the_same_order_on_every_node() -> None:
    """Nicknames keep their order, because it decides the closest matches and a set's order differs by process."""
    for others in lexicon().nicknames.values():
        assert list(others) == sorted(others)
