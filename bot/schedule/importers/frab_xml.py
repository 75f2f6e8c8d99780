"""Importer for schedule.xml, the format of pentabarf and frab, which voc, FOSDEM, pretalx and wafer (DebConf) write.

The schema is at https://c3voc.de/wiki/schedule; published files follow it loosely.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from bot.schedule.importers import datetimes
from bot.schedule.importers.json_xml import import_refusal, parse_xml
from bot.schedule.importers.models import Programme, ProgrammeEntry, ProgrammePerson
from bot.schedule.yaml.problems import quote_value

FRAB_FORMAT = "schedule.xml (frab)"

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
        entries=tuple(_entries(days, _text(about, "day_change"))),
        name=_text(about, "title"),
        zone=_text(about, "time_zone_name"),
        city=_text(about, "city"),
        days=tuple(day for day in (datetimes.parse_day(element.get("date", "")) for element in days) if day),
        url=_text(about, "url") or _text(about, "base_url"),
        version=_text(root, "version"),
        room_keys=tuple((room.get("name", ""), key) for room in root.iter("room") if (key := room.get("guid"))),
    )


def _entries(days: list[Element], change: str) -> Iterator[ProgrammeEntry]:
    """Read every event. In old files, events may stand directly in a day instead of in a room."""
    for day in days:
        for event in day.findall("event"):
            yield _entry(event, day, "", change)
        for room in day.findall("room"):
            for event in room.findall("event"):
                yield _entry(event, day, room.get("name", ""), change)


def _entry(event: Element, day: Element, room: str, change: str) -> ProgrammeEntry:
    shown = datetimes.parse_clock(_text(event, "start"))
    start = datetimes.parse_moment(_text(event, "date"))
    listed_day = datetimes.ListedDay(
        datetimes.parse_day(_text(event, "date") or day.get("date", "")),
        datetimes.parse_moment(day.get("start", "")),
        datetimes.parse_moment(day.get("end", "")),
        datetimes.parse_clock(change),
    )
    listed = start or listed_day.at(shown)
    return ProgrammeEntry(
        title=_text(event, "title"),
        start=listed,
        end=datetimes.end_after(listed, datetimes.parse_duration(_text(event, "duration"))),
        shown=datetimes.nearest_local(start, shown),
        key=_key(event),
        kind=_text(event, "type"),
        language=_text(event, "language"),
        subtitle=_text(event, "subtitle"),
        people=tuple(map(_person, event.findall("persons/person"))),
        rooms=(_text(event, "room") or room,),
        track=_text(event, "track"),
        abstract=(_text(event, "abstract"), _text(event, "description")),
        url=_text(event, "url") or _text(event, "conf_url") or event.get("url", ""),
        stream=_stream(event),
    )


def _key(event: Element) -> str:
    """The most lasting key of an event: pretalx's code, the guid, or the number. A slug changes with the title."""
    return event.get("code") or event.get("guid") or event.get("id") or _text(event, "slug")


def _person(person: Element) -> ProgrammePerson:
    name = "".join(person.itertext()) if not len(person) else _text(person, "name")
    bio = _text(person, "biography")
    return ProgrammePerson(name, person.get("code") or person.get("guid") or person.get("id") or "", bio=bio)


def _stream(event: Element) -> str:
    links = [(link.get("href", ""), link.text or "") for link in event.findall("links/link")]
    return next((href for href, text in links if STREAM_LINK.search(text) and not RECORDING_LINK.search(text)), "")


def _text(element: Element, tag: str) -> str:
    return element.findtext(tag) or ""
