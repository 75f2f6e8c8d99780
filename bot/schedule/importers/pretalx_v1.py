"""pretalx's API, version 1: a schedule with its slots written out, or a page of slots.

The documentation: https://docs.pretalx.org/api/
"""

from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import Fields, text_of
from bot.schedule.importers.pretalx import keep_whole, listed, person, why_gone
from bot.schedule.importers.programme import Entry, Person, Programme
from bot.schedule.importers.trees import refused

FORMAT = "pretalx (API v1)"
WHOLE = "expand=slots.room,slots.submission.speakers,slots.submission.track,slots.submission.submission_type"


def is_it(file: Fields) -> bool:
    """Whether this is the format of a JSON file."""
    slots = file.get("slots")
    numbers_only = isinstance(slots, list) and any(isinstance(slot, int) for slot in slots)
    return numbers_only or any("submission" in slot.names() for slot in listed(file))


def read(file: Fields, name: str) -> Programme:
    """The programme in an answer of pretalx's API v1. Raises ScheduleError where it refers to what is not in it."""
    keep_whole(file, name)
    slots = listed(file)
    if not any(slot.part("submission").names() for slot in slots):
        told = "Its slots only name their submissions. Ask for them written out"
        raise refused(name, f"{told}: add ?{WHOLE}, or import the event's own address.")
    return Programme(FORMAT, tuple(map(_entry, slots)), version=file.text("version"))


def _entry(slot: Fields) -> Entry:
    talk = slot.part("submission")
    start = clocks.moment(slot.text("start"))
    is_talk = "submission" in slot
    return Entry(
        title=talk.text("title") if is_talk else slot.text("description") or "Break",
        start=start,
        end=clocks.moment(slot.text("end")) or clocks.later(start, timedelta(minutes=slot.number("duration") or 0)),
        key=talk.text("code"),
        kind=talk.part("submission_type").text("name") if is_talk else "break",
        people=tuple(_person(one) for one in _items(talk.get("speakers"))),
        rooms=(_name(slot, "room"),),
        track=_name(talk, "track"),
        abstract=(talk.text("abstract"), talk.text("description")),
        cancelled=_why_not(slot) or why_gone(talk),
    )


def _why_not(slot: Fields) -> str:
    hidden = slot.get("is_visible") is False or slot.text("slot_type") == "blocker"
    return "is not public" if hidden else ""


def _person(one: object) -> Person:
    """A speaker, written out or only named by their code."""
    return person(Fields(one)) if isinstance(one, dict) else Person(text_of(one))


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _name(thing: Fields, key: str) -> str:
    """The name of a room or track that is written out; a bare number tells nobody anything."""
    part = thing.part(key)
    return part.text("name") or ("" if isinstance(thing.get(key), int) else thing.text(key))
