"""schedule.json, version 2: the hub of the Chaos Communication Congress writes it, a flat list of events.

The schema: https://github.com/voc/schedule/blob/master/validator/json/schema2.json
"""

from collections.abc import Mapping
from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import JsonObject, text_of
from bot.schedule.importers.programme import Programme, ProgrammeEntry, ProgrammePerson

SCHEDULE_JSON_V2_FORMAT = "schedule.json (version 2)"


def is_schedule_json_v2(file: JsonObject) -> bool:
    """Whether this is the format of a JSON file."""
    return isinstance(file.part("schedule").get("events"), list)


def read_schedule_json_v2(file: JsonObject, name: str) -> Programme:
    """The programme in a schedule.json of version 2."""
    schedule = file.part("schedule")
    conference = schedule.part("conference")
    tracks = {key: track.text("name") for track in conference.parts("tracks") for key in _v2_keys(track)}
    people = {key: person.text("biography") for person in schedule.parts("persons") for key in _v2_keys(person)}
    return Programme(
        format=SCHEDULE_JSON_V2_FORMAT,
        entries=tuple(_v2_entry(event, tracks, people) for event in schedule.parts("events")),
        name=conference.text("title"),
        zone=conference.text("time_zone_name"),
        days=tuple(day for day in (clocks.parse_day(one.text("date")) for one in conference.parts("days")) if day),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
    )


def _v2_entry(event: JsonObject, tracks: Mapping[str, str], biographies: Mapping[str, str]) -> ProgrammeEntry:
    start = clocks.parse_moment(event.text("start"))
    lasts = clocks.parse_duration(event.text("duration")) or timedelta()
    return ProgrammeEntry(
        title=event.text("title"),
        start=start,
        end=clocks.parse_moment(event.text("end")) or clocks.end_after(start, lasts),
        key=event.text("code", "guid", "id", "slug"),
        kind=event.text("type"),
        subtitle=event.text("subtitle"),
        people=tuple(_v2_person(one, biographies) for one in event.parts("participants") or event.parts("persons")),
        rooms=(event.part("room").text("name") or text_of(event.get("room")),),
        track=_v2_track(event, tracks),
        abstract=(event.text("abstract"), event.text("description")),
        url=event.text("url"),
    )


def _v2_track(event: JsonObject, names: Mapping[str, str]) -> str:
    track = event.part("track")
    known = (names[key] for key in _v2_keys(track) if key in names)
    return next(known, "") or track.text("name") or ("" if track.names() else event.text("track"))


def _v2_person(one: JsonObject, biographies: Mapping[str, str]) -> ProgrammePerson:
    biography = next((biographies[key] for key in _v2_keys(one) if biographies.get(key)), "")
    return ProgrammePerson(
        one.text("name", "public_name"), one.text("guid", "id"), bio=one.text("biography") or biography
    )


def _v2_keys(thing: JsonObject) -> list[str]:
    return [key for key in (thing.text("guid"), thing.text("slug"), thing.text("id")) if key]
