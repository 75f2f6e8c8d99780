"""schedule.json, version 1: frab, pretalx and voc write it, a day's rooms with their events.

The schema: https://github.com/voc/schedule/blob/master/validator/json/schema.json
"""

from collections.abc import Iterator

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import Fields
from bot.schedule.importers.frab_xml import RECORDING, STREAM
from bot.schedule.importers.programme import Entry, Person, Programme

FORMAT = "schedule.json (version 1)"


def is_it(file: Fields) -> bool:
    """Whether this is the format of a JSON file."""
    conference = file.part("schedule").part("conference")
    return "events" not in file.part("schedule") and isinstance(conference.get("days"), list)


def read(file: Fields, name: str) -> Programme:
    """The programme in a schedule.json of version 1."""
    schedule = file.part("schedule")
    conference = schedule.part("conference")
    days = conference.parts("days")
    return Programme(
        format=FORMAT,
        entries=tuple(entry for day in days for entry in _entries(day)),
        name=conference.text("title"),
        zone=conference.text("time_zone_name"),
        city=conference.text("city"),
        days=tuple(day for day in (clocks.day(one.text("date")) for one in days) if day),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
    )


def _entries(day: Fields) -> Iterator[Entry]:
    rooms = day.part("rooms")
    begins = clocks.moment(day.text("day_start"))
    for room in rooms.names():
        for event in rooms.parts(room):
            shown = clocks.clock(event.text("start"))
            start = clocks.moment(event.text("date"))
            changes = begins.time() if begins and begins.hour < 12 else None
            listed = start or clocks.on_day(clocks.day(event.text("date") or day.text("date")), shown, changes)
            yield Entry(
                title=event.text("title"),
                start=listed,
                end=clocks.later(listed, clocks.duration(event.text("duration"))),
                shown=clocks.beside(start, shown),
                key=event.text("code", "guid", "id", "slug"),
                kind=event.text("type"),
                subtitle=event.text("subtitle"),
                people=tuple(map(_person, event.parts("persons"))),
                rooms=(event.text("room") or room,),
                track=event.text("track"),
                abstract=(event.text("abstract"), event.text("description")),
                url=event.text("url"),
                stream=_stream(event),
            )


def _person(person: Fields) -> Person:
    name = person.text("public_name", "full_public_name", "name")
    return Person(name, person.text("code", "guid", "id"), bio=person.text("biography"))


def _stream(event: Fields) -> str:
    links = [(link.text("url"), link.text("title")) for link in event.parts("links")]
    return next((url for url, title in links if STREAM.search(title) and not RECORDING.search(title)), "")
