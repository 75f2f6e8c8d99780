"""Light words are looked up only where they can matter; what that leaves is what a full look would find."""

from bot.questions.grammar import parse
from bot.search import fields
from bot.search.index import build
from bot.search.standing import everywhere, standing
from bot.search.terms import read
from tests.schedules import a_schedule, a_talk

TALKS = [
    a_talk(
        f"Gardens {number}",
        id=f"talk-{number}",
        abstract="Roses and common ground." if number % 2 else "Common ground.",
    )
    for number in range(40)
]

RARE = a_talk("Orchids", id="orchids", abstract="Orchids on common ground.")

INDEX = build(a_schedule(*TALKS, RARE))


def test_the_sessions_with_the_weightiest_words_come_first() -> None:
    terms = read(INDEX, parse("orchids on common ground").about)
    found = standing(INDEX, terms, None, most=3)
    assert found.promising[0][0] == INDEX.numbers["orchids"]
    assert len(found.promising) <= 3


def test_a_light_word_is_looked_up_only_where_it_can_matter() -> None:
    terms = read(INDEX, parse("orchids on common ground").about)
    places = standing(INDEX, terms, None, most=1).places
    assert set(places[1]) == {INDEX.numbers["orchids"]}
    assert places[1].items() <= everywhere(INDEX, terms[1]).items()


def test_a_single_word_is_found_everywhere_within_what_is_in_question() -> None:
    terms = read(INDEX, parse("roses").about)
    assert len(standing(INDEX, terms, None, most=3).places[0]) == 20
    within = {INDEX.numbers["talk-1"], INDEX.numbers["talk-2"]}
    assert set(standing(INDEX, terms, within, most=3).places[0]) == {INDEX.numbers["talk-1"]}


def test_where_a_word_stands_says_how_surely_a_session_is_about_it() -> None:
    (term,) = read(INDEX, parse("orchids").about)
    quality, mark = everywhere(INDEX, term)[INDEX.numbers["orchids"]]
    assert quality == 1.0
    assert mark & fields.FIELDS == fields.TITLE | fields.ABSTRACT
