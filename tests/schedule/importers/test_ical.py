"""Peculiarities of real .ics files."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ScheduleError
from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import NO_HINTS, ImportResult
from tests.schedule.importers.imports import sample


def ics(*lines: str, header: str = "", encoding: str = "utf-8") -> ImportResult:
    event = "\r\n".join(["BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT"])
    file = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{header}{event}\r\nEND:VCALENDAR\r\n"
    return import_schedule(file.encode(encoding), "teapot.ics", NO_HINTS)


STARTS = "DTSTART:20310509T090000Z"


def test_the_sample_of_sched_is_read_in_all_its_parts() -> None:
    imported = sample("sched.ics")
    talk, lunch = imported.schedule.talks
    assert imported.format == "iCalendar (Sched)"
    assert imported.schedule.conference.name == "Teapot Days 2031"
    assert not imported.zone_is_known  # Sched writes UTC for every venue
    assert (talk.title, talk.abstract) == ("Pouring at scale, live", "How we pour & why.")
    assert talk.room is not None
    assert (talk.room.name, talk.room.floor) == ("Great Hall", "Level 2, North")
    assert talk.track is not None
    assert talk.track.title == "BREWING"
    assert lunch.kind == "lunch"


def test_the_sample_of_a_plain_calendar_is_read_in_all_its_parts() -> None:
    imported = sample("conference.ics")
    talk, steam = imported.schedule.talks
    assert imported.schedule.conference.timezone.key == "Europe/Lisbon"  # a TZID without VTIMEZONE
    assert talk.start == datetime(2031, 5, 9, 8, 30, tzinfo=UTC)
    assert talk.title == "Pouring at scale"  # SUMMARY;CHARSET=
    assert [one.name for one in talk.speakers] == ["Inês Prata", "Otto Vapor"]  # only in the description
    assert talk.abstract == "How we pour & why."
    assert [one.name for one in steam.speakers] == ["Otto Vapor"]  # an attendee; a room is not a speaker
    assert steam.length == timedelta(minutes=45)


@pytest.mark.parametrize("first", ["Speaker: Bo Li", "von: Bo Li", "Presented by: Bo Li", "SPEAKERS : Bo Li"])
def test_speakers_are_found_in_the_first_line_of_the_description(first: str) -> None:
    talk = ics(STARTS, "SUMMARY:T", f"DESCRIPTION:{first}\\nAbout tea.").schedule.talks[0]
    assert ([one.name for one in talk.speakers], talk.abstract) == (["Bo Li"], "About tea.")


def test_the_zone_that_a_calendar_names_is_the_venues() -> None:
    imported = ics(STARTS, "SUMMARY:T", header="X-WR-TIMEZONE:Australia/Brisbane\r\n")
    assert imported.schedule.conference.timezone.key == "Australia/Brisbane"
    assert imported.zone_is_known


def test_a_local_time_is_in_the_venues_zone() -> None:
    local = ics("DTSTART:20310509T090000", "SUMMARY:T", header="X-WR-TIMEZONE:Europe/Lisbon\r\n")
    assert local.schedule.talks[0].start.hour == 8


def test_an_entry_without_an_end_has_no_length() -> None:
    assert ics(STARTS, "SUMMARY:T").schedule.talks[0].length == timedelta()


def test_quoted_printable_and_windows_1252_are_read() -> None:
    quoted = ics(STARTS, "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:In=C3=AAs")
    assert quoted.schedule.talks[0].title == "Inês"
    old = ics(STARTS, "SUMMARY:Inês", encoding="cp1252")
    assert old.schedule.talks[0].title == "Inês"
    assert "Windows-1252" in "".join(old.guessed)


def test_repeating_entries_are_reported() -> None:
    assert "Entries that repeat: 1" in "".join(ics(STARTS, "SUMMARY:T", "RRULE:FREQ=DAILY;COUNT=3").guessed)


@pytest.mark.parametrize("lines", [("DTSTART:tomorrow", "SUMMARY:T"), ("SUMMARY:T",)])
def test_a_calendar_without_a_titled_and_timed_entry_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(ScheduleError, match="Nothing in this iCalendar has a title and a time"):
        ics(*lines)


def test_an_incomplete_calendar_is_refused() -> None:
    with pytest.raises(ScheduleError, match="Is the file complete"):
        import_schedule(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:T\r\n", "x", NO_HINTS)


def in_zone(name: str, summer: str = "20260609T090000", winter: str = "20261026T140000") -> ImportResult:
    events = [
        f'BEGIN:VEVENT\r\nUID:{start}\r\nDTSTART;TZID="{name}":{start}\r\nDURATION:PT45M\r\nSUMMARY:{start}\r\nEND:VEVENT\r\n'
        for start in (summer, winter)
    ]
    return import_schedule(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n".encode(), "x.ics")


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("AUS Eastern Standard Time", "Australia/Sydney"),
    ],
)
def test_a_windows_zone_is_read_with_its_summer_time(name: str, zone: str) -> None:
    conference = (imported := in_zone(name)).schedule.conference
    assert conference.timezone.key == zone
    assert [f"{conference.local(talk.start):%Y%m%dT%H%M%S}" for talk in imported.schedule.talks] == [
        talk.title for talk in imported.schedule.talks
    ]
    assert f"The time zone is {zone}, from `{name}`" in " ".join(imported.guessed)
