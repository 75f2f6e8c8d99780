"""The step that all formats share: a programme becomes a schedule."""

from datetime import date, datetime

import pytest

from bot.errors import ScheduleError
from bot.schedule.importers.models import (
    ImportHints,
    ImportResult,
    Programme,
    ProgrammeEntry,
    ProgrammePerson,
    import_summary,
)
from bot.schedule.importers.normalise import build_schedule, session_kind
from bot.schedule.models import Schedule


def entry(title: str = "T", clock: str = "10:00", day: str = "2031-05-09", **more: object) -> ProgrammeEntry:
    start = datetime.fromisoformat(f"{day}T{clock}")
    return ProgrammeEntry(title, start, start.replace(minute=30), **more)  # type: ignore[arg-type]


def assembled(*entries: ProgrammeEntry, file: str = "x.json", **more: object) -> ImportResult:
    return build_schedule(Programme("x", entries, **more), file, ImportHints(zone="UTC"))  # type: ignore[arg-type]


def schedule(*entries: ProgrammeEntry) -> Schedule:
    return assembled(*entries).schedule


def test_people_with_the_same_name_are_told_apart_by_their_keys() -> None:
    people = (ProgrammePerson("Jo Li", "1"), ProgrammePerson("Jo Li", "2"), ProgrammePerson("Jo Li", "1", bio="Pours."))
    speakers = schedule(entry(people=people[:2]), entry("U", "11:00", people=people[2:])).speakers
    assert [(one.id, one.bio) for one in speakers] == [("jo-li", "Pours."), ("jo-li-2", "")]


def test_an_entry_under_a_second_key_is_the_same_one_if_room_and_people_are_the_same() -> None:
    def by(name: str, key: str) -> ProgrammeEntry:
        return entry(key=key, rooms=("A",), people=(ProgrammePerson(name),))

    assert len(schedule(by("Ann", "1"), by("Ann", "2")).talks) == 1
    assert len(schedule(by("Ann", "1"), by("Bob", "2")).talks) == 2
    assert len(schedule(entry(key="1"), entry(key="2")).talks) == 2  # perhaps in two rooms


def test_an_entry_whose_title_says_that_it_is_cancelled_is_left_out() -> None:
    imported = assembled(entry("CANCELLED: Rust"), entry("U", "11:00"))
    assert [talk.title for talk in imported.schedule.talks] == ["U"]
    assert [(item.title, item.reason) for item in imported.skipped] == [("CANCELLED: Rust", "cancelled")]


def test_rooms_and_tracks_come_in_the_order_of_the_programme() -> None:
    found = schedule(entry("Late", "15:00", rooms=("B",), track="X"), entry("Early", "09:00", rooms=("A",), track="Y"))
    assert [room.name for room in found.rooms] == ["B", "A"]
    assert [track.title for track in found.tracks] == ["X", "Y"]
    assert [talk.title for talk in found.talks] == ["Early", "Late"]


def test_a_talk_in_two_rooms_names_both_and_one_in_four_rooms_none() -> None:
    two = assembled(entry(rooms=("A", "B")))
    many = assembled(entry(rooms=("A", "B", "C", "D")))
    assert [room.name for room in two.schedule.rooms] == ["A, B"]
    assert many.schedule.rooms == ()
    assert "Talks in several rooms at once: 1" in many.guessed[-1]


def test_talks_after_midnight_belong_to_the_day_before() -> None:
    conference = schedule(entry(clock="22:00"), entry("Party", "01:00", "2031-05-10")).conference
    assert conference.days == (date(2031, 5, 9),)
    assert schedule(entry("Owls", "01:00", "2031-05-10")).conference.days == (date(2031, 5, 10),)


def test_published_days_are_kept_even_without_talks() -> None:
    days = (date(2031, 5, 8), date(1, 1, 1))
    assert assembled(entry(), days=days).schedule.conference.days == (date(2031, 5, 8), date(2031, 5, 9))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("gopher-days_2031.json", "gopher days 2031"),
        ("https://talks.example.org/democon/schedule/export/schedule.json?x=1", "democon"),
        ("C:\\files\\teapot\\schedule.json", "teapot"),
        ("schedule.json", "Conference"),
    ],
)
def test_a_conference_without_a_name_is_named_after_its_file(file: str, name: str) -> None:
    imported = assembled(entry(), file=file)
    assert imported.schedule.conference.name == name
    assert f"called {name} after the file" in imported.guessed[0]


def test_an_invalid_link_is_dropped_and_reported() -> None:
    imported = assembled(entry(url="javascript:alert(1)"), name="C")
    assert imported.schedule.talks[0].url == ""
    assert imported.guessed == ("Links that aren't web addresses were dropped: 1.",)


def test_a_paragraph_that_repeats_another_is_dropped_from_the_abstract() -> None:
    assert schedule(entry(abstract=("Tea.", "Tea. And cups."))).talks[0].abstract == "Tea. And cups."
    assert schedule(entry(abstract=("Tea.", "Cups."))).talks[0].abstract == "Tea.\n\nCups."


def test_a_file_without_a_titled_and_timed_entry_is_refused() -> None:
    with pytest.raises(ScheduleError, match="Nothing in this x has a title and a time"):
        assembled(entry(""))


def test_the_import_summary_names_only_some_of_a_hundred_omitted_entries() -> None:
    told = import_summary(
        assembled(entry(), *(entry(f"Gone {n}", cancelled="cancelled") for n in range(100)), name="C")
    )
    assert "Left out: 100 entries cancelled: `Gone 0`, `Gone 1`" in told
    assert told.endswith(" and 92 more")


@pytest.mark.parametrize(
    ("published", "title", "kind"),
    [
        ("", "Lunch", "lunch"),
        ("", "Coffee & Tea break", "coffee"),
        ("", "Morning Tea", "coffee"),
        ("", "Lunch (Red Team)", "lunch"),
        ("", "Break", "break"),
        ("", "Main Conference: room changeover", "break"),
        ("", "Free time", "break"),
        ("", "Break the Build", "talk"),
        ("", "Coffee roasting for beginners", "talk"),
        ("Lecture", "Registration as a service", "talk"),
        ("Keynote", "Opening", "keynote"),
        ("Social", "Boat trip", "social"),
    ],
)
def test_breaks_are_distinguished_from_talks(published: str, title: str, kind: str) -> None:
    assert session_kind(published, title, has_speakers=False) == kind


def test_a_lunch_with_a_speaker_is_a_talk() -> None:
    assert session_kind("", "Lunch", has_speakers=True) == "talk"


def test_an_entry_published_as_a_break_is_one_regardless_of_its_title() -> None:
    assert session_kind("break", "Group photo", has_speakers=False) == "break"
    assert session_kind("", "Group photo and lunch", has_speakers=False, is_break=True) == "lunch"
