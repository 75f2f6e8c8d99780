"""Importers for the formats of frab: schedule.xml, and schedule.json in versions 1 and 2.

pentabarf, frab, voc, FOSDEM, pretalx and wafer (DebConf) write schedule.xml (https://c3voc.de/wiki/schedule), and some
of them version 1 of schedule.json, with the same content: days, their rooms and the events in each. The hub of the
Chaos Communication Congress writes version 2, a flat list of events. The schemas of JSON are `schema.json` and
`schema2.json` in https://github.com/voc/schedule/tree/master/validator/json. Published files follow them loosely.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from xml.etree.ElementTree import Element

from bot.schedule.importers import datetimes
from bot.schedule.importers.datetimes import ListedDay
from bot.schedule.importers.json_xml import JsonObject, import_refusal, parse_xml, text_of
from bot.schedule.importers.models import NamedKey, Programme, ProgrammeEntry, ProgrammePerson
from bot.schedule.texts import quote_value

FRAB_FORMAT = "schedule.xml (frab)"

SCHEDULE_JSON_FORMAT, SCHEDULE_JSON_V2_FORMAT = "schedule.json (version 1)", "schedule.json (version 2)"

STREAM_LINK = re.compile(r"live|stream", re.IGNORECASE)

RECORDING_LINK = re.compile(r"record|download", re.IGNORECASE)


def read_frab_xml(data: bytes, name: str) -> Programme:
    """Read the programme in a schedule.xml. Raises ScheduleError."""
    root = parse_xml(data, name)
    if root.tag != "schedule":
        raise import_refusal(name, f"This is another kind of XML ({quote_value(root.tag)}), not a schedule.xml.")
    conference = root.find("conference")
    about = conference if conference is not None else Element("conference")
    days = list(root.iter("day"))
    return Programme(
        format=FRAB_FORMAT,
        entries=tuple(_xml_entries(days, _text(about, "day_change"))),
        name=_text(about, "title"),
        zone=_text(about, "time_zone_name"),
        city=_text(about, "city"),
        days=datetimes.parse_days(element.get("date", "") for element in days),
        url=_text(about, "url") or _text(about, "base_url"),
        version=_text(root, "version"),
        room_keys=tuple((room.get("name", ""), room.get("guid", "")) for room in root.iter("room")),
    )


def _xml_entries(days: list[Element], change: str) -> Iterator[ProgrammeEntry]:
    """Read every event. In old files, events may stand directly in a day instead of in a room."""
    for day in days:
        listed = ListedDay(
            datetimes.parse_day(day.get("date", "")),
            datetimes.parse_moment(day.get("start", "")),
            datetimes.parse_moment(day.get("end", "")),
            datetimes.parse_clock(change),
        )
        for event in day.findall("event"):
            yield _entry(_as_json(event), listed, "")
        for room in day.findall("room"):
            for event in room.findall("event"):
                yield _entry(_as_json(event), listed, room.get("name", ""))


def _as_json(event: Element) -> JsonObject:
    """The event as a schedule.json has it."""
    links = event.findall("links/link")
    return JsonObject(
        {key: event.get(key) for key in ("code", "guid", "id")}
        | {tag: _text(event, tag) for tag in _TEXTS}
        | {"url": _text(event, "url") or _text(event, "conf_url") or event.get("url", "")}
        | {"persons": [_person_as_json(person) for person in event.findall("persons/person")]}
        | {"links": [{"url": link.get("href", ""), "title": link.text or ""} for link in links]}
    )


_TEXTS = (
    *("slug", "title", "subtitle", "date", "start", "duration", "type", "language"),
    *("room", "track", "abstract", "description"),
)


def _person_as_json(person: Element) -> dict[str, str | None]:
    name = "".join(person.itertext()) if not len(person) else _text(person, "name")
    keys = {key: person.get(key) for key in ("code", "guid", "id")}
    return keys | {"name": name, "biography": _text(person, "biography")}


def _text(element: Element, tag: str) -> str:
    return element.findtext(tag) or ""


def is_schedule_json(file: JsonObject) -> bool:
    """Tell whether the file is in this format. Some are published without the outermost "schedule"."""
    schedule = _schedule_of(file)
    return "events" not in schedule and isinstance(schedule.part("conference").get("days"), list)


def _schedule_of(file: JsonObject) -> JsonObject:
    days = file.part("conference").parts("days")  # in our own format these are dates, without rooms
    return file if any("rooms" in day for day in days) else file.part("schedule")


def read_schedule_json(file: JsonObject, name: str) -> Programme:
    """Read a schedule.json of version 1."""
    schedule = _schedule_of(file)
    conference = schedule.part("conference")
    days = conference.parts("days")
    return Programme(
        format=SCHEDULE_JSON_FORMAT,
        entries=tuple(entry for day in days for entry in _day_entries(day)),
        name=conference.text("title"),
        zone=conference.text("time_zone_name"),
        city=conference.text("city"),
        days=datetimes.parse_days(item.text("date") for item in days),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
        room_keys=_guids(conference.parts("rooms")),
    )


def _guids(items: Iterable[JsonObject]) -> tuple[NamedKey, ...]:
    """The names and keys of rooms or tracks. A slug is made from the name, so it is no key."""
    return tuple((item.text("name"), item.text("guid")) for item in items)


def _day_entries(day: JsonObject) -> Iterator[ProgrammeEntry]:
    begins, ends = (datetimes.parse_moment(day.text(key)) for key in ("day_start", "day_end"))
    listed = ListedDay(datetimes.parse_day(day.text("date")), begins, ends)
    rooms = day.part("rooms")
    for room in rooms.names():
        for event in rooms.parts(room):
            yield _entry(event, listed, room)


def _entry(event: JsonObject, day: ListedDay, room: str) -> ProgrammeEntry:
    """Read an event that is listed under this day and room."""
    shown = datetimes.parse_clock(event.text("start"))
    start = datetimes.parse_moment(event.text("date"))
    if own_date := event.text("date"):
        day = replace(day, date=datetimes.parse_day(own_date))
    listed = start or day.at(shown)
    return replace(
        _described(event),
        start=listed,
        end=datetimes.end_after(listed, datetimes.parse_duration(event.text("duration"))),
        shown=datetimes.nearest_local(start, shown),
        people=tuple(map(_person, event.parts("persons"))),
        rooms=(event.text("room") or room,),
        track=event.text("track"),
        stream=_stream_link(event),
    )


def _described(event: JsonObject) -> ProgrammeEntry:
    """Read what all versions say of an event in the same way."""
    return ProgrammeEntry(
        title=event.text("title"),
        key=event.text("code", "guid", "id", "slug"),  # the most lasting one first: a slug changes with the title
        kind=event.text("type"),
        language=event.text("language"),
        subtitle=event.text("subtitle"),
        abstract=(event.text("abstract"), event.text("description")),
        url=event.text("url"),
    )


def _person(person: JsonObject) -> ProgrammePerson:
    name = person.text("public_name", "full_public_name", "name")
    return ProgrammePerson(name, person.text("code", "guid", "id"), bio=person.text("biography"))


def _stream_link(event: JsonObject) -> str:
    links = [(link.text("url"), link.text("title")) for link in event.parts("links")]
    return next((url for url, title in links if STREAM_LINK.search(title) and not RECORDING_LINK.search(title)), "")


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
        days=datetimes.parse_days(item.text("date") for item in conference.parts("days")),
        url=conference.text("url") or schedule.text("base_url"),
        version=schedule.text("version"),
        room_keys=_guids(event.part("room") for event in schedule.parts("events")),
        track_keys=_guids(conference.parts("tracks")),
    )


def _v2_entry(event: JsonObject, tracks: Mapping[str, str], biographies: Mapping[str, str]) -> ProgrammeEntry:
    start = datetimes.parse_moment(event.text("start"))
    duration = datetimes.parse_duration(event.text("duration")) or timedelta()
    participants = event.parts("participants") or event.parts("persons")
    return replace(
        _described(event),
        start=start,
        end=datetimes.parse_moment(event.text("end")) or datetimes.end_after(start, duration),
        people=tuple(_v2_person(person, biographies) for person in participants),
        rooms=(event.part("room").text("name") or text_of(event.get("room")),),
        track=_v2_track(event, tracks),
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
