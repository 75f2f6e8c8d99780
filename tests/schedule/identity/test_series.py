"""One talk in several slots: each slot keeps its savers, however the source numbers them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.schedule.importers.formats import import_schedule
from bot.schedule.models import Room, Schedule
from tests.schedule.identity.changes import accepted, told_times
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

Slots = Sequence[str]  # starts, in order


def calendar(
    uid: Callable[[int], str], title: str = "Sourdough", speakers: str = "Speaker: Ann Baker\\n\\n"
) -> Callable[[Slots], Schedule]:
    """A calendar with a series of slots, whose UIDs are made from the position of each slot."""

    def of(slots: Slots) -> Schedule:
        events = [("other", "Rye", "0800"), *((uid(number), title, start) for number, start in enumerate(slots))]
        lines = ["BEGIN:VCALENDAR", "X-WR-CALNAME:Bread", "X-WR-TIMEZONE:Europe/London"]
        for key, name, start in events:
            lines += ["BEGIN:VEVENT", f"UID:{key}", f"SUMMARY:{name}", f"DTSTART:20190305T{start}00Z", "DURATION:PT45M"]
            lines += ["LOCATION:Hall", f"DESCRIPTION:{speakers}Flour.", "END:VEVENT"]
        return import_schedule("\n".join([*lines, "END:VCALENDAR"]).encode(), "bread.ics").schedule

    return of


KEYS: dict[str, Callable[[int], str]] = {
    "one key": lambda number: "talk@x",
    "an index": lambda number: f"talk-{number}@x",
    "an index from the second": lambda number: f"talk-{number}" if number else "talk",
    "an opaque key of code and index": ["8079583e", "b379c473", "270fa44c", "0c16ffaa", "53f436a0"].__getitem__,
}


@pytest.mark.parametrize("uid", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("kind", ["talk", "break"])
def test_a_removed_slot_is_cancelled_and_an_added_one_is_new(uid: Callable[[int], str], kind: str) -> None:
    of = calendar(uid) if kind == "talk" else calendar(uid, "Coffee break", "")
    three = of(["1000", "1200", "1400"])
    assert told_times(three, of(["1200", "1400"])) == [("cancelled", "10:00")]
    assert told_times(three, of(["1000", "1400"])) == [("cancelled", "12:00")]
    assert told_times(three, of(["1000", "1200"])) == [("cancelled", "14:00")]
    for start in ("0900", "1100", "1600"):
        added = of(sorted(["1000", "1200", "1400", start]))
        assert told_times(three, added) == [("new", f"{start[:2]}:00")]


@pytest.mark.parametrize("uid", KEYS.values(), ids=KEYS)
def test_the_slots_of_a_series_keep_their_ids_over_many_versions(uid: Callable[[int], str]) -> None:
    of = calendar(uid)
    known = of(["1000", "1200", "1400"])
    by_start = {talk.start: talk.id for talk in known.talks}
    for slots, expected in [
        (["1200", "1400"], [("cancelled", "10:00")]),
        (["1200", "1400", "1600"], [("new", "16:00")]),
        (["1200", "1400", "1600"], []),
        (["1000", "1200", "1400", "1600"], [("reinstated", "10:00")]),
        (["1000", "1200", "1600"], [("cancelled", "14:00")]),
    ]:
        assert told_times(known, of(slots)) == expected
        known = accepted(known, of(slots))
    assert {talk.start: talk.id for talk in known.talks if talk.start in by_start} == by_start
    assert len({talk.id for talk in known.talks}) == len(known.talks)


def test_the_unmatched_slot_of_a_series_with_one_key_is_the_one_that_moved() -> None:
    of = calendar(KEYS["one key"])
    assert told_times(of(["1000", "1200", "1400"]), of(["1200", "1400", "1500"])) == [("moved", "10:00")]


def test_slots_at_the_same_time_are_told_apart_by_their_rooms() -> None:
    def in_rooms(*rooms: Room) -> Schedule:
        talks = [
            a_talk("Lab", id=f"lab-{number}" if number > 1 else "lab", room=room)
            for number, room in enumerate(rooms, 1)
        ]
        return a_schedule(*(replace(talk, key="lab") for talk in talks))

    red, blue, green = (a_room(name, "") for name in ("Red", "Blue", "Green"))
    known, after = in_rooms(red, blue, green), in_rooms(blue, green)
    ids = {talk.room.name: talk.id for talk in known.talks if talk.room}
    settled = accepted(known, after)
    assert {talk.room.name: talk.id for talk in settled.given if talk.room} == {
        "Blue": ids["Blue"], "Green": ids["Green"],
    }  # fmt: skip


def test_a_cancelled_break_and_a_late_one_are_reported_on_their_own_days() -> None:
    def lunch(day: str, clock: str) -> Schedule:
        return a_schedule(a_talk("Lunch", london(clock, day), id=f"lunch-{day}", kind="lunch"))

    days = ["2019-03-04", "2019-03-05", "2019-03-06"]
    known = a_schedule(*(talk for day in days for talk in lunch(day, "12:00").talks))
    after = a_schedule(*lunch(days[1], "12:30").talks, *lunch(days[2], "12:00").talks)
    changes = told_times(known, after)
    assert changes == [("cancelled", "12:00"), ("moved", "12:00")]
    assert {talk.id for talk in accepted(known, after).given} == {"lunch-2019-03-05", "lunch-2019-03-06"}


def test_talks_with_the_same_title_are_told_apart_by_their_keys_when_they_move() -> None:
    ann = (a_speaker("Ann"),)
    known = a_schedule(
        a_talk("Lightning talks", "10:00", id="k7", speakers=ann),
        a_talk("Lightning talks", "10:30", id="m3", speakers=ann),
    )
    after = a_schedule(
        a_talk("Lightning talks", "10:30", id="k7", speakers=ann),
        a_talk("Lightning talks", "11:00", id="m3", speakers=ann),
    )
    assert told_times(known, after) == [("moved", "10:00"), ("moved", "10:30")]
