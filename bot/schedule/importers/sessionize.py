"""Importers for Sessionize's endpoints All, GridSmart and Sessions (https://sessionize.com/api/v2/…/view/All).

In All, sessions refer to speakers, rooms and categories by number; in the others, they repeat their names. Times are
local times of the venue, without a zone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.schedule.importers import datetimes
from bot.schedule.importers.json_xml import TOP_LEVEL_LIST, JsonObject
from bot.schedule.importers.models import Programme, ProgrammeEntry, ProgrammePerson
from bot.schedule.importers.normalise import says_break, session_kind

SESSIONIZE_FORMAT, SESSIONIZE_LIST_FORMAT = "Sessionize (All)", "Sessionize (GridSmart or Sessions)"

TRACK_CATEGORIES = re.compile(r"track|stream|topic", re.IGNORECASE)

KIND_CATEGORIES = re.compile(r"format|type", re.IGNORECASE)

LEVEL_CATEGORIES = re.compile(r"level|experience|audience", re.IGNORECASE)

LIVE_QUESTIONS = re.compile(r"stream|live", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _References:
    """The items that sessions refer to by number, by that number."""

    rooms: Mapping[str, str]
    people: Mapping[str, ProgrammePerson]
    tracks: Mapping[str, str]
    kinds: Mapping[str, str]
    levels: Mapping[str, str]
    questions: Mapping[str, str]


def is_sessionize(file: JsonObject) -> bool:
    """Tell whether the file is in this format."""
    return all(isinstance(file.get(key), list) for key in ("sessions", "speakers", "rooms"))


def read_sessionize(file: JsonObject, name: str) -> Programme:
    """Read a response of Sessionize's endpoint All."""
    known = _References(
        rooms={room.text("id"): room.text("name") for room in file.parts("rooms")},
        people={speaker.text("id"): _person(speaker) for speaker in file.parts("speakers")},
        tracks=_items(file, TRACK_CATEGORIES),
        kinds=_items(file, KIND_CATEGORIES),
        levels=_items(file, LEVEL_CATEGORIES),
        questions={question.text("id"): question.text("question") for question in file.parts("questions")},
    )
    return Programme(
        SESSIONIZE_FORMAT,
        tuple(_entry(session, known) for session in file.parts("sessions")),
        room_keys=tuple((name, key) for key, name in known.rooms.items()),
        track_keys=tuple((name, key) for key, name in known.tracks.items()),
    )


def is_sessionize_list(file: JsonObject) -> bool:
    """Tell whether the file lists days (GridSmart) or groups of sessions (Sessions)."""
    return any("startsAt" in session and "isServiceSession" in session for session in _listed_sessions(file))


def read_sessionize_list(file: JsonObject, name: str) -> Programme:
    """Read a response of Sessionize's endpoints GridSmart or Sessions."""
    sessions = _listed_sessions(file)
    categories = [category for session in sessions for category in session.parts("categories")]
    endpoint_all = {
        "sessions": [_with_references(session) for session in sessions],
        "speakers": [
            {"id": speaker.text("id"), "fullName": speaker.text("name")}
            for session in sessions
            for speaker in session.parts("speakers")
        ],
        "rooms": [{"id": session.text("roomId"), "name": session.text("room")} for session in sessions],
        "categories": [
            {"title": category.text("name"), "items": category.get("categoryItems")} for category in categories
        ],
    }
    return replace(read_sessionize(JsonObject(endpoint_all), name), format=SESSIONIZE_LIST_FORMAT)


def _listed_sessions(file: JsonObject) -> list[JsonObject]:
    groups = file.parts(TOP_LEVEL_LIST)
    rooms = [room for group in groups for room in group.parts("rooms")]
    return [session for group in groups + rooms for session in group.parts("sessions")]


def _with_references(session: JsonObject) -> dict[str, object]:
    """The session as All has it, with numbers in place of names."""
    items = [item for category in session.parts("categories") for item in category.parts("categoryItems")]
    return {key: session.get(key) for key in session.names()} | {
        "speakers": [speaker.text("id") for speaker in session.parts("speakers")],
        "categoryItems": [item.text("id") for item in items],
    }


def _items(file: JsonObject, wanted: re.Pattern[str]) -> dict[str, str]:
    """The items of all categories of sessions whose title matches, by id."""
    categories = [category for category in file.parts("categories") if wanted.search(category.text("title"))]
    return {item.text("id"): item.text("name") for category in categories for item in category.parts("items")}


def _entry(session: JsonObject, known: _References) -> ProgrammeEntry:
    items = session.texts("categoryItems")
    title = session.text("title")
    people = tuple(known.people[id] for id in session.texts("speakers") if id in known.people)
    kind = next((known.kinds[id] for id in items if id in known.kinds), "")
    return ProgrammeEntry(
        title=title,
        start=datetimes.parse_moment(session.text("startsAt")),
        end=datetimes.parse_moment(session.text("endsAt")),
        key=session.text("id"),
        kind=_service_kind(title) if session.is_true("isServiceSession") else kind,
        level=next((known.levels[id] for id in items if id in known.levels), ""),
        people=people,
        rooms=(known.rooms.get(session.text("roomId"), ""),),
        track=next((known.tracks[id] for id in items if id in known.tracks), ""),
        abstract=(session.text("description"),),
        stream=session.text("liveUrl") or _stream(session, known.questions),
        cancelled="cancelled" if session.text("status").lower() in ("declined", "canceled") else "",
    )


def _service_kind(title: str) -> str:
    """The kind of a service session, such as lunch or a welcome. It is a break only if its title says so."""
    kind = session_kind("", title, has_speakers=False, is_break=True)
    return kind if kind != "break" or says_break(title) else ""


def _person(speaker: JsonObject) -> ProgrammePerson:
    name = speaker.text("fullName") or f"{speaker.text('firstName')} {speaker.text('lastName')}"
    return ProgrammePerson(name, speaker.text("id"), role=speaker.text("tagLine"), bio=speaker.text("bio"))


def _stream(session: JsonObject, questions: Mapping[str, str]) -> str:
    """The address of the live stream, from the answers to questions about it."""
    answers = session.parts("questionAnswers")
    urls = (
        answer.text("answerValue")
        for answer in answers
        if LIVE_QUESTIONS.search(questions.get(answer.text("questionId"), ""))
    )
    return next((url for url in urls if url.startswith("https://")), "")
