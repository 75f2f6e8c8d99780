"""pretalx's API, version 1: a schedule with its slots written out, or a page of slots.

The documentation: https://docs.pretalx.org/api/
"""

from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import JsonObject, text_of
from bot.schedule.importers.pretalx import inactive_reason, listed_items, pretalx_person, require_whole
from bot.schedule.importers.programme import Programme, ProgrammeEntry, ProgrammePerson
from bot.schedule.importers.trees import import_refusal

PRETALX_V1_FORMAT = "pretalx (API v1)"
EXPAND_HINT = "expand=slots.room,slots.submission.speakers,slots.submission.track,slots.submission.submission_type"


def is_pretalx_v1(file: JsonObject) -> bool:
    """Whether this is the format of a JSON file."""
    slots = file.get("slots")
    numbers_only = isinstance(slots, list) and any(isinstance(slot, int) for slot in slots)
    return numbers_only or any("submission" in slot.names() for slot in listed_items(file))


def read_pretalx_v1(file: JsonObject, name: str) -> Programme:
    """The programme in an answer of pretalx's API v1. Raises ScheduleError where it refers to what is not in it."""
    require_whole(file, name)
    slots = listed_items(file)
    if not any(slot.part("submission").names() for slot in slots):
        told = "Its slots only name their submissions. Ask for them written out"
        raise import_refusal(name, f"{told}: add ?{EXPAND_HINT}, or import the event's own address.")
    return Programme(PRETALX_V1_FORMAT, tuple(map(_slot_entry, slots)), version=file.text("version"))


def _slot_entry(slot: JsonObject) -> ProgrammeEntry:
    talk = slot.part("submission")
    start = clocks.parse_moment(slot.text("start"))
    is_talk = "submission" in slot
    return ProgrammeEntry(
        title=talk.text("title") if is_talk else slot.text("description") or "Break",
        start=start,
        end=clocks.parse_moment(slot.text("end"))
        or clocks.end_after(start, timedelta(minutes=slot.number("duration") or 0)),
        key=talk.text("code"),
        kind=talk.part("submission_type").text("name") if is_talk else "break",
        people=tuple(_expanded_person(one) for one in _expanded_items(talk.get("speakers"))),
        rooms=(_expanded_name(slot, "room"),),
        track=_expanded_name(talk, "track"),
        abstract=(talk.text("abstract"), talk.text("description")),
        cancelled=_slot_skip_reason(slot) or inactive_reason(talk),
    )


def _slot_skip_reason(slot: JsonObject) -> str:
    hidden = slot.get("is_visible") is False or slot.text("slot_type") == "blocker"
    return "is not public" if hidden else ""


def _expanded_person(one: object) -> ProgrammePerson:
    """A speaker, written out or only named by their code."""
    return pretalx_person(JsonObject(one)) if isinstance(one, dict) else ProgrammePerson(text_of(one))


def _expanded_items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _expanded_name(thing: JsonObject, key: str) -> str:
    """The name of a room or track that is written out; a bare number tells nobody anything."""
    part = thing.part(key)
    return part.text("name") or ("" if isinstance(thing.get(key), int) else thing.text(key))
