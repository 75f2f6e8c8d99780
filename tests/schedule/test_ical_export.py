from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from icalendar import Calendar

from bot.schedule.ical_export import CalendarEntry, calendar_file, calendar_uid
from bot.schedule.models import Schedule
from tests.schedule.generated import schedules
from tests.schedules import a_conference, a_room, a_speaker, a_talk, london

if TYPE_CHECKING:
    from ical.calendar import Calendar as Strict

STAMP = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)

TEN = timedelta(minutes=10)

TALK = a_talk(
    "Flows, events; and \\ backslashes",
    room=a_room(),
    speakers=(a_speaker("Zoë", role="CTO", affiliation="Acme"),),
    abstract="One.\n\nTwo: “é” " + "x" * 200,
    url="https://example.org/flows?a=1&b=2",
)


@pytest.fixture(scope="module", autouse=True)
def strict_parser() -> None:
    """Load this parser only in test processes that need it, and not in an example whose time Hypothesis limits."""
    import_module("ical.calendar_stream")


def strictly(file: bytes) -> "Strict":
    from ical.calendar_stream import IcsCalendarStream  # noqa: PLC0415

    return IcsCalendarStream.calendar_from_ics(file.decode())


def test_an_exported_talk_is_read_completely_by_two_parsers() -> None:
    file = calendar_file([CalendarEntry(TALK, sequence=3)], a_conference(), STAMP, "c1", alarm=TEN)
    (strict,) = strictly(file).events
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    description = f"Zoë, CTO, Acme\n\n{TALK.abstract}"
    assert (strict.summary, strict.location, strict.description) == (TALK.title, "Fleming, 3rd floor", description)
    assert (event["summary"], event["location"], event["description"]) == (
        strict.summary,
        strict.location,
        strict.description,
    )
    assert (strict.dtstart, strict.dtend, strict.dtstamp) == (TALK.start, TALK.end, STAMP)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (TALK.start, TALK.end)
    assert (strict.sequence, strict.status, str(strict.url)) == (3, "CONFIRMED", TALK.url)
    assert [alarm.trigger for alarm in strict.alarm] == [-TEN]


def test_a_cancelled_talk_keeps_its_id_and_has_no_alarm() -> None:
    kept = calendar_file([CalendarEntry(TALK)], a_conference(), STAMP, "c1", alarm=TEN)
    gone = calendar_file(
        [CalendarEntry(replace(TALK, cancelled=True), sequence=1)], a_conference(), STAMP, "c1", alarm=TEN
    )
    (before,), (after,) = strictly(kept).events, strictly(gone).events
    assert (before.uid, before.sequence, before.status) == (after.uid, 0, "CONFIRMED")
    assert (after.sequence, after.status, after.alarm) == (1, "CANCELLED", [])


def test_the_calendar_id_of_a_talk_does_not_depend_on_its_contents() -> None:
    other = a_talk("Other", "16:00", id=TALK.id)
    assert calendar_uid(other, "c1") == calendar_uid(TALK, "c1")
    assert calendar_uid(TALK, "c1") != calendar_uid(TALK, "c2")
    renamed = calendar_file([CalendarEntry(TALK)], a_conference("QCon London, sold out"), STAMP, "c1")
    assert [event.uid for event in strictly(renamed).events] == [calendar_uid(TALK, "c1")]


def test_times_are_right_before_and_after_a_clock_change() -> None:
    talks = [a_talk("Winter", london("10:00", "2019-03-30")), a_talk("Summer", london("10:00", "2019-03-31"))]
    lines = calendar_file(map(CalendarEntry, talks), a_conference(), STAMP, "c1").decode().splitlines()
    assert [line for line in lines if line.startswith("DTSTART")] == [
        "DTSTART:20190330T100000Z",
        "DTSTART:20190331T090000Z",
    ]


def test_a_feed_has_a_name_and_a_refresh_interval() -> None:
    file = calendar_file([], a_conference(), STAMP, "c1", title="My QCon", refresh=timedelta(minutes=15)).decode()
    for line in (
        "NAME:My QCon",
        "X-WR-CALNAME:My QCon",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
    ):
        assert f"\r\n{line}\r\n" in file


def test_lines_have_at_most_75_bytes_and_end_with_cr_lf() -> None:
    file = calendar_file([CalendarEntry(TALK)], a_conference(), STAMP, "c1")
    lines = file.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)


def test_a_session_without_a_length_has_no_end() -> None:
    (event,) = strictly(calendar_file([CalendarEntry(a_talk(minutes=0))], a_conference(), STAMP, "c1")).events
    assert event.dtend is None


@given(schedules())
def test_any_schedule_is_read_back_by_both_parsers(schedule: Schedule) -> None:
    file = calendar_file(map(CalendarEntry, schedule.talks), schedule.conference, STAMP, "c1", alarm=TEN)
    told = {calendar_uid(talk, "c1"): (talk.title, talk.start) for talk in schedule.talks}
    assert {event.uid: (event.summary, event.dtstart) for event in strictly(file).events} == told
    events = Calendar.from_ical(file).walk("VEVENT")
    read = {str(event["uid"]): (str(event["summary"]), event.decoded("dtstart")) for event in events}
    assert read.keys() == told.keys()
    for uid, (title, start) in told.items():  # this parser takes an escaped backslash before an n for a new line
        assert read[uid] == (title if "\\n" not in title.lower() else read[uid][0], start)


def test_a_calendar_of_872_talks_is_valid(fosdem: Schedule) -> None:
    file = calendar_file(map(CalendarEntry, fosdem.talks), fosdem.conference, STAMP, "c1", alarm=TEN)
    assert len(strictly(file).events) == 872
    assert calendar_file(map(CalendarEntry, fosdem.talks), fosdem.conference, STAMP, "c1", alarm=TEN) == file
