"""PyCon US's conference.json, which its mobile guide reads."""

from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import Fields
from bot.schedule.importers.programme import Entry, Person, Programme

FORMAT = "PyCon US (conference.json)"


def is_it(file: Fields) -> bool:
    """Whether this is the format of a JSON file."""
    return any("conf_key" in entry for entry in file.parts("schedule"))


def read(file: Fields, name: str) -> Programme:
    """The programme in a conference.json."""
    return Programme(FORMAT, tuple(map(_entry, file.parts("schedule"))), name=file.part("conference").text("name"))


def _entry(entry: Fields) -> Entry:
    start = clocks.moment(entry.text("start"))
    return Entry(
        title=entry.text("name"),
        start=start,
        end=clocks.moment(entry.text("end")) or clocks.later(start, timedelta(minutes=entry.number("duration") or 0)),
        key=entry.text("conf_key"),
        kind=entry.text("kind").replace("-", " "),
        people=_people(entry),
        rooms=entry.texts("rooms") or entry.texts("room"),
        abstract=(entry.text("description"),),
        url=entry.text("conf_url"),
        cancelled=_why_not(entry),
    )


def _people(entry: Fields) -> tuple[Person, ...]:
    """The speakers; where only names are given, the authors."""
    speakers = [Person(one.text("name"), one.text("id"), bio=one.text("bio")) for one in entry.parts("speakers")]
    return tuple(speakers or map(Person, entry.texts("authors")))


def _why_not(entry: Fields) -> str:
    if entry.is_true("cancelled"):
        return "is cancelled"
    return "is not public" if entry.get("released") is False else ""
