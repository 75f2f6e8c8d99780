"""Importers for EuroPython's programme API and for PyCon US's conference.json, which its mobile guide reads.

In EuroPython's API, each day has its events. A tutorial of several parts is several events with the same code.
"""

from bot.schedule.importers import datetimes
from bot.schedule.importers.json_xml import JsonObject
from bot.schedule.importers.models import Programme, ProgrammeEntry, ProgrammePerson

EUROPYTHON_FORMAT = "EuroPython (programme API)"


def is_europython(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    days = file.part("days")
    return bool(days.names()) and all(isinstance(days.part(day).get("events"), list) for day in days.names())


def read_europython(file: JsonObject, name: str) -> Programme:
    """Read a response of EuroPython's API."""
    days = file.part("days")
    return Programme(
        format=EUROPYTHON_FORMAT,
        entries=tuple(_europython_entry(event) for day in days.names() for event in days.part(day).parts("events")),
        days=datetimes.parse_days(days.names()),
        version=file.text("version"),
    )


def _europython_entry(event: JsonObject) -> ProgrammeEntry:
    start = datetimes.parse_moment(event.text("start"))
    is_break = event.text("event_type") == "break"
    return ProgrammeEntry(
        title=event.text("title"),
        start=start,
        end=datetimes.end_or_length(start, "", event.number("duration")),
        key=event.text("code"),
        kind="break" if is_break else event.text("session_type"),
        level=event.text("level"),
        people=tuple(
            ProgrammePerson(speaker.text("name"), speaker.text("code"), bio=speaker.text("bio"))
            for speaker in event.parts("speakers")
        ),
        rooms=event.texts("rooms"),
        track=event.text("track"),
        abstract=(event.text("abstract"), event.text("tweet") if "abstract" not in event else ""),
        url=event.text("website_url"),
    )


PYCON_US_FORMAT = "PyCon US (conference.json)"


def is_pycon_us(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    return any("conf_key" in entry for entry in file.parts("schedule"))


def read_pycon_us(file: JsonObject, name: str) -> Programme:
    """Read a conference.json."""
    return Programme(
        PYCON_US_FORMAT, tuple(map(_pycon_us_entry, file.parts("schedule"))), name=file.part("conference").text("name")
    )


def _pycon_us_entry(entry: JsonObject) -> ProgrammeEntry:
    start = datetimes.parse_moment(entry.text("start"))
    return ProgrammeEntry(
        title=entry.text("name"),
        start=start,
        end=datetimes.end_or_length(start, entry.text("end"), entry.number("duration")),
        key=entry.text("conf_key"),
        kind=entry.text("kind").replace("-", " "),
        people=_pycon_us_people(entry),
        rooms=entry.texts("rooms") or entry.texts("room"),
        abstract=(entry.text("description"),),
        url=entry.text("conf_url"),
        cancelled=_pycon_us_skip_reason(entry),
    )


def _pycon_us_people(entry: JsonObject) -> tuple[ProgrammePerson, ...]:
    """The speakers, or the authors if only their names are given."""
    speakers = [
        ProgrammePerson(speaker.text("name"), speaker.text("id"), bio=speaker.text("bio"))
        for speaker in entry.parts("speakers")
    ]
    return tuple(speakers or map(ProgrammePerson, entry.texts("authors")))


def _pycon_us_skip_reason(entry: JsonObject) -> str:
    if entry.is_true("cancelled"):
        return "cancelled"
    return "not public" if entry.get("released") is False else ""
