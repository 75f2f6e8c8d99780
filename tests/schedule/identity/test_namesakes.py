"""Two people with one name stay two, in every version and in every answer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.questions.answer import answer
from bot.questions.models import AboutPerson
from bot.questions.parse import parse
from bot.schedule.identity.settle import settle
from bot.schedule.models import Schedule, Speaker
from bot.schedule.overrides import merge_overrides, override_of
from bot.search.index import build
from tests.schedule.identity.changes import told
from tests.schedule.importers.imports import of_json
from tests.schedules import a_schedule, a_speaker, a_talk

BAKER = Speaker("david-miller", "David Miller", "Baker", key="s1")

PHYSICIST = Speaker("david-miller-2", "David Miller", "Physicist", key="s2")

KNOWN = a_schedule(
    a_talk("Bread", "10:00", speakers=(BAKER,)),
    a_talk("Quantum yeast", "10:00", speakers=(PHYSICIST,)),
    a_talk("Ovens", "12:00", speakers=(BAKER,)),
)


def by_person(schedule: Schedule) -> dict[str, list[str]]:
    return {person.role: [talk.title for talk in schedule.talks_by(person)] for person in schedule.speakers}


def test_namesakes_with_keys_are_imported_as_two_people() -> None:
    people = [
        {"id": key, "fullName": "David Miller", "tagLine": role} for key, role in (("s1", "Baker"), ("s2", "Physicist"))
    ]
    sessions = [
        {"id": number, "title": title, "startsAt": "2025-06-05T10:00", "endsAt": "2025-06-05T10:45", "speakers": [key]}
        for number, title, key in (("1", "Bread", "s1"), ("2", "Quantum yeast", "s2"))
    ]
    schedule = of_json({"sessions": sessions, "speakers": people, "rooms": []}).schedule
    assert by_person(schedule) == {"Baker": ["Bread"], "Physicist": ["Quantum yeast"]}


def test_namesakes_keep_their_ids_when_their_order_or_keys_change() -> None:
    swapped = {BAKER.id: replace(PHYSICIST, id=BAKER.id), PHYSICIST.id: replace(BAKER, id=PHYSICIST.id)}
    roles = {person.role: person for person in swapped.values()}
    for keys in ({"s1": "s1", "s2": "s2"}, {"s1": "x", "s2": "y"}):
        people = {role: replace(person, key=keys[person.key]) for role, person in roles.items()}
        version = a_schedule(
            *(replace(talk, speakers=(people[talk.speakers[0].role],)) for talk in reversed(KNOWN.talks))
        )
        settled = settle(KNOWN, version).schedule
        assert {person.role: person.id for person in settled.speakers} == {
            "Baker": BAKER.id, "Physicist": PHYSICIST.id,
        }  # fmt: skip
        assert by_person(settled) == by_person(KNOWN)
        assert told(KNOWN, version) == []


def test_a_third_namesake_gets_an_id_of_their_own() -> None:
    third = Speaker("david-miller-2", "David Miller", "Painter", key="s3")
    version = a_schedule(
        *(talk for talk in KNOWN.talks if BAKER in talk.speakers), a_talk("Paint", "14:00", speakers=(third,))
    )
    settled = settle(KNOWN, version).schedule
    assert {person.role: person.id for person in settled.speakers}["Painter"] not in (BAKER.id, PHYSICIST.id)


def test_a_talk_handed_from_one_namesake_to_the_other_is_reported() -> None:
    bread, *others = KNOWN.talks
    assert bread.speakers == (BAKER,)
    handed = a_schedule(replace(bread, speakers=(PHYSICIST,)), *others)
    assert told(KNOWN, handed) == [("speakers", "bread")]


def test_a_longer_name_is_the_same_speaker_but_another_surname_is_not() -> None:
    def given_by(*names: str) -> Schedule:
        return a_schedule(*(a_talk(f"Talk {number}", speakers=(a_speaker(name),)) for number, name in enumerate(names)))

    known = given_by("Ann Jones", "Bob")
    for name in ("Ann Smith Jones", "Dr. Ann Jones", "Ann"):
        assert told(known, given_by(name, "Bob")) == []
        assert [(change.before, change.now) for change in settle(known, given_by(name, "Bob")).renamings] == [
            ("Ann Jones", name)
        ]
    assert told(known, given_by("Ann Lee", "Bob")) == [("speakers", "talk-0")]
    assert told(known, given_by("Bob", "Dr. Ann Jones")) == [("speakers", "talk-0"), ("speakers", "talk-1")]


@pytest.mark.parametrize(
    ("known", "new"), [("Eva Müller", "Eva Mueller"), ("Ann Baker", "A. Baker"), ("Zoë Groß", "Zoe Gross")]
)
def test_another_spelling_is_the_same_speaker_of_a_talk_but_another_first_name_is_not(known: str, new: str) -> None:
    def given_by(name: str) -> Schedule:
        return a_schedule(a_talk("Talk", speakers=(a_speaker(name),)))

    assert told(given_by(known), given_by(new)) == []
    other = f"Pat {new.rpartition(' ')[2]}"
    assert told(given_by(known), given_by(other)) == [("speakers", "talk")]


def test_a_shared_name_in_an_override_means_the_one_who_gives_the_talk() -> None:
    talk = KNOWN.talk_by_id["quantum-yeast"]
    merged = merge_overrides(KNOWN, [override_of(talk, speakers=("David Miller", "Ann"))]).schedule
    assert [person.role for person in merged.talk_by_id[talk.id].speakers] == ["Physicist", ""]


def test_a_question_about_a_shared_name_shows_both_speakers_and_their_talks() -> None:
    now = datetime(2019, 3, 5, 8, 0, tzinfo=UTC)
    for question in ("who is David Miller?", "David Miller", "when does miller speak"):
        found = answer(parse(question), KNOWN, build(KNOWN), now).answer
        assert isinstance(found, AboutPerson)
        assert {found.speaker, *found.namesakes} == {BAKER, PHYSICIST}
        assert set(found.talks) == set(KNOWN.talks)


def test_a_name_with_other_accents_or_punctuation_is_the_same_name() -> None:
    now = datetime(2019, 3, 5, 8, 0, tzinfo=UTC)
    first, second = (
        Speaker("jose-diaz", "José Díaz", "Baker", key="s1"),
        Speaker("jose-diaz-2", "Jose\u0301 Diaz,", "", key="s2"),
    )
    known = a_schedule(
        a_talk("Bread", "10:00", speakers=(first,)), a_talk("Quantum yeast", "12:00", speakers=(second,))
    )
    found = answer(parse("who is josé díaz?"), known, build(known), now).answer
    assert isinstance(found, AboutPerson)
    assert {found.speaker, *found.namesakes} == {first, second}
