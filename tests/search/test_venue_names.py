from bot.schedule.models import Room
from bot.search.venue_names import shape, venue
from tests.schedules import a_room, a_schedule, a_talk

LAMEERE = Room("ub2-252a", "UB2.252A (Lameere)")
FLEMING = Room("fleming", "Fleming", "3rd floor")
SEMINAR = Room("r101", "Seminar Room 1.01")
FERRER = Room("h-2215", "H.2215 (Ferrer)")
KNOWN = venue(
    a_schedule(
        a_talk("One", room=LAMEERE, kind="lightningtalk"),
        a_talk("Two", room=FLEMING, kind="keynote"),
        a_talk("Three", room=SEMINAR),
        a_talk("Four", room=FERRER),
    )
)


def test_a_room_is_known_by_code_nickname_and_whole_name() -> None:
    assert KNOWN.room(["ub2", "252a"]) == KNOWN.room(["lameere"]) == (LAMEERE,)
    assert KNOWN.room(["h2215"]) == KNOWN.room(["ferrer"]) == (FERRER,)
    assert KNOWN.room(["fleming"]) == (FLEMING,)
    assert KNOWN.room(["seminar", "room", "1", "01"]) == KNOWN.room(["101"]) == (SEMINAR,)
    assert KNOWN.room(["churchill"]) == ()


def test_a_room_is_known_by_the_beginning_of_its_name_up_to_a_number() -> None:
    stages = venue(a_schedule(*(a_talk(room=a_room(name)) for name in ("Expo Stage 1 NE", "Expo Stage 2 NW"))))
    assert [room.name for room in stages.room(["expo", "stage", "2"])] == ["Expo Stage 2 NW"]


def test_a_room_code_is_recognised_by_its_shape() -> None:
    assert shape("UB2.252A") == "aa9999a"
    assert KNOWN.is_code("Z.9999")
    assert not KNOWN.is_code("kafka")


def test_an_unknown_room_of_a_series_is_recognised_by_its_shape() -> None:
    clubs = venue(a_schedule(*(a_talk(room=a_room(name)) for name in ("Club A", "Club B", "Forum Hall"))))
    assert clubs.is_numbered("club", "z")
    assert not clubs.is_numbered("club", "night")
    assert not clubs.is_numbered("forum", "hall")


def test_kinds_are_known_in_the_plural_and_by_their_first_word() -> None:
    assert KNOWN.kinds["keynotes"] == ("keynote",)
    assert KNOWN.kinds["lightningtalks"] == KNOWN.kinds["lightning"] == ("lightningtalk",)
    assert "talk" not in KNOWN.kinds


def test_rooms_that_letters_and_numbers_name_are_known_by_either() -> None:
    known = venue(a_schedule(*(a_talk(room=a_room(name)) for name in ("HS6", "HS7", "Lilac1", "Lilac2", "Ash2"))))
    assert [room.name for room in known.room(["7"])] == ["HS7"]
    assert known.room(["2"]) == ()  # Lilac2 or Ash2
    assert [room.name for room in known.room(["lilac"])] == ["Lilac1", "Lilac2"]
