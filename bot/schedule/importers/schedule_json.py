"""Importers for schedule.json, versions 1 and 2.

frab, pretalx and voc write version 1, which lists days, their rooms and the events in each. The hub of the Chaos
Communication Congress writes version 2, a flat list of events. The schemas are `schema.json` and `schema2.json` in
https://github.com/voc/schedule/tree/master/validator/json.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from bot.schedule.importers import datetimes
from bot.schedule.importers.frab_xml import RECORDING_LINK, STREAM_LINK
from bot.schedule.importers.json_xml import JsonObject, text_of
from bot.schedule.importers.models import NamedKey, Programme, ProgrammeEntry, ProgrammePerson

SCHEDULE_JSON_FORMAT = "schedule.json (version 1)"


def is_schedule_json(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    conference = file.part("schedule").part("conference")
    return "events" not in file.part("schedule") and isinstance(conference.get("days"), list)


def read_schedule_json(file: JsonObject, name: str) -> Programme:
    """Read a schedule.json of version 1."""
    schedule = file.part("schedule")
    conference = schedule.part("conference")
    days = conference.parts("days")
    return Programme(
        format=SCHEDULE_JSON_FORMAT,
        entries=tuple(entry for day in days for entry in _day_entries(day)),
        name=conference.text("title"),
        zone=conference.text("time_zone_name"),
        city=conference.text("city"),
        days=tuple(day for day in (datetimes.parse_day(item.text("date")) for item in days) if day),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
        room_keys=_guids(conference.parts("rooms")),
    )


def _guids(items: Iterable[JsonObject]) -> tuple[NamedKey, ...]:
    """The names and keys of rooms or tracks. A slug is made from the name, so it is no key."""
    return tuple((item.text("name"), item.text("guid")) for item in items if item.text("guid"))


def _day_entries(day: JsonObject) -> Iterator[ProgrammeEntry]:
    rooms = day.part("rooms")
    begins, ends = (datetimes.parse_moment(day.text(key)) for key in ("day_start", "day_end"))
    for room in rooms.names():
        for event in rooms.parts(room):
            shown = datetimes.parse_clock(event.text("start"))
            start = datetimes.parse_moment(event.text("date"))
            listed_on = datetimes.parse_day(event.text("date") or day.text("date"))
            listed = start or datetimes.ListedDay(listed_on, begins, ends).at(shown)
            yield ProgrammeEntry(
                title=event.text("title"),
                start=listed,
                end=datetimes.end_after(listed, datetimes.parse_duration(event.text("duration"))),
                shown=datetimes.nearest_local(start, shown),
                key=event.text("code", "guid", "id", "slug"),
                kind=event.text("type"),
                language=event.text("language"),
                subtitle=event.text("subtitle"),
                people=tuple(map(_event_person, event.parts("persons"))),
                rooms=(event.text("room") or room,),
                track=event.text("track"),
                abstract=(event.text("abstract"), event.text("description")),
                url=event.text("url"),
                stream=_stream_link(event),
            )


def _event_person(person: JsonObject) -> ProgrammePerson:
    name = person.text("public_name", "full_public_name", "name")
    return ProgrammePerson(name, person.text("code", "guid", "id"), bio=person.text("biography"))


def _stream_link(event: JsonObject) -> str:
    links = [(link.text("url"), link.text("title")) for link in event.parts("links")]
    return next((url for url, title in links if STREAM_LINK.search(title) and not RECORDING_LINK.search(title)), "")


SCHEDULE_JSON_V2_FORMAT = "schedule.json (version 2)"


def is_schedule_json_v2(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    return isinstance(file.part("schedule").get("events"), list)


def read_schedule_json_v2(file: JsonObject, name: str) -> Programme:
    """Read a schedule.json of version 2."""
    schedule = file.part("schedule")
    conference = schedule.part("conference")
    tracks = {key: track.text("name") for track in conference.parts("tracks") for key in _v2_keys(track)}
    people = {key: person.text("biography") for person in schedule.parts("persons") for key in _v2_keys(person)}
    return Programme(
        format=SCHEDULE_JSON_V2_FORMAT,
        entries=tuple(_v2_entry(event, tracks, people) for event in schedule.parts("events")),
        name=conference.text("title"),
        zone=conference.text("time_zone_name"),
        days=tuple(day for day in (datetimes.parse_day(item.text("date")) for item in conference.parts("days")) if day),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
        room_keys=_guids(event.part("room") for event in schedule.parts("events")),
        track_keys=_guids(conference.parts("tracks")),
    )


def _v2_entry(event: JsonObject, tracks: Mapping[str, str], biographies: Mapping[str, str]) -> ProgrammeEntry:
    start = datetimes.parse_moment(event.text("start"))
    duration = datetimes.parse_duration(event.text("duration")) or timedelta()
    return ProgrammeEntry(
        title=event.text("title"),
        start=start,
        end=datetimes.parse_moment(event.text("end")) or datetimes.end_after(start, duration),
        key=event.text("code", "guid", "id", "slug"),
        kind=event.text("type"),
        language=event.text("language"),
        subtitle=event.text("subtitle"),
        people=tuple(
            _v2_person(person, biographies) for person in event.parts("participants") or event.parts("persons")
        ),
        rooms=(event.part("room").text("name") or text_of(event.get("room")),),
        track=_v2_track(event, tracks),
        abstract=(event.text("abstract"), event.text("description")),
        url=event.text("url"),
    )


def _v2_track(event: JsonObject, names: Mapping[str, str]) -> str:
    track = event.part("track")
    known = (names[key] for key in _v2_keys(track) if key in names)
    return next(known, "") or track.text("name") or ("" if track.names() else event.text("track"))


def _v2_person(person: JsonObject, biographies: Mapping[str, str]) -> ProgrammePerson:
    biography = next((biographies[key] for key in _v2_keys(person) if biographies.get(key)), "")
    return ProgrammePerson(
        person.text("name", "public_name"), person.text("guid", "id"), bio=person.text("biography") or biography
    )


def _v2_keys(item: JsonObject) -> list[str]:
    return [key for key in (item.text("guid"), item.text("slug"), item.text("id")) if key]
