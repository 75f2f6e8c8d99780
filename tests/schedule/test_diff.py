import dataclasses
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule.diff import ScheduleChange, implausible_because, notable_changes, schedule_changes
from bot.schedule.identity.names import words_of
from bot.schedule.models import Schedule, Talk, in_order
from tests.schedule.generated import schedules
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk, london

FLEMING, TURING = a_room("Fleming"), a_room("Turing", floor="1st floor")

ANN, BOB = a_speaker("Ann"), a_speaker("Bob")

TALK = a_talk("Event Flows", room=FLEMING, speakers=(ANN,))

DAY = timedelta(days=1)


def changed(before: Talk, after: Talk) -> tuple[ScheduleChange, ...]:
    return schedule_changes(a_schedule(before), a_schedule(after))


def test_an_added_talk_is_new() -> None:
    assert schedule_changes(a_schedule(), a_schedule(TALK)) == (ScheduleChange("new", TALK),)


def test_a_talk_that_vanished_is_cancelled() -> None:
    assert schedule_changes(a_schedule(TALK), a_schedule()) == (ScheduleChange("cancelled", TALK),)


def test_a_talk_that_is_marked_as_cancelled_is_cancelled_once() -> None:
    off = dataclasses.replace(TALK, cancelled=True)
    assert changed(TALK, off) == (ScheduleChange("cancelled", TALK),)
    assert changed(off, dataclasses.replace(off, room=TURING)) == ()
    assert schedule_changes(a_schedule(off), a_schedule()) == schedule_changes(a_schedule(), a_schedule(off)) == ()


def test_speakers_missing_from_all_talks_are_no_change_but_those_of_one_talk_are() -> None:
    talks = [dataclasses.replace(TALK, id=f"t{number}") for number in range(4)]
    nobody = [dataclasses.replace(talk, speakers=()) for talk in talks]
    assert notable_changes(a_schedule(*talks), a_schedule(*nobody)) == ()
    assert notable_changes(a_schedule(*nobody), a_schedule(*talks)) == ()
    one = a_schedule(talks[0], *nobody[1:])
    assert notable_changes(a_schedule(*nobody), one) == (ScheduleChange("speakers", talks[0], nobody[0]),)


def test_a_cancelled_talk_can_come_back() -> None:
    assert changed(dataclasses.replace(TALK, cancelled=True), TALK) == (ScheduleChange("reinstated", TALK),)


def test_a_talk_can_move_in_time() -> None:
    later = dataclasses.replace(TALK, start=london("11:50"), end=london("12:40"))
    assert changed(TALK, later) == (ScheduleChange("moved", later, TALK),)


def test_a_talk_that_only_ends_later_has_moved_too() -> None:
    assert changed(TALK, dataclasses.replace(TALK, end=london("12:00")))


def test_a_title_in_capitals_is_no_change() -> None:
    assert changed(TALK, dataclasses.replace(TALK, title="EVENT FLOWS")) == ()


def test_a_talk_can_move_to_another_room() -> None:
    elsewhere = dataclasses.replace(TALK, room=TURING)
    assert changed(TALK, elsewhere) == (ScheduleChange("moved", elsewhere, TALK),)


def test_a_talk_that_gets_or_loses_its_room_has_moved() -> None:
    homeless = dataclasses.replace(TALK, room=None)
    assert changed(TALK, homeless) == (ScheduleChange("moved", homeless, TALK),)
    assert changed(homeless, TALK) == (ScheduleChange("moved", TALK, homeless),)


def test_a_talk_can_move_to_another_day() -> None:
    next_day = dataclasses.replace(TALK, start=TALK.start + DAY, end=TALK.end + DAY)
    assert changed(TALK, next_day) == (ScheduleChange("moved", next_day, TALK),)


def test_one_talk_may_change_in_several_ways_at_once() -> None:
    other = dataclasses.replace(TALK, title="Flows", room=TURING, speakers=(BOB,))
    assert changed(TALK, other) == (
        ScheduleChange("moved", other, TALK),
        ScheduleChange("retitled", other, TALK),
        ScheduleChange("speakers", other, TALK),
    )


def test_another_speaker_is_a_change() -> None:
    both = dataclasses.replace(TALK, speakers=(ANN, BOB))
    assert changed(TALK, both) == (ScheduleChange("speakers", both, TALK),)
    assert changed(both, TALK) == (ScheduleChange("speakers", TALK, both),)


def test_new_spellings_orders_and_abstracts_are_no_changes() -> None:
    both = dataclasses.replace(TALK, speakers=(ANN, BOB))
    for before, after in [
        (both, dataclasses.replace(TALK, speakers=(BOB, ANN))),
        (TALK, dataclasses.replace(TALK, speakers=(dataclasses.replace(ANN, name="Ann Lee"),))),
        (TALK, dataclasses.replace(TALK, room=dataclasses.replace(FLEMING, name="Fleming Room"))),
        (TALK, dataclasses.replace(TALK, room=dataclasses.replace(FLEMING, id="room-1"))),
        (TALK, dataclasses.replace(TALK, abstract="Longer.", url="https://example.org")),
    ]:
        assert changed(before, after) == ()


def test_cancelled_talks_come_first_and_the_rest_in_order_of_start() -> None:
    gone, first, second = a_talk("Gone", "16:00"), a_talk("First", "09:00"), a_talk("Second", "10:00")
    told = schedule_changes(a_schedule(gone), a_schedule(second, first))
    assert [change.talk for change in told] == [gone, first, second]
    assert [change.kind for change in told] == ["cancelled", "new", "new"]


@given(schedules())
def test_nothing_changes_between_a_schedule_and_itself(schedule: Schedule) -> None:
    assert schedule_changes(schedule, schedule) == ()


@st.composite
def versions(draw: st.DrawFn) -> tuple[Schedule, Schedule]:
    """Generate two versions of a schedule, with talks removed, added, moved, retitled or given to other speakers."""
    before = draw(schedules())
    kept = [_altered(draw, talk, before) for talk in before.talks if draw(st.booleans())]
    new = [a_talk("New", id="brand-new", room=FLEMING)] if draw(st.booleans()) else []
    return before, dataclasses.replace(before, talks=in_order([*kept, *new]))


def _altered(draw: st.DrawFn, talk: Talk, schedule: Schedule) -> Talk:
    by = timedelta(minutes=draw(st.sampled_from([0, 0, 15, 24 * 60])))
    return dataclasses.replace(
        talk,
        start=talk.start + by,
        end=talk.end + by,
        title=draw(st.sampled_from([talk.title, "Another title"])),
        cancelled=draw(st.booleans()),
        room=draw(st.sampled_from([talk.room, None, *schedule.rooms])),
        speakers=draw(st.sampled_from([talk.speakers, (), schedule.speakers])),
    )


@given(versions())
def test_applying_the_changes_to_one_version_gives_the_other(both: tuple[Schedule, Schedule]) -> None:
    before, after = both
    talks = {talk.id: talk for talk in before.given}
    for change in schedule_changes(before, after):
        talk, known = change.talk, talks.get(change.talk.id, change.talk)
        match change.kind:
            case "cancelled":
                del talks[talk.id]
            case "new" | "reinstated":
                talks[talk.id] = talk
            case "moved":
                talks[talk.id] = dataclasses.replace(known, start=talk.start, end=talk.end, room=talk.room)
            case "retitled":
                talks[talk.id] = dataclasses.replace(known, title=talk.title)
            case "speakers":
                talks[talk.id] = dataclasses.replace(known, speakers=talk.speakers)
    assert {id: _reported_parts(talk) for id, talk in talks.items()} == {
        id: _reported_parts(talk) for id, talk in ((talk.id, talk) for talk in after.given)
    }


def _reported_parts(talk: Talk) -> tuple[object, ...]:
    """The parts of a talk whose changes are reported."""
    room = talk.room.place if talk.room else None
    return (words_of(talk.title), talk.start, talk.end, room, frozenset(speaker.name for speaker in talk.speakers))


def talks(number: int) -> list[Talk]:
    return [a_talk(f"Talk {hour}", f"{hour:02}:00") for hour in range(8, 8 + number)]


def later(talk: Talk) -> Talk:
    return replace(talk, start=talk.start + timedelta(hours=1), end=talk.end + timedelta(hours=1))


def version(known: int, *, gone: int = 0, moved: int = 0, new: int = 0) -> Schedule:
    """A version of a conference of `known` talks: the first ones are gone, the next ones moved, and others are new."""
    rest = talks(known)[gone:]
    added = [a_talk(f"New {number}", "20:00") for number in range(new)]
    return a_schedule(*map(later, rest[:moved]), *rest[moved:], *added)


def why_implausible(last: Schedule, candidate: Schedule, served: Schedule | None = None, now: str = "07:00") -> str:
    return implausible_because(last, candidate, served or last, london(now))


@pytest.mark.parametrize(
    ("known", "gone", "moved"),
    [(10, 0, 2), (10, 2, 0), (10, 1, 1), (15, 3, 0), (5, 0, 2), (5, 1, 1), (3, 0, 1), (3, 1, 0), (2, 0, 2), (1, 0, 1)],
)
def test_a_few_missing_or_moved_talks_are_plausible(known: int, gone: int, moved: int) -> None:
    assert why_implausible(version(known), version(known, gone=gone, moved=moved)) == ""


@pytest.mark.parametrize(
    ("known", "gone", "moved", "why"),
    [
        (10, 3, 0, "3 of 10 talks are gone"),
        (10, 0, 3, "3 of 10 talks are at another time or place"),
        (10, 1, 2, "1 of 10 talks is gone and 2 are at another time or place"),
        (5, 2, 0, "2 of 5 talks are gone"),
        (3, 0, 3, "3 of 3 talks are at another time or place"),
        (3, 3, 0, "all 3 talks are gone"),
        (1, 1, 0, "the only talk is gone"),
    ],
)
def test_many_missing_or_moved_talks_are_implausible(known: int, gone: int, moved: int, why: str) -> None:
    assert why_implausible(version(known), version(known, gone=gone, moved=moved)) == why


def test_any_number_of_talks_may_be_new() -> None:
    assert why_implausible(version(3), version(3, new=9)) == ""
    assert why_implausible(version(0), version(9)) == ""


def test_a_renamed_room_does_not_count_as_a_move() -> None:
    known = a_schedule(*(replace(talk, room=a_room("Hall")) for talk in talks(5)))
    renamed = a_schedule(*(replace(talk, room=replace(a_room("Hall"), name="Great Hall")) for talk in talks(5)))
    assert why_implausible(known, renamed) == ""


def test_talks_that_were_already_cancelled_do_not_count_as_gone() -> None:
    known = a_schedule(*(replace(talk, cancelled=True) for talk in talks(5)[:3]), *talks(5)[3:])
    assert why_implausible(known, version(5, gone=3)) == ""


def test_other_days_are_implausible() -> None:
    next_year = a_schedule(*talks(5), conference=a_conference(days=(date(2020, 3, 2), date(2020, 3, 3))))
    assert why_implausible(version(5), next_year) == (
        "the days are 2 March 2020 to 3 March 2020, not 4 March 2019 to 6 March 2019"
    )


def test_talks_that_are_over_may_all_be_gone_and_those_to_come_still_count() -> None:
    known, evening = version(10), version(10, gone=7)
    assert why_implausible(known, evening) == "7 of 10 talks are gone"
    assert why_implausible(known, evening, now="15:00") == ""
    assert why_implausible(known, version(10, gone=9), now="15:00") == "2 of 3 talks are gone"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"title": "Ã¤Ã¶"}, "6 of 10 talks are under another title"),
        ({"speakers": ()}, "6 of 10 talks are without their speakers"),
        ({"speakers": (BOB,)}, ""),
    ],
)
def test_many_other_titles_or_lost_speakers_are_implausible(changed: dict[str, Any], why: str) -> None:
    known = [replace(talk, speakers=(ANN,)) for talk in talks(10)]
    broken = [replace(talk, **changed) for talk in known[:6]]
    assert why_implausible(a_schedule(*known), a_schedule(*broken, *known[6:])) == why
    assert why_implausible(a_schedule(*known), a_schedule(*broken[:5], *known[5:])) == ""


def test_titles_in_other_letters_are_plausible() -> None:
    loud = [replace(talk, title=talk.title.upper()) for talk in talks(10)]
    assert why_implausible(version(10), a_schedule(*loud)) == ""


def test_a_day_that_loses_all_its_talks_is_implausible_but_the_only_one_of_a_day_may_go() -> None:
    next_day = [replace(talk, id=f"next-{talk.id}", start=talk.start + DAY, end=talk.end + DAY) for talk in talks(2)]
    tuesday = talks(16)
    assert (
        why_implausible(a_schedule(*tuesday, *next_day), a_schedule(*tuesday)) == "all 2 talks of 6 March 2019 are gone"
    )
    assert why_implausible(a_schedule(*tuesday, next_day[0]), a_schedule(*tuesday)) == ""


def test_a_source_may_catch_up_with_what_organisers_changed() -> None:
    known, delayed = version(10), version(10, moved=10)
    assert why_implausible(known, delayed) == "10 of 10 talks are at another time or place"
    assert why_implausible(known, delayed, served=delayed) == ""
    assert why_implausible(known, known, served=delayed) == ""


def test_a_time_zone_that_shows_other_times_is_implausible() -> None:
    def in_zone(name: str) -> Schedule:
        return a_schedule(*talks(5), conference=a_conference(timezone=ZoneInfo(name)))

    assert why_implausible(in_zone("Europe/London"), in_zone("Europe/Paris")) == (
        "the time zone is Europe/Paris, not Europe/London"
    )
    assert why_implausible(in_zone("Europe/London"), in_zone("Europe/Lisbon")) == ""
