"""The words that misspelt ones are taken for."""

import pytest

from bot.questions.parse import parse
from bot.search.engine import search
from bot.search.index import build
from tests.schedules import a_schedule, a_speaker, a_talk

INDEX = build(
    a_schedule(
        a_talk("Scaling a Stack of Kubernetes", abstract="How scale matters, and scalability."),
        a_talk("Fonts", speakers=(a_speaker("Jussi Pakkanen"), a_speaker("Philippe Orchard"))),
    )
)


def _guessed(question: str) -> dict[str, str]:
    return dict(search(INDEX, parse(question).about).corrections)


@pytest.mark.parametrize(
    ("question", "typed", "known"),
    [
        ("kuberntes", "kuberntes", "kubernetes"),
        ("kuber", "kuber", "kubernetes"),
        ("jussi paakanen", "paakanen", "pakkanen"),
        ("scalng kubernetes", "scalng", "scaling"),
        ("kuberntes or torvalds", "kuberntes", "kubernetes"),
        ("kubernetesen verwalten", "kubernetesen", "kubernetes"),
        ("talks about kuberntes argocd", "kuberntes", "kubernetes"),
        ("vorträge über scalabilty signoz", "scalabilty", "scalability"),
    ],
)
def test_typos_beginnings_and_names_that_sound_alike_are_corrected(question: str, typed: str, known: str) -> None:
    assert _guessed(question)[typed] == known


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("pie torch", "torch"), ("sequel", "sql"), ("zed fs", "zfs"), ("bee hive", "bhyve"), ("sea", None), ("pie", None)],
)
def test_names_of_letters_written_by_dictation_are_understood(question: str, wanted: str | None) -> None:
    titles = {
        "torch": "PyTorch for bakers",
        "sql": "SQL in a day",
        "zfs": "ZFS at home",
        "bhyve": "Bhyve",
        "c": "C and V",
    }
    index = build(a_schedule(*(a_talk(title, id=id) for id, title in titles.items())))
    hits = search(index, parse(question).about).hits
    assert (hits[0].session.id if hits else None) == wanted


@pytest.mark.parametrize(
    "question", ["scala", "philippe starck", "fonds", "kubernet torvalds", "when is jussy torvalds on"]
)
def test_names_that_resemble_known_words_are_not_corrected_to_them(question: str) -> None:
    assert _guessed(question) == {}
    assert not search(INDEX, parse(question).about).hits


def test_a_question_with_too_many_unknown_words_is_not_corrected() -> None:
    question = " ".join(f"blah{letter}" for letter in "abcdefghijklmnopqrst") + " kuberntes"
    assert _guessed(question) == {}
