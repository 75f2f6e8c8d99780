"""Keys that change, pass to other talks, or stay while everything else changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule.identity.settle import settle
from bot.schedule.models import Schedule, Talk, in_order
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.schedule.generated import schedules
from tests.schedule.identity.changes import accepted, told
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

HOUR = timedelta(hours=1)

HALL, LAB = a_room("Hall", ""), a_room("Lab", "")

TALKS = [
    a_talk(f"Talk {word}", f"{10 + number // 2}:00", id=str(number), room=(HALL, LAB)[number % 2])
    for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"))
]

KNOWN = a_schedule(*TALKS)


def with_keys(talks: list[Talk], key: Callable[[int], str]) -> Schedule:
    """A version in which the talks have the keys of their positions."""
    return a_schedule(*(replace(talk, id=key(number)) for number, talk in enumerate(talks)))


def moved(talk: Talk, **changes: object) -> Talk:
    return replace(talk, start=talk.start + HOUR, end=talk.end + HOUR, **changes)  # type: ignore[arg-type]


NEW_KEYS: dict[str, Callable[[int], str]] = {
    "new ones": lambda number: f"new-{number}",
    "hashes": lambda number: f"{number * 7919:x}f@feed",
    "the same": str,
}


@pytest.mark.parametrize("key", NEW_KEYS.values(), ids=NEW_KEYS)
def test_one_moved_talk_of_ten_is_the_only_change(key: Callable[[int], str]) -> None:
    for number in range(len(TALKS)):
        for change in ({}, {"room": a_room("Attic", "")}):
            talks = [*TALKS[:number], moved(TALKS[number], **change), *TALKS[number + 1 :]]
            assert told(KNOWN, with_keys(talks, key)) == [("moved", str(number))]


def test_a_feed_with_new_keys_at_every_download_changes_nothing() -> None:
    known = KNOWN
    for download in range(5):
        version = with_keys(TALKS, lambda number, download=download: f"{download}-{number}")  # type: ignore[misc]
        known = accepted(known, version)
        assert known == KNOWN
    assert [talk.source_key for talk in known.talks] == [f"4-{number}" for number in range(10)]


def test_a_new_key_is_remembered_so_that_later_title_and_room_may_change() -> None:
    known = accepted(KNOWN, with_keys(TALKS, NEW_KEYS["hashes"]))
    other = replace(TALKS[3], title="Quite another thing", room=a_room("Attic", ""))
    version = with_keys([*TALKS[:3], other, *TALKS[4:]], NEW_KEYS["hashes"])
    assert told(known, version) == [("moved", "3"), ("retitled", "3")]


@pytest.mark.parametrize("gone", range(10))
def test_a_removed_and_a_moved_entry_of_a_numbered_source_are_recognised(gone: int) -> None:
    left = [talk for number, talk in enumerate(TALKS) if number != gone]
    assert told(KNOWN, with_keys(left, str)) == [("cancelled", str(gone))]
    late = (gone + 4) % 10
    left = [moved(talk) if talk.id == str(late) else talk for talk in left]
    assert told(KNOWN, with_keys(left, str)) == [("cancelled", str(gone)), ("moved", str(late))]


@pytest.mark.parametrize("key", NEW_KEYS.values(), ids=NEW_KEYS)
def test_a_new_first_entry_is_one_new_talk(key: Callable[[int], str]) -> None:
    version = with_keys([a_talk("Talk zero", "09:00", room=HALL), *TALKS], key)
    [(kind, id)] = told(KNOWN, version)
    assert kind == "new"
    assert id not in KNOWN.talk_by_id


@pytest.mark.parametrize("key", NEW_KEYS.values(), ids=NEW_KEYS)
def test_a_corrected_title_is_the_same_talk(key: Callable[[int], str]) -> None:
    talks = [*TALKS[:4], replace(TALKS[4], title="Talk five: corrected"), *TALKS[5:]]
    assert told(KNOWN, with_keys(talks, key)) == [("retitled", "4")]


ANN, BOB = (a_speaker("Ann"),), (a_speaker("Bob"),)

PACKAGES = a_talk("Packages and planes", "16:00", id="QX7", room=HALL, speakers=ANN, abstract="How packages travel.")

ANOTHER = a_talk("Something else", "18:00", id="QX7", room=LAB, speakers=BOB, abstract="Quite another matter.")

STILL_THE_SAME = {
    "another title": replace(PACKAGES, title=ANOTHER.title),
    "another title and other people": replace(PACKAGES, title=ANOTHER.title, speakers=BOB),
    "another title and room, and nobody named": replace(PACKAGES, title=ANOTHER.title, room=LAB, speakers=()),
    "a similar title": replace(ANOTHER, title="Packages & planes: what's new"),
    "one of its speakers": replace(ANOTHER, speakers=(*BOB, *ANN)),
    "its abstract": replace(ANOTHER, abstract=PACKAGES.abstract),
}

ANOTHER_TALK = {
    "nothing in common": ANOTHER,
    "nothing in common, and nobody named": replace(ANOTHER, speakers=(), abstract=""),
    "only its start": replace(ANOTHER, start=PACKAGES.start, end=PACKAGES.end),
    "only its room": replace(ANOTHER, room=HALL),
}


@pytest.mark.parametrize("changed", STILL_THE_SAME.values(), ids=STILL_THE_SAME)
def test_a_talk_with_its_key_and_one_more_matching_property_is_the_same_talk(changed: Talk) -> None:
    assert {id for _, id in told(a_schedule(*TALKS, PACKAGES), a_schedule(*TALKS, changed))} == {"QX7"}


@pytest.mark.parametrize("other", ANOTHER_TALK.values(), ids=ANOTHER_TALK)
def test_an_entry_with_the_key_of_a_removed_one_but_nothing_else_is_another_talk(other: Talk) -> None:
    known = a_schedule(*TALKS, PACKAGES)
    assert told(known, a_schedule(*TALKS, other)) == [("cancelled", "QX7"), ("new", "QX7-2")]
    without = accepted(known, a_schedule(*TALKS))
    assert told(without, a_schedule(*TALKS, other)) == [("new", "QX7-2")]
    after = accepted(known, a_schedule(*TALKS, other))
    assert told(after, a_schedule(*TALKS, other)) == []
    assert told(after, a_schedule(*TALKS, moved(other))) == [("moved", "QX7-2")]


def test_a_position_in_a_shifted_list_does_not_identify_a_talk() -> None:
    other = a_talk("Something else", london("18:00", "2019-03-06"))
    version = with_keys([*TALKS[:4], *TALKS[5:8], other, *TALKS[8:]], str)
    assert [kind for kind, _ in told(KNOWN, version)] == ["cancelled", "new"]


def test_a_talk_at_the_time_and_room_of_a_removed_one_is_new() -> None:
    ann, bob = a_speaker("Ann"), a_speaker("Bob")
    known = a_schedule(*TALKS, a_talk("Welcome", "09:00", id="w", room=HALL, speakers=(ann,)))
    version = with_keys([*TALKS, a_talk("Farewell", "09:00", room=HALL, speakers=(bob,))], NEW_KEYS["new ones"])
    assert told(known, version) == [("cancelled", "w"), ("new", "new-10")]


def test_a_title_alone_does_not_identify_a_talk_with_other_speakers_time_and_room() -> None:
    ann, bob = a_speaker("Ann"), a_speaker("Bob")
    welcome = a_talk("Welcome", "09:00", id="w", room=HALL, speakers=(ann,))
    other = moved(welcome, id="w2", room=LAB, speakers=(bob,))
    assert told(a_schedule(*TALKS, welcome), a_schedule(*TALKS, other)) == [("cancelled", "w"), ("new", "w2")]
    by_ann = replace(other, speakers=(ann,))
    assert told(a_schedule(*TALKS, welcome), a_schedule(*TALKS, by_ann)) == [("moved", "w")]


def test_a_talk_that_comes_back_under_a_new_key_is_back_on() -> None:
    known = accepted(KNOWN, a_schedule(*TALKS[1:]))
    back = replace(TALKS[0], id="another")
    assert told(known, a_schedule(back, *TALKS[1:])) == [("reinstated", "0")]


def test_an_id_is_never_given_to_another_talk() -> None:
    known = accepted(KNOWN, a_schedule(*TALKS[1:]))
    other = a_talk("Quite another thing", london("18:00", "2019-03-06"), id="0", room=LAB, speakers=(a_speaker("Bob"),))
    numbered = with_keys([*TALKS[1:], other], lambda number: str((number + 1) % 10))
    after = accepted(known, numbered)
    assert len({talk.id for talk in after.talks}) == len(after.talks) >= 10
    assert {talk.id for talk in after.given} >= {str(number) for number in range(1, 10)}


@given(schedules(), schedules())
def test_settling_twice_changes_nothing_and_every_version_can_be_stored(known: Schedule, version: Schedule) -> None:
    settled = settle(known, version).schedule
    again = settle(known, settled).schedule
    assert again == settled
    assert [talk.key for talk in again.talks] == [talk.key for talk in settled.talks]
    stored = load(dump(settled), "x")
    assert stored == settled
    assert [talk.key for talk in stored.talks] == [" ".join(talk.key.split()) for talk in settled.talks]


@given(schedules(), st.data())
def test_a_version_that_only_lost_talks_keeps_the_ids_of_the_others(known: Schedule, data: st.DataObject) -> None:
    left = [talk for talk in known.talks if data.draw(st.booleans())]
    version = replace(known, talks=in_order(left))
    assert settle(known, version).schedule == version


def test_a_new_talk_beside_a_cancelled_one_that_stays_is_another_talk() -> None:
    cancelled = replace(a_talk("Bread"), cancelled=True)
    settled = settle(a_schedule(cancelled), a_schedule(cancelled, replace(a_talk("Bread"), id="again"))).schedule
    assert sorted((talk.id, talk.cancelled) for talk in settled.talks) == [("again", False), (cancelled.id, True)]
