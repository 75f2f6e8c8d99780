"""schedule.json, version 1: frab, pretalx and voc write it, a day's rooms with their events.

The schema: https://github.com/voc/schedule/blob/master/validator/json/schema.json
"""

from collections.abc import Iterator

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import JsonObject
from bot.schedule.importers.frab_xml import RECORDING_LINK, STREAM_LINK
from bot.schedule.importers.programme import Programme, ProgrammeEntry, ProgrammePerson

SCHEDULE_JSON_FORMAT = "schedule.json (version 1)"


def is_schedule_json(file: JsonObject) -> bool:
    """Whether this is the format of a JSON file."""
    conference = file.part("schedule").part("conference")
    return "events" not in file.part("schedule") and isinstance(conference.get("days"), list)


def read_schedule_json(file: JsonObject, name: str) -> Programme:
    """The programme in a schedule.json of version 1."""
    schedule = file.part("schedule")
    conference = schedule.part("conference")
    days = conference.parts("days")
    return Programme(
        format=SCHEDULE_JSON_FORMAT,
        entries=tuple(entry for day in days for entry in _day_entries(day)),
        name=conference.text("title"),
        zone=conference.text("time_zone_name"),
        city=conference.text("city"),
        days=tuple(day for day in (clocks.parse_day(one.text("date")) for one in days) if day),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
    )


def _day_entries(day: JsonObject) -> Iterator[ProgrammeEntry]:
    rooms = day.part("rooms")
    begins = clocks.parse_moment(day.text("day_start"))
    for room in rooms.names():
        for event in rooms.parts(room):
            shown = clocks.parse_clock(event.text("start"))
            start = clocks.parse_moment(event.text("date"))
            changes = begins.time() if begins and begins.hour < 12 else None
            listed = start or clocks.start_on_day(
                clocks.parse_day(event.text("date") or day.text("date")), shown, changes
            )
            yield ProgrammeEntry(
                title=event.text("title"),
                start=listed,
                end=clocks.end_after(listed, clocks.parse_duration(event.text("duration"))),
                shown=clocks.nearest_local(start, shown),
                key=event.text("code", "guid", "id", "slug"),
                kind=event.text("type"),
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
