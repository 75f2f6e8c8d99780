"""Peculiarities of real schedule.xml files, each tested with a file of its own, and the samples of schedule.json."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from bot.errors import ScheduleError
from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import ImportHints, ImportResult
from bot.schedule.models import Talk
from bot.schedule.yaml.load import load
from bot.settings import SHIPPED_SCHEDULE
from tests.schedule.importers.table import OURS

NO_HINTS = ImportHints()


def xml(
    days: str, about: str = "<time_zone_name>Europe/Brussels</time_zone_name>", hints: ImportHints = NO_HINTS
) -> ImportResult:
    file = f"<schedule><conference><title>C</title>{about}</conference>{days}</schedule>"
    return import_schedule(file.encode(), "x.xml", hints)


def event(inside: str, attributes: str = 'id="1"') -> str:
    return f"<event {attributes}><title>T</title><duration>00:30</duration>{inside}</event>"


def on(day: str, *events: str, room: str = "R") -> str:
    return f'<day date="{day}"><room name="{room}">{"".join(events)}</room></day>'


def only(imported: ImportResult) -> Talk:
    (talk,) = imported.schedule.talks
    return talk


def test_a_file_without_dates_and_zone_gets_the_zone_of_its_city() -> None:
    imported = xml(on("2021-02-06", event("<start>10:00</start>")), "<city>Brussels</city>")
    assert only(imported).start == datetime(2021, 2, 6, 9, tzinfo=UTC)
    assert imported.schedule.conference.timezone.key == "Europe/Brussels"
    assert "from the city, `Brussels`" in imported.guessed[0]


def test_the_organiser_can_name_the_zone_of_a_file_without_one() -> None:
    day = on("2007-02-24", event("<start>10:00</start>"))
    assert "The source names no time zone" in xml(day, "").guessed[0]
    hinted = xml(day, "", ImportHints(zone="Europe/Brussels"))
    assert only(hinted).start == datetime(2007, 2, 24, 9, tzinfo=UTC)
    assert not hinted.guessed


def test_events_directly_under_their_day_are_read() -> None:
    imported = xml(f'<day date="2024-02-03">{event("<start>10:00</start><room>Janson</room>")}</day>')
    assert only(imported).room == imported.schedule.rooms[0]
    assert imported.schedule.rooms[0].name == "Janson"


def test_a_zone_may_be_named_by_its_city_alone() -> None:
    imported = xml(on("2024-07-03", event("<start>10:00</start>")), "<time_zone_name>Berlin</time_zone_name>")
    assert imported.schedule.conference.timezone.key == "Europe/Berlin"
    assert "from `Berlin`" in imported.guessed[0]


def test_the_zone_is_derived_from_a_date_in_utc_and_a_local_start() -> None:
    inside = "<date>2019-07-21T12:30:00+00:00</date><start>09:30</start>"
    imported = xml(on("2019-07-21", event(inside)), "")
    assert only(imported).start == datetime(2019, 7, 21, 12, 30, tzinfo=UTC)
    assert imported.schedule.conference.local(only(imported).start).hour == 9
    assert "UTC-3:00" in imported.guessed[0]


def test_a_date_in_utc_that_agrees_with_the_named_zone_raises_no_doubt() -> None:
    inside = "<date>2019-07-21T12:30:00+00:00</date><start>09:30</start>"
    imported = xml(on("2019-07-21", event(inside)), "<time_zone_name>America/Sao_Paulo</time_zone_name>")
    assert imported.schedule.conference.timezone.key == "America/Sao_Paulo"
    assert not imported.guessed


def test_a_named_zone_that_the_times_contradict_is_overruled() -> None:
    inside = "<date>2020-12-14T09:00:00+01:00</date><start>09:00</start>"
    imported = xml(on("2020-12-14", event(inside)), "<time_zone_name>UTC</time_zone_name>")
    assert imported.schedule.conference.local(only(imported).start).hour == 9
    assert "Etc/GMT-1" in imported.guessed[0]


@pytest.mark.parametrize(
    ("about", "start", "day"),
    [
        ("<day_change>08:00</day_change>", "07:30", 25),
        ("<day_change>08:00</day_change>", "08:00", 24),
        ("", "01:00", 25),
        ("", "05:00", 24),
    ],
)
def test_an_event_before_the_day_change_is_on_the_next_date(about: str, start: str, day: int) -> None:
    imported = xml(on("2007-02-24", event(f"<start>{start}</start>")), about, ImportHints(zone="UTC"))
    assert only(imported).start.date() == date(2007, 2, day)


def test_a_guid_in_two_slots_gives_two_talks_with_stable_ids() -> None:
    first, second = (event(f"<start>{clock}</start>", 'guid="g" id="1"') for clock in ("10:00", "14:00"))
    for order in ((first, second), (second, first)):
        talks = xml(on("2024-02-03", *order)).schedule.talks
        assert [(talk.id, talk.start.hour) for talk in talks] == [("g", 9), ("g-2", 13)]


def test_an_event_that_is_listed_twice_is_reported() -> None:
    same = event("<start>10:00</start>", 'guid="g"')
    imported = xml(on("2024-02-03", same, same))
    assert len(imported.schedule.talks) == 1
    assert [(item.title, item.reason) for item in imported.skipped] == [("T", "listed twice")]


def test_an_event_of_no_length_is_kept() -> None:
    talk = only(xml(on("2024-02-03", "<event><title>Doors open</title><start>10:00</start></event>")))
    assert talk.end == talk.start


def test_a_document_type_is_accepted_but_an_entity_is_refused() -> None:
    file = b"<!DOCTYPE schedule SYSTEM 'schedule.dtd'>" + (OURS / "frab.xml").read_bytes().split(b"?>", 1)[1].lstrip()
    assert len(import_schedule(file, "x").schedule.talks) == 7
    with pytest.raises(ScheduleError, match="entities of its own"):
        import_schedule(b'<!DOCTYPE s [<!ENTITY a "b">]><schedule>&a;</schedule>', "x")


def test_a_web_page_is_refused_as_one() -> None:
    with pytest.raises(ScheduleError, match="a web page"):
        import_schedule(b"<!DOCTYPE html><html><p>", "x")
    with pytest.raises(ScheduleError, match="another kind of XML"):
        import_schedule(b"<rss/>", "x")


def test_broken_xml_is_reported_with_its_place() -> None:
    with pytest.raises(ScheduleError, match="x:2:1: error: This is not valid XML"):
        import_schedule(b"<schedule>\n", "x")


def test_the_sample_is_read_in_all_its_parts() -> None:
    imported = import_schedule((OURS / "frab.xml").read_bytes(), "frab.xml")
    talk = imported.schedule.talk_by_id["a1f0c0de-0000-4000-8000-000000000002"]
    assert talk.kind == "keynote"
    assert talk.subtitle == "Ten million cups"
    assert talk.abstract == "How we pour & why.\n\n• Kettles\n• Cups (https://teapot.example.org/cups)"
    assert talk.stream == "https://live.teapot.example.org/great-hall"
    assert [one.id for one in talk.speakers] == ["ines-prata"]
    assert imported.version == "Second kettle"
    breaks = [talk for talk in imported.schedule.talks if talk.is_break]
    assert [(one.title, one.kind, one.room and one.room.name) for one in breaks] == [
        ("Registration", "registration", "Foyer"),
        ("Lunch", "lunch", None),
        ("Doors open", "registration", "Pantry"),
    ]
    night = next(talk for talk in imported.schedule.talks if talk.title == "Midnight infusions")
    assert imported.schedule.conference.local(night.start).isoformat() == "2031-05-10T01:30:00+01:00"


@pytest.mark.parametrize(
    ("published", "language"),
    [("en", "en"), ("de-AT", "de"), ("zh-Hans-CN", "zh"), ("gsw_CH", "gsw"), ("tba", ""), ("yes", ""), ("Klingon", "")],
)
def test_the_language_of_an_event_is_kept_if_it_is_a_code(published: str, language: str) -> None:
    imported = xml(on("2021-02-06", event(f"<start>10:00</start><language>{published}</language>")))
    assert only(imported).language == language


def test_the_json_sample_is_read_in_all_its_parts() -> None:
    imported = import_schedule((OURS / "schedule-v1.json").read_bytes(), "x.json")
    talk = imported.schedule.talk_by_id["POUR22"]
    assert (
        talk.abstract
        == "How we pour & why.\n\nWhat you will see:\n\n• Kettles\n• Cups (https://teapot.example.org/cups)"
    )
    assert talk.speakers[0].bio == "Pours since 1999."
    assert talk.track == imported.schedule.tracks[0]
    assert talk.url == "https://teapot.example.org/2031/talk/POUR22/"
    assert talk.stream == "https://live.teapot.example.org/great-hall"
    assert imported.version == "0.3"
    assert [day.day for day in imported.schedule.conference.days] == [9, 10]
    assert not imported.guessed


def test_a_schedule_json_without_its_outermost_object_is_read_too() -> None:
    data = (OURS / "schedule-v1.json").read_bytes()
    inner = json.dumps(json.loads(data)["schedule"]).encode()
    assert import_schedule(inner, "schedule.json").schedule == import_schedule(data, "schedule.json").schedule


def test_a_file_of_our_own_in_json_is_no_schedule_json() -> None:
    tree = yaml.safe_load(SHIPPED_SCHEDULE.read_bytes())
    imported = import_schedule(json.dumps(tree, default=str).encode(), "schedule.json")
    assert imported.schedule == load(SHIPPED_SCHEDULE.read_bytes(), "x")


def test_an_event_without_a_room_is_in_the_room_it_is_listed_under() -> None:
    talks = import_schedule((OURS / "schedule-v1.json").read_bytes(), "x.json").schedule.talks
    assert talks[1].room is talks[0].room


def test_the_sample_of_version_2_is_read_in_all_its_parts() -> None:
    imported = import_schedule((OURS / "schedule-v2.json").read_bytes(), "x.json")
    talk, washing_up = imported.schedule.talks
    assert talk.id == "POUR22"
    assert talk.track is not None
    assert talk.track.title == "Brewing"
    assert talk.speakers[0].bio == "Pours since 1999."
    assert talk.room is not None
    assert talk.room.name == "Great Hall"
    assert washing_up.length == timedelta(minutes=20)
    assert washing_up.track is None
    assert washing_up.room is None
    assert imported.version == "2031-05-08 20:00"
