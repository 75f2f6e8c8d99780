"""A room or a track with another name is still the same one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.schedule.identity.settle import settle
from bot.schedule.importers.formats import import_schedule
from bot.schedule.models import Room, Schedule, Talk, Track, Walk
from bot.schedule.yaml.dump import dump
from bot.schedule.yaml.load import load
from tests.schedule.identity.changes import accepted, told
from tests.schedule.importers.table import OURS
from tests.schedules import a_room, a_schedule, a_talk, a_track

HALL, LAB, ATTIC = a_room("Hall", ""), a_room("Lab", ""), a_room("Attic", "")

IN_HALL = [a_talk(f"Hall {number}", f"{number}:00", room=HALL) for number in range(10, 15)]

IN_LAB = [a_talk(f"Lab {number}", f"{number}:00", room=LAB) for number in range(10, 15)]

KNOWN = a_schedule(*IN_HALL, *IN_LAB)


def moved_to(room: Room, *talks: Talk) -> list[Talk]:
    return [replace(talk, room=room) for talk in talks]


def renamings(known: Schedule, version: Schedule) -> list[tuple[str, str, str]]:
    return [(renaming.kind, renaming.before, renaming.now) for renaming in settle(known, version).renamings]


@pytest.mark.parametrize("name", ["Hall (Acme Stage)", "Acme Stage"])
def test_a_new_room_with_the_talks_of_one_that_vanished_is_that_room(name: str) -> None:
    version = a_schedule(*moved_to(a_room(name, ""), *IN_HALL), *IN_LAB)
    assert told(KNOWN, version) == []
    assert renamings(KNOWN, version) == [("room", "Hall", name)]
    assert accepted(KNOWN, version).room_by_id["hall"].name == name


def test_walks_to_a_renamed_room_lead_to_the_known_room() -> None:
    stage = a_room("Acme Stage", "")
    version = replace(a_schedule(*moved_to(stage, *IN_HALL), *IN_LAB), walks=(Walk(stage, LAB, 5),))
    [walk] = load(dump(accepted(KNOWN, version)), "x").walks
    assert (walk.start.id, walk.start.name, walk.end) == ("hall", "Acme Stage", LAB)


def test_only_the_changes_beside_a_rename_are_reported() -> None:
    stage = a_room("Acme Stage", "")
    late = replace(IN_HALL[1], start=IN_HALL[2].start, end=IN_HALL[2].end)
    new = a_talk("Hall 15", "15:00")
    kept = [late, *IN_HALL[3:]]
    version = a_schedule(*moved_to(stage, *kept, new), *IN_LAB, *moved_to(LAB, IN_HALL[2]))
    assert told(KNOWN, version) == [
        ("cancelled", "hall-10"), ("moved", "hall-11"), ("moved", "hall-12"), ("new", "hall-15"),
    ]  # fmt: skip


def test_talks_that_go_to_an_existing_room_have_moved() -> None:
    version = a_schedule(*moved_to(LAB, *IN_HALL), *moved_to(HALL, *IN_LAB))
    assert len(told(KNOWN, version)) == 10
    assert renamings(KNOWN, version) == []


ALONE = a_talk("Alone", "16:00", room=ATTIC)


def test_a_renamed_room_is_recognised_by_its_only_talk() -> None:
    for name in ("Cellar", "Attic (top floor)"):
        version = a_schedule(*IN_HALL, *moved_to(a_room(name, ""), ALONE))
        assert told(a_schedule(*IN_HALL, ALONE), version) == []
        assert renamings(a_schedule(*IN_HALL, ALONE), version) == [("room", "Attic", name)]


def test_a_single_talk_has_moved_if_another_talk_key_or_floor_tells_the_rooms_apart() -> None:
    other = a_talk("Another", "17:00", room=ATTIC)
    cellar = a_room("Cellar", "")
    for known, now in [
        ([ALONE, other], [*moved_to(cellar, ALONE), *moved_to(HALL, other)]),
        ([ALONE, *IN_LAB], [*moved_to(cellar, ALONE, IN_LAB[0]), *IN_LAB[1:]]),
        (moved_to(Room("attic", "Attic", key="5"), ALONE), moved_to(Room("cellar", "Cellar", key="9"), ALONE)),
        (moved_to(a_room("Attic", "4th floor"), ALONE), moved_to(a_room("Cellar", "Basement"), ALONE)),
    ]:
        assert ("moved", "alone") in told(a_schedule(*IN_HALL, *known), a_schedule(*IN_HALL, *now))


@pytest.mark.parametrize("name", ["Aula", "Lab Annex"])
def test_a_whole_room_on_another_floor_is_another_room(name: str) -> None:
    version = a_schedule(*moved_to(a_room(name, "2nd floor"), *IN_LAB))
    assert len(told(a_schedule(*moved_to(a_room("Lab", "1st floor"), *IN_LAB)), version)) == len(IN_LAB)


@pytest.mark.parametrize("name", ["Hall", "Acme Stage", "Lab"])
def test_a_room_that_left_and_comes_back_is_the_same_room(name: str) -> None:
    """It is known by its last name and by its first one, but not by the name of another room."""
    known = accepted(KNOWN, a_schedule(*moved_to(a_room("Acme Stage", ""), *IN_HALL), *IN_LAB))
    for _ in range(2):
        known = accepted(known, a_schedule(*moved_to(LAB, *IN_HALL), *IN_LAB))
        known = load(dump(known), "x")
        assert {room.id for room in known.rooms} == {"lab"}
    evening = a_talk("Dance", "20:00", room=a_room(name, ""))
    back = accepted(known, a_schedule(*moved_to(LAB, *IN_HALL), *IN_LAB, evening))
    assert {talk.room.id for talk in back.talks if talk.id == "dance" and talk.room} == {
        "lab" if name == "Lab" else "hall"
    }
    assert back.former_rooms == (() if name != "Lab" else known.former_rooms)


def test_a_longer_name_is_another_room_if_keys_differ_or_the_old_room_left_earlier() -> None:
    dance = a_talk("Dance", "20:00", room=Room("9", "Lab Annex", key="k9"))
    keyed = a_schedule(*moved_to(replace(LAB, key="k5"), IN_LAB[0]), *IN_HALL)
    assert renamings(keyed, a_schedule(dance, *IN_HALL)) == []
    all_in_lab = [*moved_to(LAB, *IN_HALL), *IN_LAB]
    foyer = replace(dance, room=a_room("Hall Foyer", ""))
    later = accepted(accepted(KNOWN, a_schedule(*all_in_lab)), a_schedule(*all_in_lab, foyer))
    assert {room.id for room in later.rooms} == {"lab", "hall-foyer"}


def test_a_room_is_not_recognised_by_its_id_once_it_has_another_key() -> None:
    attic = Room("5", "Attic")
    known = a_schedule(*moved_to(replace(attic, key="9"), *IN_LAB), *IN_HALL)
    cellar = a_schedule(a_talk("Dance", "20:00", room=Room("5", "Cellar")), *IN_HALL)
    assert renamings(known, cellar) == []


def test_a_track_that_comes_back_under_another_name_is_known_by_its_key() -> None:
    def with_track(*tracks: Track) -> Schedule:
        return a_schedule(*(replace(talk, track=track) for talk, track in zip(IN_HALL, tracks, strict=False)), *IN_LAB)

    ovens = Track("ovens", "Ovens", key="7")
    known = accepted(with_track(ovens), a_schedule(*IN_HALL, *IN_LAB))
    renamed = Track("heat", "Heat", key="7")
    assert {track.id: track.title for track in accepted(known, with_track(renamed)).tracks} == {"ovens": "Heat"}


def test_a_rename_lasts_and_a_room_can_be_renamed_again_and_back() -> None:
    known = KNOWN
    for name in ("Acme Stage", "Hall", "Grand Hall", "Acme Stage"):
        version = a_schedule(*moved_to(a_room(name, ""), *IN_HALL), *IN_LAB)
        assert told(known, version) == []
        known = accepted(known, version)
        assert told(known, version) == []
    assert {room.id for room in known.rooms} == {"hall", "lab"}


def test_a_new_room_with_a_former_name_gets_an_id_of_its_own() -> None:
    known = accepted(KNOWN, a_schedule(*moved_to(a_room("Acme Stage", ""), *IN_HALL), *IN_LAB))
    both = a_schedule(*moved_to(a_room("Acme Stage", ""), *IN_HALL), *IN_LAB, a_talk("Dance", "20:00", room=HALL))
    after = accepted(known, both)
    assert {room.id: room.name for room in after.rooms} == {"hall": "Acme Stage", "lab": "Lab", "hall-2": "Hall"}


def test_a_track_with_another_title_is_the_same_track() -> None:
    def with_tracks(first: Track, second: Track) -> Schedule:
        return a_schedule(
            *(replace(talk, track=first) for talk in IN_HALL), *(replace(talk, track=second) for talk in IN_LAB)
        )

    known = with_tracks(a_track("Dough"), a_track("Ovens"))
    version = with_tracks(a_track("Dough and batter"), a_track("Ovens"))
    assert renamings(known, version) == [("track", "Dough", "Dough and batter")]
    assert {talk.track.id for talk in accepted(known, version).talks if talk.track} == {"dough", "ovens"}


def test_a_room_in_the_operators_own_file_is_known_by_its_id() -> None:
    alone = a_talk("Alone", room=a_room("Attic", ""))
    version = a_schedule(replace(alone, room=Room("attic", "Cellar")))
    assert told(a_schedule(alone), version) == []
    assert renamings(a_schedule(alone), version) == [("room", "Attic", "Cellar")]


def test_names_that_differ_only_in_symbols_stay_different_tracks() -> None:
    talks = [
        a_talk(f"Talk {sign}", id=f"talk-{id}", track=Track(id, sign))
        for id, sign in (("c", "C"), ("c-2", "C++"), ("c-3", "C#"))
    ]
    version = a_schedule(*talks[::-1])
    assert accepted(a_schedule(*talks), version) == version


def rename(tree: Any, before: str, now: str) -> Any:
    """Replace a text everywhere in a JSON file."""
    return json.loads(json.dumps(tree, ensure_ascii=False).replace(f'"{before}"', f'"{now}"'))


FORMATS_WITH_KEYS = {
    "pretalx-v1.json": ("room", "track"),
    "pretalx-widget.json": ("room", "track"),
    "sessionize.json": ("room", "track"),
    "schedule-v2.json": ("room", "track"),
    "pretalx-legacy.json": ("room",),
}


@pytest.mark.parametrize("name", FORMATS_WITH_KEYS)
def test_a_rename_is_recognised_by_the_keys_of_the_format_alone(name: str) -> None:
    def imported(tree: Any) -> Schedule:
        return import_schedule(json.dumps(tree).encode(), name).schedule

    tree = json.loads((OURS / name).read_text(encoding="utf-8"))
    renamed = rename(rename(tree, "Great Hall", "Aula"), "Brewing", "Infusions")
    later = imported(renamed)
    later = replace(later, talks=tuple(replace(talk, start=talk.start.replace(hour=5)) for talk in later.talks))
    expected = {"room": ("Great Hall", "Aula"), "track": ("Brewing", "Infusions")}
    found = {renaming.kind: (renaming.before, renaming.now) for renaming in settle(imported(tree), later).renamings}
    assert found == {kind: expected[kind] for kind in FORMATS_WITH_KEYS[name]}
