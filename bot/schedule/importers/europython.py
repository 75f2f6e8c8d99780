"""EuroPython's programme API: days, each with its events; a tutorial of several parts is several events of one code."""

from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import JsonObject
from bot.schedule.importers.programme import Programme, ProgrammeEntry, ProgrammePerson

EUROPYTHON_FORMAT = "EuroPython (programme API)"


def is_europython(file: JsonObject) -> bool:
    """Whether this is the format of a JSON file."""
    days = file.part("days")
    return bool(days.names()) and all(isinstance(days.part(day).get("events"), list) for day in days.names())


def read_europython(file: JsonObject, name: str) -> Programme:
    """The programme in an answer of EuroPython's API."""
    days = file.part("days")
    return Programme(
        format=EUROPYTHON_FORMAT,
        entries=tuple(_europython_entry(event) for day in days.names() for event in days.part(day).parts("events")),
        days=tuple(day for day in map(clocks.parse_day, days.names()) if day),
        version=file.text("version"),
    )


def _europython_entry(event: JsonObject) -> ProgrammeEntry:
    start = clocks.parse_moment(event.text("start"))
    is_break = event.text("event_type") == "break"
    return ProgrammeEntry(
        title=event.text("title"),
        start=start,
        end=clocks.end_after(start, timedelta(minutes=event.number("duration") or 0)),
        key=event.text("code"),
        kind="break" if is_break else event.text("session_type"),
        people=tuple(
            ProgrammePerson(one.text("name"), one.text("code"), bio=one.text("bio")) for one in event.parts("speakers")
        ),
        rooms=event.texts("rooms"),
        track=event.text("track"),
        abstract=(event.text("abstract"), event.text("tweet") if "abstract" not in event else ""),
        url=event.text("website_url"),
    )
