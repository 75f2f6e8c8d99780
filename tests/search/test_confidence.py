"""How much of a question a session explains, by what is missing and what it was typed next to."""

import pytest

from bot.questions.grammar import parse
from bot.search.find import search
from bot.search.index import build
from tests.schedules import a_schedule, a_speaker, a_talk

PENGUINS = a_talk("Penguin Dinner", id="penguins", abstract="Cooking for many with Terraform.")

SOURCING = a_talk(
    "Event Sourcing in Production", id="sourcing", abstract="What we learnt from it, with open source tools."
)

SOURCES = a_talk("Open Source Licences", id="sources", abstract="Which source is open, and what events led to it.")

PERSON = a_talk(
    "Balconies", id="person", speakers=(a_speaker("James Webb"),), abstract="Herbs, and a word of thanks to Mallory."
)

INDEX = build(a_schedule(PENGUINS, SOURCING, SOURCES, PERSON))


def _confidence(question: str) -> float:
    found = search(INDEX, parse(question).about)
    return max((hit.confidence for hit in found.hits + found.closest), default=0.0)


@pytest.mark.parametrize("question", ["penguin breeding", "emperor penguin", "James Bond"])
def test_a_word_that_is_nowhere_makes_another_thing_of_its_neighbour(question: str) -> None:
    assert _confidence(question) < 0.5


@pytest.mark.parametrize("question", ["penguin", "a dinner for penguins", "terraform modules", "James Webb"])
def test_a_word_of_ones_own_elsewhere_does_not(question: str) -> None:
    assert _confidence(question) >= 0.5


def test_half_of_a_title_tells_even_where_it_is_true_of_every_session() -> None:
    assert next(hit.session.id for hit in search(INDEX, parse("event sourcing").about).hits) == "sourcing"


def test_the_whole_name_explains_all_of_a_question() -> None:
    assert _confidence("james webb") == pytest.approx(1.0)
