import json
from dataclasses import replace
from typing import Any

from bot.schedule.importers.formats import import_schedule
from bot.schedule.importers.models import ImportHints
from bot.schedule.models import Schedule
from tests.schedule.importers.imports import sample


def test_the_sample_is_read_in_all_its_parts() -> None:
    welcome, talk, lunch = sample("sessionize.json").schedule.talks
    assert (welcome.title, welcome.kind) == ("Welcome", "talk")
    assert (talk.id, talk.kind, talk.stream) == ("101", "keynote", "https://live.teapot.example.org/great-hall")
    assert (talk.speakers[0].name, talk.speakers[0].role) == ("Inês Prata", "Tea lead at Samovar")
    assert talk.track is not None
    assert talk.track.title == "Brewing"
    assert lunch.kind == "lunch"


def test_an_export_that_repeats_names_in_each_session_gives_the_same_talks() -> None:
    by_number, by_name = (sample(name).schedule.talks for name in ("sessionize.json", "sessionize-grid.json"))
    assert [replace(talk, speakers=()) for talk in by_name] == [replace(talk, speakers=()) for talk in by_number]
    assert [speaker.name for talk in by_name for speaker in talk.speakers] == ["Inês Prata"]


def test_the_sessions_of_an_export_may_be_in_groups_without_rooms() -> None:
    session = {"id": "7", "title": "Leaves", "startsAt": "2031-05-09T09:00:00", "endsAt": "2031-05-09T10:00:00"}
    group = {"groupId": None, "groupName": "All", "sessions": [session | {"isServiceSession": False, "room": "Hall"}]}
    (talk,) = import_schedule(
        json.dumps([group]).encode(), "sessions.json", ImportHints("Teapot Days", "UTC")
    ).schedule.talks
    assert (talk.id, talk.title) == ("7", "Leaves")


def test_times_without_a_zone_are_in_the_zone_that_the_organiser_names() -> None:
    told = sample("sessionize.json", ImportHints("Teapot Days", "Europe/Lisbon"))
    untold = sample("sessionize.json")
    assert told.schedule.talks[0].start.hour == 8
    assert told.schedule.conference.name == "Teapot Days"
    assert told.zone_is_known
    assert untold.schedule.talks[0].start.hour == 9
    assert not untold.zone_is_known
    assert (
        untold.guessed[-1]
        == "The source names no time zone, so times were read as UTC. Set it with --timezone Europe/London."
    )


def _imported(*sessions: dict[str, Any]) -> Schedule:
    slots = {"startsAt": "2031-05-09T09:00:00", "endsAt": "2031-05-09T09:10:00"}
    levels = {"title": "Level", "items": [{"id": 7, "name": "Intermediate"}, {"id": 8, "name": "Advanced"}]}
    file = {"sessions": [slots | session for session in sessions], "speakers": [], "rooms": [], "categories": [levels]}
    return import_schedule(json.dumps(file).encode(), "all.json", ImportHints("Teapot Days", "UTC")).schedule


def test_a_session_keeps_its_level() -> None:
    plain, deep = _imported({"id": "1", "title": "Leaves"}, {"id": "2", "title": "Tannins", "categoryItems": [8]}).talks
    assert (plain.level, deep.level) == ("", "Advanced")


def test_a_service_session_is_a_break_if_its_title_says_so() -> None:
    titles = ("Changeover", "Afterparty", "Thank yous and wrap up")
    talks = _imported(*({"id": title, "title": title, "isServiceSession": True} for title in titles)).talks
    assert {talk.title: talk.kind for talk in talks} == {
        "Changeover": "break", "Afterparty": "social", "Thank yous and wrap up": "talk",
    }  # fmt: skip
