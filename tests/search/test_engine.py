"""The promises of the search, on a schedule of a few talks."""

import pytest

from bot.questions.parse import parse
from bot.search.engine import Found, Query, choose, search
from bot.search.index import build
from tests.schedules import a_schedule, a_speaker, a_talk, a_track

FLOWS = a_talk(
    "Complex Event Flows in Distributed Systems",
    "10:35",
    id="flows",
    speakers=(a_speaker("Bernd Rücker", "Co-founder", "Camunda"),),
    abstract="Event-driven architectures and state machines for long running services. Zeebe is written in Java.",
)
CODE = a_talk(
    "Lessons From 300k+ Lines of Infrastructure Code",
    "11:50",
    id="code",
    speakers=(a_speaker("Yevgeniy Brikman", "Co-founder", "Gruntwork"),),
    abstract="Terraform, Packer, Docker and Go in the wild. CI / CD for infrastructure code, and a LibreOffice joke.",
)
ACE = a_talk(
    "Taming Production",
    "14:55",
    id="ace",
    speakers=(a_speaker("Liz Fong-Jones"), a_speaker("Matthew Squire")),
    abstract="Measuring with Service Level Objectives. Observability, risk analysis. Data centres everywhere.",
)
TRACK = a_track("Operating", host=(a_speaker("Jonas Bonér", "Creator of Akka"),))
LAST = a_talk("Closing", "17:25", id="last", track=TRACK, abstract="Goodbye. Quantum effects and machine rooms.")
INDEX = build(a_schedule(FLOWS, CODE, ACE, LAST))


def _find(question: str) -> Found:
    return choose(INDEX, [Query(parse(question).about)])


def _ids(question: str) -> list[str]:
    return [hit.session.id for hit in _find(question).hits]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("terraform", "code"),
        ("teraform", "code"),
        ("libre office", "code"),
        ("libre ofice", "code"),
        ("cicd", "code"),
        ("ci/cd", "code"),
        ("tf", "code"),
        ("statemachines", "flows"),
        ("event driven architecture", "flows"),
        ("EDA", "flows"),
        ("rucker", "flows"),
        ("ruecker", "flows"),
        ("rücker", "flows"),
        ("Bernt Ruker", "flows"),
        ("camunda", "flows"),
        ("SLO", "ace"),
        ("SLOs", "ace"),
        ("o11y", "ace"),
        ("observability", "ace"),
        ("fongjones", "ace"),
        ("Elizabeth Fong Jones", "ace"),
        ("Matt Squire", "ace"),
        ("datacenters", "ace"),
        ("the akka guy", "operating"),
    ],
)
def test_the_right_talk_is_found_first_despite_typos_and_other_spellings(question: str, wanted: str) -> None:
    assert _ids(question)[:1] == [wanted]


@pytest.mark.parametrize(
    "question",
    [
        "kubernetes",
        "clojure",
        "machine learning",
        "quantum computing",
        "data science",
        "Angie Jones",
        "Tom Jones",
        "Jonas Brothers",
        "Liz Squire",
        "Bernd Schmidt",
        "java beans tutorial for kids",
        "go karts",
    ],
)
def test_a_topic_or_speaker_that_the_schedule_lacks_finds_nothing(question: str) -> None:
    assert _ids(question) == []


def test_the_probability_is_between_0_and_1_and_hits_reach_the_threshold() -> None:
    for question in ("terraform docker packer", "state machines of terraform", "Liz", "lessons"):
        found = _find(question)
        if found.hits:
            assert INDEX.decision.answers <= found.probability <= 1
        if found.closest:
            assert INDEX.decision.offers <= found.probability < INDEX.decision.answers


def test_the_closest_talks_are_given_only_if_there_are_no_hits() -> None:
    assert not _find("terraform").closest
    found = _find("quantum computing")
    assert not found.hits
    assert found.closest[0].session.id == "last"
    assert len(found.closest) <= 3


def test_corrected_and_unknown_words_are_reported() -> None:
    assert _find("teraform").corrections == (("teraform", "terraform"),)
    assert _find("terraform on kafka").unknown == ("kafka",)


def test_only_the_given_sessions_are_searched() -> None:
    numbers = {INDEX.numbers["ace"], INDEX.numbers["last"]}
    assert search(INDEX, parse("goodbye").about, within=numbers).hits[0].session.id == "last"
    assert not search(INDEX, parse("terraform").about, within=numbers).hits


def test_the_names_of_two_speakers_are_not_mixed() -> None:
    assert _ids("Liz Squire") == []
    assert _ids("Liz and Matthew") == ["ace"]


def test_words_of_a_speakers_bio_alone_do_not_find_their_talk() -> None:
    speaker = a_speaker("Ada Lovelace", bio="She tends her garden and wrote Zeebe plugins.")
    index = build(a_schedule(a_talk("Engines", "10:35", speakers=(speaker,))))
    assert not search(index, parse("anything on zeebe").about).hits
    assert not search(index, parse("anything on gardens").about).hits


def test_a_word_also_finds_its_plural_and_compounds_that_begin_with_it() -> None:
    index = build(
        a_schedule(
            a_talk("Jupyter at school", "09:00", id="jupyter"),
            a_talk("Extending JupyterLab", "10:00", id="lab"),
            a_talk("One GPU is enough", "11:00", id="gpu"),
            a_talk("Two GPUs are better", "12:00", id="gpus"),
        )
    )
    for asked, wanted in (("jupyter", {"jupyter", "lab"}), ("gpu", {"gpu", "gpus"}), ("gpus", {"gpu", "gpus"})):
        assert {hit.session.id for hit in choose(index, [Query(parse(asked).about)]).hits} == wanted


def test_of_some_talks_none_answers_by_meaning_alone_what_another_talk_is_about() -> None:
    containers = a_talk(
        "Containers Without Tears", "11:00", id="containers", abstract="Docker, and clusters in production."
    )
    clusters = a_talk("Kubernetes at the Edge", "12:00", id="k8s", abstract="Clusters and containers in shops.")
    storage = a_talk("Storing Tables", "13:00", id="storage", abstract="SQL queries, indexes and a storage engine.")
    index = build(a_schedule(containers, clusters, storage))
    without_the_wanted = [index.numbers["k8s"], index.numbers["storage"]]
    found = choose(index, [Query(parse("docker").about, without_the_wanted)])
    assert not found.hits
    assert [hit.session.id for hit in found.closest][:1] == ["k8s"]
