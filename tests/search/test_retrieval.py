"""Sessions become candidates by their words and by their meaning."""

import numpy as np

from bot.questions.parse import parse
from bot.search import fields
from bot.search.engine import BY_MEANING, BY_WORDS, Candidates, retrieve, worth_of
from bot.search.index import build
from bot.search.query_terms import read_terms
from tests.schedules import a_schedule, a_speaker, a_talk

TALKS = [a_talk(f"Gardens {number}", id=f"talk-{number}", abstract="Roses and common ground.") for number in range(60)]
RARE = a_talk("Orchids", id="orchids", abstract="Orchids on common ground.")
AERIAL = a_talk("Aerial photography", id="aerial", abstract="From balloons and airships.")
BAND = a_talk("Songs", id="songs", speakers=(a_speaker("Michael One"), a_speaker("Ann Jackson")))
INDEX = build(a_schedule(*TALKS, RARE, AERIAL, BAND))


def _candidates(question: str, within: set[str] | None = None, *, by_meaning: bool = True) -> Candidates:
    numbers = None if within is None else {INDEX.numbers[id] for id in within}
    terms = read_terms(INDEX, parse(question).about)
    return retrieve(INDEX, terms, worth_of(INDEX, terms), numbers, by_meaning=by_meaning)


def test_candidates_are_limited_and_include_those_with_the_rarest_words() -> None:
    found = _candidates("orchids on common ground")
    assert len(found.numbers) <= BY_WORDS + BY_MEANING
    assert INDEX.numbers["orchids"] in found.numbers


def test_a_session_that_is_near_in_meaning_is_a_candidate_without_a_shared_word() -> None:
    assert INDEX.numbers["aerial"] in _candidates("pictures taken from planes").numbers
    assert INDEX.numbers["aerial"] not in _candidates("pictures taken from planes", by_meaning=False).numbers


def test_only_the_given_sessions_are_candidates() -> None:
    found = _candidates("roses", {"talk-1", "talk-2", "aerial"})
    assert set(found.numbers.tolist()) <= {INDEX.numbers[id] for id in ("talk-1", "talk-2", "aerial")}
    assert INDEX.numbers["talk-1"] in found.numbers


def test_a_candidate_records_the_fields_of_a_word_and_its_sureness() -> None:
    found = _candidates("orchids")
    place = found.numbers.tolist().index(INDEX.numbers["orchids"])
    assert found.sureness[0, place] == 1
    assert int(found.marks[0, place]) & fields.FIELDS == fields.TITLE | fields.ABSTRACT


def test_a_name_made_of_two_speakers_names_does_not_match_fully() -> None:
    found = _candidates("michael jackson")
    place = found.numbers.tolist().index(INDEX.numbers["songs"])
    assert np.count_nonzero(found.sureness[:, place]) == 1


def test_an_empty_schedule_has_no_candidates() -> None:
    empty = build(a_schedule())
    terms = read_terms(empty, parse("orchids").about)
    assert not len(retrieve(empty, terms, worth_of(empty, terms), None, by_meaning=True).numbers)


def test_even_a_common_word_is_found_in_singular_and_plural() -> None:
    index = build(a_schedule(a_talk("Flight Level Boards"), a_talk("Levels of flight")))
    for asked in ("levels", "level"):
        (term,) = read_terms(index, parse(asked).about)
        assert {index.words[number] for number in term.words} == {"level", "levels"}, asked
