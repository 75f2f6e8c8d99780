"""schedule.json, version 2: the hub of the Chaos Communication Congress writes it, a flat list of events.

The schema: https://github.com/voc/schedule/blob/master/validator/json/schema2.json
"""

from collections.abc import Mapping
from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import Fields, text_of
from bot.schedule.importers.programme import Entry, Person, Programme

FORMAT = "schedule.json (version 2)"


def is_it(file: Fields) -> bool:
    """Whether this is the format of a JSON file."""
    return isinstance(file.part("schedule").get("events"), list)


def read(file: Fields, name: str) -> Programme:
    """The programme in a schedule.json of version 2."""
    schedule = file.part("schedule")
    conference = schedule.part("conference")
    tracks = {key: track.text("name") for track in conference.parts("tracks") for key in _keys(track)}
    people = {key: person.text("biography") for person in schedule.parts("persons") for key in _keys(person)}
    return Programme(
        format=FORMAT,
        entries=tuple(_entry(event, tracks, people) for event in schedule.parts("events")),
        name=conference.text("title"),
        zone=conference.text("time_zone_name"),
        days=tuple(day for day in (clocks.day(one.text("date")) for one in conference.parts("days")) if day),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
    )


def _entry(event: Fields, tracks: Mapping[str, str], biographies: Mapping[str, str]) -> Entry:
    start = clocks.moment(event.text("start"))
    lasts = clocks.duration(event.text("duration")) or timedelta()
    return Entry(
        title=event.text("title"),
        start=start,
        end=clocks.moment(event.text("end")) or clocks.later(start, lasts),
        key=event.text("code", "guid", "id", "slug"),
        kind=event.text("type"),
        subtitle=event.text("subtitle"),
        people=tuple(_person(one, biographies) for one in event.parts("participants") or event.parts("persons")),
        rooms=(event.part("room").text("name") or text_of(event.get("room")),),
        track=_track(event, tracks),
        abstract=(event.text("abstract"), event.text("description")),
        url=event.text("url"),
    )


def _track(event: Fields, names: Mapping[str, str]) -> str:
    track = event.part("track")
    known = (names[key] for key in _keys(track) if key in names)
    return next(known, "") or track.text("name") or ("" if track.names() else event.text("track"))


def _person(one: Fields, biographies: Mapping[str, str]) -> Person:
    biography = next((biographies[key] for key in _keys(one) if biographies.get(key)), "")
    return Person(one.text("name", "public_name"), one.text("guid", "id"), bio=one.text("biography") or biography)


def _keys(thing: Fields) -> list[str]:
    return [key for key in (thing.text("guid"), thing.text("slug"), thing.text("id")) if key]
