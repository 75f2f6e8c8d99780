"""Importers for pretalx: its legacy API, its API v1, and the file of its schedule widget.

The legacy API has `/api/events/EVENT/schedules/latest/` and pages of `/api/events/EVENT/talks/`. API v1 gives a
schedule with expanded slots, or a page of slots. Both are documented at https://docs.pretalx.org/api/. The widget reads
`EVENT/schedule/widgets/schedule.json`, which every visitor may download.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.schedule.importers import datetimes
from bot.schedule.importers.json_xml import JsonObject, import_refusal, text_of
from bot.schedule.importers.models import Programme, ProgrammeEntry, ProgrammePerson

PRETALX_FORMAT = "pretalx (legacy API)"

INACTIVE_STATES = frozenset({"canceled", "cancelled", "withdrawn", "rejected", "deleted"})


def is_pretalx(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    return any("slot" in talk.names() for talk in listed_items(file))


def read_pretalx(file: JsonObject, name: str) -> Programme:
    """Read a response of pretalx's legacy API. Raises ScheduleError if it is one page of several."""
    require_whole(file, name)
    talks = [_pretalx_talk(talk) for talk in listed_items(file)]
    breaks = [_pretalx_break(item) for item in file.parts("breaks")]
    slots = [talk.part("slot") for talk in listed_items(file)]
    return Programme(
        PRETALX_FORMAT,
        (*talks, *breaks),
        version=file.text("version"),
        room_keys=tuple((slot.text("room"), slot.text("room_id")) for slot in (*slots, *file.parts("breaks"))),
        track_keys=tuple((talk.text("track"), talk.text("track_id")) for talk in listed_items(file)),
    )


def listed_items(file: JsonObject) -> list[JsonObject]:
    """The items of a response, which is a schedule or a page of results."""
    return file.parts("slots") or file.parts("results")


def require_whole(file: JsonObject, name: str) -> None:
    """Refuse a page that is followed by another one, since half a schedule looks like a whole one."""
    if "next" in file:
        text = f"This is one page of several ({len(listed_items(file))} of {file.text('count') or 'more'} entries)."
        raise import_refusal(name, f"{text} Ask for all at once, with ?limit=500, or import the event's own address.")


def inactive_reason(talk: JsonObject) -> str:
    """Explain why the state of a submission rules it out; empty if it does not."""
    return "cancelled" if talk.text("state").lower() in INACTIVE_STATES else ""


def pretalx_person(speaker: JsonObject) -> ProgrammePerson:
    """Read a speaker of pretalx."""
    return ProgrammePerson(speaker.text("name", "code"), speaker.text("code"), bio=speaker.text("biography"))


def _session(talk: JsonObject, slot: JsonObject, minutes: float | None) -> ProgrammeEntry:
    """Read what all these files say in the same way of a session and of its slot."""
    start = datetimes.parse_moment(slot.text("start"))
    return ProgrammeEntry(
        title=talk.text("title"),
        start=start,
        end=datetimes.end_or_length(start, slot.text("end"), minutes),
        key=talk.text("code"),
        language=talk.text("content_locale"),
        abstract=(talk.text("abstract"), talk.text("description")),
        cancelled=inactive_reason(talk),
    )


def _pretalx_talk(talk: JsonObject) -> ProgrammeEntry:
    slot = talk.part("slot")
    return replace(
        _session(talk, slot, talk.number("duration")),
        kind=talk.text("submission_type"),
        people=tuple(map(pretalx_person, talk.parts("speakers"))),
        rooms=(slot.text("room"),),
        track=text_of(talk.get("track")),
    )


def _pretalx_break(item: JsonObject) -> ProgrammeEntry:
    return ProgrammeEntry(
        title=item.text("description", "title") or "Break",
        start=datetimes.parse_moment(item.text("start")),
        end=datetimes.parse_moment(item.text("end")),
        kind="break",
        rooms=(item.text("room"),),
    )


PRETALX_V1_FORMAT = "pretalx (API v1)"

EXPAND_HINT = "expand=slots.room,slots.submission.speakers,slots.submission.track,slots.submission.submission_type"


def is_pretalx_v1(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    slots = file.get("slots")
    numbers_only = isinstance(slots, list) and any(isinstance(slot, int) for slot in slots)
    return numbers_only or any("submission" in slot.names() for slot in listed_items(file))


def read_pretalx_v1(file: JsonObject, name: str) -> Programme:
    """Read a response of pretalx's API v1.

    Raises ScheduleError if it refers to submissions that it does not contain.
    """
    require_whole(file, name)
    slots = listed_items(file)
    if not any(slot.part("submission").names() for slot in slots):
        text = "The slots only refer to their submissions. Ask for the whole submissions"
        raise import_refusal(name, f"{text}: add ?{EXPAND_HINT}, or import the event's own address.")
    submissions = [slot.part("submission") for slot in slots]
    return Programme(
        PRETALX_V1_FORMAT,
        tuple(map(_slot_entry, slots)),
        version=file.text("version"),
        room_keys=tuple((_expanded_name(slot, "room"), slot.part("room").text("id")) for slot in slots),
        track_keys=tuple((_expanded_name(talk, "track"), talk.part("track").text("id")) for talk in submissions),
    )


def _slot_entry(slot: JsonObject) -> ProgrammeEntry:
    talk = slot.part("submission")
    is_talk, is_hidden = "submission" in slot, slot.get("is_visible") is False or _is_blocker(slot)
    session = _session(talk, slot, slot.number("duration"))
    return replace(
        session,
        title=session.title if is_talk else slot.text("description") or "Break",
        kind=talk.part("submission_type").text("name") if is_talk else "break",
        people=tuple(_expanded_person(person) for person in _expanded_items(talk.get("speakers"))),
        rooms=(_expanded_name(slot, "room"),),
        track=_expanded_name(talk, "track"),
        cancelled="not public" if is_hidden else session.cancelled,
    )


def _is_blocker(slot: JsonObject) -> bool:
    return slot.text("slot_type") == "blocker"


def _expanded_person(person: object) -> ProgrammePerson:
    """Read a speaker that is expanded, or only given by code."""
    return pretalx_person(JsonObject(person)) if isinstance(person, dict) else ProgrammePerson(text_of(person))


def _expanded_items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _expanded_name(thing: JsonObject, key: str) -> str:
    """The name of an expanded room or track; empty for a bare number, which tells people nothing."""
    part = thing.part(key)
    return part.text("name") or ("" if isinstance(thing.get(key), int) else thing.text(key))


WIDGET_FORMAT = "pretalx (widget)"


def is_pretalx_widget(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    return all(isinstance(file.get(key), list) for key in ("talks", "rooms", "speakers")) and "conference" not in file


def read_pretalx_widget(file: JsonObject, name: str) -> Programme:
    """Read the file of pretalx's schedule widget."""
    rooms = {room.text("id"): room.text("name") for room in file.parts("rooms")}
    tracks = {track.text("id"): track.text("name") for track in file.parts("tracks")}
    people = {speaker.text("code"): pretalx_person(speaker) for speaker in file.parts("speakers")}
    return Programme(
        format=WIDGET_FORMAT,
        entries=tuple(_widget_entry(talk, rooms, tracks, people) for talk in file.parts("talks")),
        zone=file.text("timezone"),
        days=datetimes.parse_days(file.text(key) for key in ("event_start", "event_end")),
        version=file.text("version"),
        room_keys=tuple((name, key) for key, name in rooms.items()),
        track_keys=tuple((name, key) for key, name in tracks.items()),
    )


def _widget_entry(
    talk: JsonObject, rooms: Mapping[str, str], tracks: Mapping[str, str], people: Mapping[str, ProgrammePerson]
) -> ProgrammeEntry:
    session, is_break = _session(talk, talk, talk.number("duration")), "code" not in talk
    return replace(
        session,
        title=session.title or ("Break" if is_break else ""),
        kind="break" if is_break else talk.text("session_type"),
        people=tuple(people.get(code, ProgrammePerson(code)) for code in talk.texts("speakers")),
        rooms=(rooms.get(talk.text("room"), ""),),
        track=tracks.get(text_of(talk.get("track")), ""),
        cancelled="not public" if _is_blocker(talk) else session.cancelled,
    )
