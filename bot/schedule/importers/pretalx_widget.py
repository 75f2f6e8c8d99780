"""What pretalx's schedule widget reads: `EVENT/schedule/widgets/schedule.json`. Any visitor may ask for it."""

from collections.abc import Mapping
from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import JsonObject, text_of
from bot.schedule.importers.pretalx import inactive_reason, pretalx_person
from bot.schedule.importers.programme import Programme, ProgrammeEntry, ProgrammePerson

WIDGET_FORMAT = "pretalx (widget)"


def is_pretalx_widget(file: JsonObject) -> bool:
    """Whether this is the format of a JSON file."""
    return all(isinstance(file.get(key), list) for key in ("talks", "rooms", "speakers")) and "conference" not in file


def read_pretalx_widget(file: JsonObject, name: str) -> Programme:
    """The programme as pretalx's widget shows it."""
    rooms = {room.text("id"): room.text("name") for room in file.parts("rooms")}
    tracks = {track.text("id"): track.text("name") for track in file.parts("tracks")}
    people = {one.text("code"): pretalx_person(one) for one in file.parts("speakers")}
    begins, ends = (clocks.parse_day(file.text(key)) for key in ("event_start", "event_end"))
    return Programme(
        format=WIDGET_FORMAT,
        entries=tuple(_widget_entry(talk, rooms, tracks, people) for talk in file.parts("talks")),
        zone=file.text("timezone"),
        days=tuple(day for day in (begins, ends) if day),
        version=file.text("version"),
    )


def _widget_entry(
    talk: JsonObject, rooms: Mapping[str, str], tracks: Mapping[str, str], people: Mapping[str, ProgrammePerson]
) -> ProgrammeEntry:
    start = clocks.parse_moment(talk.text("start"))
    is_break = "code" not in talk
    return ProgrammeEntry(
        title=talk.text("title") or ("Break" if is_break else ""),
        start=start,
        end=clocks.parse_moment(talk.text("end"))
        or clocks.end_after(start, timedelta(minutes=talk.number("duration") or 0)),
        key=talk.text("code"),
        kind="break" if is_break else talk.text("session_type"),
        people=tuple(people.get(code, ProgrammePerson(code)) for code in talk.texts("speakers")),
        rooms=(rooms.get(talk.text("room"), ""),),
        track=tracks.get(text_of(talk.get("track")), ""),
        abstract=(talk.text("abstract"), talk.text("description")),
        cancelled="is not public" if talk.text("slot_type") == "blocker" else inactive_reason(talk),
    )
