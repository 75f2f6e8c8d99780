"""What pretalx's schedule widget reads: `EVENT/schedule/widgets/schedule.json`. Any visitor may ask for it."""

from collections.abc import Mapping
from datetime import timedelta

from bot.schedule.importers import clocks
from bot.schedule.importers.fields import Fields, text_of
from bot.schedule.importers.pretalx import person, why_gone
from bot.schedule.importers.programme import Entry, Person, Programme

FORMAT = "pretalx (widget)"


def is_it(file: Fields) -> bool:
    """Whether this is the format of a JSON file."""
    return all(isinstance(file.get(key), list) for key in ("talks", "rooms", "speakers")) and "conference" not in file


def read(file: Fields, name: str) -> Programme:
    """The programme as pretalx's widget shows it."""
    rooms = {room.text("id"): room.text("name") for room in file.parts("rooms")}
    tracks = {track.text("id"): track.text("name") for track in file.parts("tracks")}
    people = {one.text("code"): person(one) for one in file.parts("speakers")}
    begins, ends = (clocks.day(file.text(key)) for key in ("event_start", "event_end"))
    return Programme(
        format=FORMAT,
        entries=tuple(_entry(talk, rooms, tracks, people) for talk in file.parts("talks")),
        zone=file.text("timezone"),
        days=tuple(day for day in (begins, ends) if day),
        version=file.text("version"),
    )


def _entry(talk: Fields, rooms: Mapping[str, str], tracks: Mapping[str, str], people: Mapping[str, Person]) -> Entry:
    start = clocks.moment(talk.text("start"))
    is_break = "code" not in talk
    return Entry(
        title=talk.text("title") or ("Break" if is_break else ""),
        start=start,
        end=clocks.moment(talk.text("end")) or clocks.later(start, timedelta(minutes=talk.number("duration") or 0)),
        key=talk.text("code"),
        kind="break" if is_break else talk.text("session_type"),
        people=tuple(people.get(code, Person(code)) for code in talk.texts("speakers")),
        rooms=(rooms.get(talk.text("room"), ""),),
        track=tracks.get(text_of(talk.get("track")), ""),
        abstract=(talk.text("abstract"), talk.text("description")),
        cancelled="is not public" if talk.text("slot_type") == "blocker" else why_gone(talk),
    )
