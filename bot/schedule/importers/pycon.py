"""PyCon US's conference.json, which its mobile guide reads."""

from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import JsonObject
from bot.schedule.importers.programme import Programme, ProgrammeEntry, ProgrammePerson

PYCON_US_FORMAT = "PyCon US (conference.json)"


def is_pycon_us(file: JsonObject) -> bool:
    """Whether this is the format of a JSON file."""
    return any("conf_key" in entry for entry in file.parts("schedule"))


def read_pycon_us(file: JsonObject, name: str) -> Programme:
    """The programme in a conference.json."""
    return Programme(
        PYCON_US_FORMAT, tuple(map(_pycon_us_entry, file.parts("schedule"))), name=file.part("conference").text("name")
    )


def _pycon_us_entry(entry: JsonObject) -> ProgrammeEntry:
    start = clocks.parse_moment(entry.text("start"))
    return ProgrammeEntry(
        title=entry.text("name"),
        start=start,
        end=clocks.parse_moment(entry.text("end"))
        or clocks.end_after(start, timedelta(minutes=entry.number("duration") or 0)),
        key=entry.text("conf_key"),
        kind=entry.text("kind").replace("-", " "),
        people=_pycon_us_people(entry),
        rooms=entry.texts("rooms") or entry.texts("room"),
        abstract=(entry.text("description"),),
        url=entry.text("conf_url"),
        cancelled=_pycon_us_skip_reason(entry),
    )


def _pycon_us_people(entry: JsonObject) -> tuple[ProgrammePerson, ...]:
    """The speakers; where only names are given, the authors."""
    speakers = [
        ProgrammePerson(one.text("name"), one.text("id"), bio=one.text("bio")) for one in entry.parts("speakers")
    ]
    return tuple(speakers or map(ProgrammePerson, entry.texts("authors")))


def _pycon_us_skip_reason(entry: JsonObject) -> str:
    if entry.is_true("cancelled"):
        return "is cancelled"
    return "is not public" if entry.get("released") is False else ""
