"""Changes of a source, one kind each, followed live: the lines that savers and channels read, and nothing else."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.db.database import Database
from bot.live_schedule import repository
from bot.schedule.diff import talk_changes
from bot.schedule.importers.formats import import_schedule
from bot.schedule.models import Room, Schedule, Speaker, Talk, Track
from bot.schedule.overrides import addition, override_of
from tests.live_schedule.followed import FollowedSource, Heard
from tests.schedules import a_schedule, a_talk, london

HOUR = timedelta(hours=1)

HALL, LAB, ACME = Room("hall", "Hall"), Room("lab", "Lab"), Room("acme-stage", "Acme Stage")

DOUGH, OVENS = Track("dough", "Dough"), Track("ovens", "Ovens")

NAMES = [
    "Ann Baker",
    "Bob Miller",
    "Cem Kaya",
    "Dee Lopez",
    "Eva Novak",
    "Flo Diaz",
    "Gus Berg",
    "Hana Sato",
    "Ida Lund",
]

TITLES = [
    "Sourdough at home", "Rye for beginners", "Ovens compared", "Flour and water", "Baking in space", "The perfect crust",
    "Yeast genetics", "Gluten myths", "Cake physics",
]  # fmt: skip


def a_session(number: int) -> Talk:
    """In Hall, Lab, Hall …: the first six on Wednesday at 9, 9, 10, 10, 11 and 11, the last three on Tuesday afternoon."""
    day, clock = ("2019-03-06", 9 + number // 2) if number < 6 else ("2019-03-05", 9 + number)
    return a_talk(
        TITLES[number],
        london(f"{clock:02}:00", day),
        id=f"k{number}x",
        room=(HALL, LAB)[number % 2],
        track=OVENS if number in (2, 5, 8) else DOUGH,
        speakers=(Speaker(f"p{number}", NAMES[number]),),
    )


TALKS = [a_session(number) for number in range(len(TITLES))]

SOURDOUGH, RYE, COMPARED = TALKS[:3]


def changed(*news: Talk, without: Iterable[Talk] = ()) -> Schedule:
    """The schedule with these versions of its talks, and with those that are new."""
    talks = {talk.id: talk for talk in TALKS if talk not in without} | {talk.id: talk for talk in news}
    return a_schedule(*talks.values())


def later(talk: Talk, hours: int = 1) -> Talk:
    return replace(talk, start=talk.start + hours * HOUR, end=talk.end + hours * HOUR)


def at_time_of(talk: Talk, other: Talk) -> Talk:
    return replace(talk, start=other.start, end=other.end)


def with_new_keys(talks: Iterable[Talk]) -> Schedule:
    return a_schedule(*(replace(talk, id=f"{number * 7919 % 997:x}-z") for number, talk in enumerate(talks)))


def in_acme(talks: Iterable[Talk]) -> list[Talk]:
    return [replace(talk, room=ACME) if talk.room == HALL else talk for talk in talks]


def calendar(schedule: Schedule) -> Schedule:
    """The schedule as another tool publishes it: a calendar with other keys, and without speakers and tracks."""
    lines = ["BEGIN:VCALENDAR", "X-WR-CALNAME:Bread", "X-WR-TIMEZONE:Europe/London"]
    for number, talk in enumerate(schedule.talks):
        lines += ["BEGIN:VEVENT", f"UID:{number * 31}@bread", f"SUMMARY:{talk.title}"]
        lines += [f"DTSTART:{talk.start:%Y%m%dT%H%M%SZ}", f"DTEND:{talk.end:%Y%m%dT%H%M%SZ}"]
        lines += [f"LOCATION:{talk.room.name}" if talk.room else "", "END:VEVENT"]
    text = "\n".join(filter(None, [*lines, "END:VCALENDAR"]))
    return import_schedule(text.encode(), "bread.ics").schedule


def pretalx(schedule: Schedule) -> Schedule:
    """The schedule as a schedule.json of pretalx."""
    rooms: dict[str, list[object]] = {}
    for number, talk in enumerate(schedule.talks):
        minutes = int((talk.end - talk.start).total_seconds() // 60)
        rooms.setdefault(talk.room.name if talk.room else "", []).append(
            {
                "guid": f"7c1b0000-0000-5000-8000-{number:012}",
                "date": schedule.conference.local(talk.start).isoformat(),
                "duration": f"{minutes // 60:02}:{minutes % 60:02}",
                "title": talk.title,
                "track": talk.track.title if talk.track else None,
                "persons": [{"code": person.id.upper(), "public_name": person.name} for person in talk.speakers],
            }
        )
    conference = {"title": "Bread", "time_zone_name": "Europe/London", "days": [{"date": "2019-03-05", "rooms": rooms}]}
    return import_schedule(json.dumps({"schedule": {"conference": conference}}).encode(), "schedule.json").schedule


async def followed_from(database: Database, first: Schedule) -> FollowedSource:
    followed = FollowedSource(database)
    await followed.start(first)
    return followed


async def heard(database: Database, second: Schedule, first: Schedule | None = None) -> Heard:
    return await (await followed_from(database, first or changed())).hear(second)


async def test_two_talks_that_swap_rooms_are_both_reported_as_moved(database: Database) -> None:
    told = await heard(database, changed(replace(SOURDOUGH, room=LAB), replace(RYE, room=HALL)))
    to_lab = "Moved: *now Wed 6 March 09:00, Lab* · Sourdough at home · Ann Baker (was 09:00, Hall)"
    to_hall = "Moved: *now Wed 6 March 09:00, Hall* · Rye for beginners · Bob Miller (was 09:00, Lab)"
    assert told.people == {"k0x": to_lab, "k1x": to_hall}
    assert told.channels == {"Hall": {to_lab, to_hall}, "Lab": {to_lab, to_hall}, "Dough": {to_lab, to_hall}}


@pytest.mark.parametrize("keys", ["kept", "new"])
async def test_two_talks_that_swap_times_are_both_reported_as_moved(database: Database, keys: str) -> None:
    second = changed(at_time_of(SOURDOUGH, COMPARED), at_time_of(COMPARED, SOURDOUGH))
    told = await heard(database, with_new_keys(second.talks) if keys == "new" else second)
    assert told.people == {
        "k0x": "Moved: *now Wed 6 March 10:00, Hall* · Sourdough at home · Ann Baker (was 09:00, Hall)",
        "k2x": "Moved: *now Wed 6 March 09:00, Hall* · Ovens compared · Cem Kaya (was 10:00, Hall)",
    }


async def test_a_talk_split_in_two_is_reported_as_retitled_and_a_new_talk(database: Database) -> None:
    first = replace(SOURDOUGH, title="Sourdough at home, part 1")
    second = replace(later(SOURDOUGH, 6), id="k0y", title="Sourdough at home, part 2")
    told = await heard(database, changed(first, second))
    retitled = "Now titled: *Sourdough at home, part 1* · Wed 6 March 09:00, Hall · Ann Baker (was Sourdough at home)"
    new = "New: *Wed 6 March 15:00, Hall* · Sourdough at home, part 2 · Ann Baker"
    assert told.people == {"k0x": retitled}
    assert told.channels == {"Hall": {retitled, new}, "Dough": {retitled, new}}


async def test_two_merged_talks_are_reported_as_one_retitled_and_one_cancelled(database: Database) -> None:
    both = replace(
        SOURDOUGH, title="Sourdough at home, ovens compared", speakers=(*SOURDOUGH.speakers, *COMPARED.speakers)
    )
    told = await heard(database, changed(both, without=[COMPARED]))
    assert told.people == {
        "k0x": "Now titled: *Sourdough at home, ovens compared* · Wed 6 March 09:00, Hall · Ann Baker, Cem Kaya "
        "(was Sourdough at home; Ann Baker)",
        "k2x": "Cancelled: Ovens compared · Cem Kaya (was Wed 6 March 10:00, Hall)",
    }


async def test_only_a_moved_talk_is_reported_when_keys_and_a_room_name_change_too(database: Database) -> None:
    second = with_new_keys(in_acme([later(SOURDOUGH, 6), *TALKS[1:]]))
    followed = await followed_from(database, changed())
    told = await followed.hear(second)
    moved = "Moved: *now Wed 6 March 15:00, Acme Stage* · Sourdough at home · Ann Baker (was 09:00, Hall)"
    assert (told.people, told.channels) == ({"k0x": moved}, {"Hall": {moved}, "Dough": {moved}})
    assert {room.id: room.name for room in followed.served.rooms} == {"hall": "Acme Stage", "lab": "Lab"}


async def test_only_a_moved_talk_is_reported_when_its_room_is_renamed(database: Database) -> None:
    followed = await followed_from(database, changed())
    out = await followed.hear(a_schedule(replace(SOURDOUGH, room=LAB), *in_acme(TALKS[1:])))
    assert list(out.people) == ["k0x"]
    assert "(was 09:00, Hall)" in out.people["k0x"]
    back = await followed.hear(a_schedule(*in_acme(TALKS)))
    assert back.people == {
        "k0x": "Moved: *now Wed 6 March 09:00, Acme Stage* · Sourdough at home · Ann Baker (was 09:00, Lab)"
    }


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (a_schedule(*TALKS[:6]), "3 of 9 talks are gone"),
        (a_schedule(*map(later, TALKS)), "9 of 9 talks are at another time or place"),
        (
            a_schedule(*(replace(talk, room=LAB if talk.room == HALL else HALL) for talk in TALKS)),
            "9 of 9 talks are at",
        ),
        (a_schedule(*(replace(talk, room=LAB) for talk in TALKS)), "5 of 9 talks are at another time or place"),
    ],
    ids=["a day is dropped", "all is an hour later", "all rooms are swapped", "one room takes all"],
)
async def test_a_version_that_changes_too_much_is_put_to_organisers_and_notifies_nobody(
    database: Database, second: Schedule, why: str
) -> None:
    told = await heard(database, second)
    assert why in told.question
    assert (told.people, told.channels) == ({}, {})


@pytest.mark.parametrize(("key", "name"), [("p0", "Ann Smith"), ("", "Ann Baker-Smith"), ("", "Dr. Ann Baker")])
async def test_a_speakers_new_name_is_not_reported(database: Database, key: str, name: str) -> None:
    renamed = replace(SOURDOUGH, speakers=(Speaker("somebody", name, key=key),))
    followed = await followed_from(database, changed())
    assert await followed.hear(changed(renamed)) == Heard()
    assert (await followed.hear(changed(replace(renamed, room=LAB)))).people == {
        "k0x": f"Moved: *now Wed 6 March 09:00, Lab* · Sourdough at home · {name} (was 09:00, Hall)"
    }
    assert [person.id for person in followed.served.talk_by_id["k0x"].speakers] == ["p0"]


async def test_a_track_that_is_merged_into_another_is_not_reported(database: Database) -> None:
    followed = await followed_from(database, changed())
    assert await followed.hear(a_schedule(*(replace(talk, track=DOUGH) for talk in TALKS))) == Heard()
    back = [replace(COMPARED, title="Ovens compared again"), *TALKS[3:]]
    told = await followed.hear(a_schedule(SOURDOUGH, RYE, *back))
    assert set(told.channels) == {"Hall", "Dough", "Ovens"}  # the track is the same when it is back


async def test_a_cancelled_talk_that_returns_is_reported_as_back_on(database: Database) -> None:
    followed = await followed_from(database, changed())
    assert list((await followed.hear(changed(without=[SOURDOUGH]))).people) == ["k0x"]
    assert (await followed.hear(with_new_keys(TALKS))).people == {
        "k0x": "Back on: *Wed 6 March 09:00, Hall* · Sourdough at home · Ann Baker"
    }


async def test_a_series_of_sessions_reports_only_the_one_it_loses_or_gains(database: Database) -> None:
    def labs(*clocks: str) -> Schedule:
        slots = [a_talk("Open lab", clock, id=f"lab-{place}", room=LAB) for place, clock in enumerate(clocks)]
        return a_schedule(*TALKS, *slots)

    followed = await followed_from(database, labs("13:00", "15:00", "17:00"))
    assert (await followed.hear(labs("13:00", "17:00"))).people == {
        "lab-1": "Cancelled: Open lab (was Tue 5 March 15:00, Lab)"
    }
    added = await followed.hear(labs("13:00", "17:00", "18:00"))
    assert (added.people, added.channels) == ({}, {"Lab": {"New: *Tue 5 March 18:00, Lab* · Open lab"}})


async def test_a_talk_with_the_key_of_a_removed_one_is_reported_as_new(database: Database) -> None:
    followed = await followed_from(database, changed())
    other = replace(later(TALKS[1], 7), id="k0x", title="Pizza by night", speakers=(Speaker("p9", "Jon Hall"),))
    told = await followed.hear(changed(other))
    new = "New: *Wed 6 March 16:00, Lab* · Pizza by night · Jon Hall"
    gone = "Cancelled: Sourdough at home · Ann Baker (was Wed 6 March 09:00, Hall)"
    assert told.people == {"k0x": gone}
    assert told.channels == {"Hall": {gone}, "Lab": {new}, "Dough": {gone, new}}


async def test_the_same_schedule_from_another_tool_is_no_change(database: Database) -> None:
    """Facts that only one of the tools has, such as the speakers, are no change."""
    first = changed()
    followed = await followed_from(database, calendar(first))
    assert await followed.hear(pretalx(first)) == Heard()
    assert {talk.title for talk in followed.served.talks if talk.speakers} == set(TITLES)
    moved = pretalx(changed(later(SOURDOUGH, 6)))
    assert [line.partition(" (was")[0] for line in (await followed.hear(moved)).people.values()] == [
        "Moved: *now Wed 6 March 15:00, Hall* · Sourdough at home · Ann Baker"
    ]
    assert list((await followed.hear(calendar(first))).people.values()) == [
        "Moved: *now Wed 6 March 09:00, Hall* · Sourdough at home (was 15:00, Hall; Ann Baker)"
    ]


OPEN_SPACE = a_talk("Open space: sagas", "17:00", id="k9x", room=HALL, speakers=(Speaker("p9", "Jon Hall"),))


async def with_open_space(database: Database, *speakers: str) -> FollowedSource:
    """A source whose organisers added an open space in Hall, which the source does not have."""
    followed = await followed_from(database, changed())
    edit = addition(1, OPEN_SPACE.title, OPEN_SPACE.start, OPEN_SPACE.end, "Hall", speakers)
    await followed.live.apply([edit], "added", "U99", followed.live.current)
    return followed


def open_spaces(followed: FollowedSource) -> list[tuple[str, bool]]:
    """The id of each open space that is served, and whether it is cancelled."""
    return [(talk.id, talk.cancelled) for talk in followed.served.talks if talk.title.startswith("Open space")]


@pytest.mark.parametrize("speakers", [("Jon Hall",), ()], ids=["with speakers", "without speakers"])
async def test_a_session_that_an_organiser_added_is_the_same_one_when_the_source_adds_it(
    database: Database, speakers: tuple[str, ...]
) -> None:
    followed = await with_open_space(database, *speakers)
    of_source = OPEN_SPACE if speakers else replace(OPEN_SPACE, speakers=())
    assert await followed.hear(changed(of_source)) == Heard()
    assert open_spaces(followed) == [("added:1", False)]
    assert await followed.hear(with_new_keys([*TALKS, of_source])) == Heard()
    [override] = await database.read(repository.all_overrides)
    await followed.live.undo(override.id, "U99")
    assert open_spaces(followed) == [("added:1", False)]
    await followed.hear(changed())
    assert open_spaces(followed) == [("added:1", True)]


@pytest.mark.parametrize(
    "of_source",
    [later(OPEN_SPACE), replace(later(OPEN_SPACE), room=LAB), replace(OPEN_SPACE, title="Open space: saga patterns")],
    ids=["later", "later and elsewhere", "with another title"],
)
async def test_a_session_that_an_organiser_added_follows_the_source_when_that_adds_it_otherwise(
    database: Database, of_source: Talk
) -> None:
    followed = await with_open_space(database, "Jon Hall")
    [added] = [talk for talk in followed.served.talks if talk.id == "added:1"]
    await followed.hear(changed(of_source))
    assert open_spaces(followed) == [("added:1", False)]
    served = followed.served.talk_by_id["added:1"]
    assert (served.title, served.start, served.room) == (of_source.title, of_source.start, of_source.room)
    assert len(talk_changes(added, served)) == 1


async def test_a_session_that_an_organiser_added_and_took_back_is_back_on_when_the_source_adds_it(
    database: Database,
) -> None:
    followed = await with_open_space(database, "Jon Hall")
    [override] = await database.read(repository.all_overrides)
    await followed.live.undo(override.id, "U99")
    assert open_spaces(followed) == [("added:1", True)]
    await followed.hear(changed(OPEN_SPACE))
    assert open_spaces(followed) == [("added:1", False)]


@pytest.mark.parametrize(
    "other",
    [
        replace(later(OPEN_SPACE), speakers=()),
        replace(OPEN_SPACE, title="Yoga", speakers=(Speaker("p8", "Kim Park"),), room=LAB),
        replace(later(OPEN_SPACE), speakers=(Speaker("p8", "Kim Park"),)),
    ],
    ids=["a second one later", "another one then", "another one of that title"],
)
async def test_another_session_of_the_source_than_the_one_that_an_organiser_added_is_new(
    database: Database, other: Talk
) -> None:
    followed = await with_open_space(database, "Jon Hall")
    await followed.hear(changed(other))
    assert followed.served.talk_by_id["added:1"].start == OPEN_SPACE.start
    assert not followed.served.talk_by_id["added:1"].cancelled
    assert followed.served.talk_by_id["k9x"].start == other.start


async def test_a_room_that_an_organiser_added_is_replaced_by_the_sources_room_of_that_name(database: Database) -> None:
    followed = await followed_from(database, changed())
    in_attic = [override_of(SOURDOUGH, room="Attic")]
    served = await followed.live.apply(in_attic, "moved", "U99", followed.live.current)
    [attic] = [room for room in served.schedule.rooms if room.name == "Attic"]
    of_source = Room("r17", "attic", "4th floor")
    told = await followed.hear(changed(replace(RYE, room=of_source)))
    assert list(told.people) == ["k1x"]
    rooms = {talk.id: talk.room for talk in followed.served.talks}
    assert rooms["k0x"] == rooms["k1x"] == replace(of_source, id=attic.id)
