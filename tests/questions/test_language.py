"""The language files: each is whole, and what they say is found in questions."""

import pytest

from bot.questions.language import CODES, Language, languages, phrase_words
from bot.search.lexicon import lexicon
from bot.search.tokenizer import words

ENGLISH, *OTHERS = languages()


def roles_of(language: Language) -> set[str]:
    return {role for phrases in language.phrases.values() for meanings in phrases.values() for role, _ in meanings}


@pytest.mark.parametrize("language", languages(), ids=CODES)
def test_every_language_has_weekdays_months_time_phrases_and_small_talk(language: Language) -> None:
    assert len(language.time.weekdays) >= 7
    assert len(language.time.months) >= 12
    assert {"at", "around", "before", "after", "between", "and", "in"} <= set(language.time.phrases)
    assert language.small_talk
    assert language.own


@pytest.mark.parametrize("language", languages(), ids=CODES)
def test_every_language_has_phrases_for_all_roles(language: Language) -> None:
    assert roles_of(language) >= roles_of(ENGLISH)


def test_cues_match_all_forms_of_a_phrase() -> None:
    words = ["is", "there", "anything", "still", "on"]
    assert ("soon", "later") in {(cue.role, cue.value) for cue in ENGLISH.cues(words)}
    assert phrase_words("fünf Uhr") == ("funf", "uhr")


def test_the_longest_phrase_of_a_role_counts() -> None:
    (cue,) = [cue for cue in ENGLISH.cues(["next", "generation", "sequencing"]) if cue.role == "soon"]
    assert cue.value == "none"


def test_german_umlauts_may_be_typed_in_two_ways() -> None:
    german = OTHERS[0]
    assert {"konnte", "koennte"} <= german.grammar


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("tomorrrow", "tomorrow"), ("thrusday", "thursday"), ("lightning", "lightning"), ("rust", "rust")],
)
def test_a_word_of_the_language_is_recognised_with_one_wrong_letter(typed: str, meant: str) -> None:
    assert ENGLISH.meant(typed) == meant


def test_the_search_knows_the_function_words_of_every_language() -> None:
    known, foreign = lexicon(), languages()[1:]
    grammar = {part for language in foreign for word in language.own for part in words(word)}
    assert {word for word in grammar if not (word in known.english or known.is_grammar(word))} == set()
