"""Importer for iCalendar (RFC 5545): Sched's export and other .ics files of conferences."""

import html
import quopri
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, vBroken

from bot.schedule.importers.html_to_text import check_length, to_plain_text
from bot.schedule.importers.json_xml import check_size, check_value_count, import_refusal
from bot.schedule.importers.models import Programme, ProgrammeEntry, ProgrammePerson

ICAL_FORMAT = "iCalendar"

MOST_PROPERTIES = 40_000  # not counting continuation lines; each property becomes objects of a kilobyte

MOST_PARTS = 100_000  # parameters of properties, and values that commas separate

DAY_LONG = timedelta(hours=12)  # such an entry is a note on the day, like its theme, not a session

_PROPERTY_END = re.compile(rb"[\r\n](?![ \t\r\n])")

_SCHED = re.compile(r"-//Sched\.com (.+?)//", re.IGNORECASE)

_SPEAKERS = re.compile(
    r"(?:speakers?|presenters?|presented by|by|with|host(?:ed by)?|von|mit|referent(?:in|innen|en)?|vortragende[rn]?)"
    r"\s*:\s*(.+)",
    re.IGNORECASE,
)

_AND = re.compile(r"\s*[,;]\s*|\s+(?:and|und|&)\s+")

_FLOOR = re.compile(r"\b(?:decks?|level|floor|etage|stock|obergeschoss|erdgeschoss)\b", re.IGNORECASE)


def read_ical(data: bytes, name: str) -> Programme:
    """Read the programme in an .ics file. Raises ScheduleError."""
    check_size(data, name)
    check_value_count(data.count(b";") + data.count(b","), name, MOST_PARTS)
    check_value_count(data.count(b"\n") - data.count(b"\n ") - data.count(b"\n\t"), name, MOST_PROPERTIES)
    for line in _PROPERTY_END.split(data):
        check_length(line)
    text, guessed = _decode(data)
    if not text.rstrip().upper().endswith("END:VCALENDAR"):
        raise import_refusal(name, "The end is missing (`END:VCALENDAR`). Is the file complete?")
    try:
        calendars: list[Any] = list(Calendar.from_ical(text, multiple=True))
    except (ValueError, LookupError, RecursionError, TypeError, AttributeError, OverflowError, OSError):
        raise import_refusal(name, "This is not valid iCalendar. Is the file complete?") from None
    events = [event for calendar in calendars for event in calendar.subcomponents if event.name == "VEVENT"]
    header = calendars[0] if calendars else Calendar()
    sched = _SCHED.search(_text(header, "PRODID"))
    return Programme(
        format=f"{ICAL_FORMAT} (Sched)" if sched else ICAL_FORMAT,
        entries=tuple(map(_entry, events)),
        name=sched[1] if sched else _text(header, "X-WR-CALNAME") or _text(header, "X-WR-CALDESC"),
        zone=_zone(header, events),
        guessed=(*guessed, *_guess_notes(events)),
    )


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        guess = "The file is not UTF-8: it was read as Windows-1252. Are the accents right?"
        return data.decode("cp1252", "replace"), (guess,)


def _zone(header: Any, events: Iterable[Any]) -> str:
    """The calendar's time zone, or the one that most events name.

    UTC does not count: Sched names it for every venue.
    """
    named = _text(header, "X-WR-TIMEZONE")
    if named and named.upper() not in ("UTC", "GMT", "Z"):
        return named
    names = Counter(str(_param(event, "DTSTART", "TZID") or "") for event in events)
    names.pop("", None)
    return names.most_common(1)[0][0] if names else ""


def _entry(event: Any) -> ProgrammeEntry:
    start, end = _moment(event, "DTSTART"), _end(event)
    description = to_plain_text(_text(event, "DESCRIPTION"))
    speakers, rest = _speakers(description)
    place, floor = _room_and_floor(_text(event, "LOCATION"))
    return ProgrammeEntry(
        title=_text(event, "SUMMARY"),
        start=start if isinstance(start, datetime) else None,
        end=end,
        key=_text(event, "UID"),
        people=_attendees(event) or tuple(map(_decoded_person, speakers)),
        rooms=(place,),
        floor=floor,
        track=_category(event),
        abstract=(rest,),
        url=_text(event, "URL"),
        cancelled=_skip_reason(event, start, end),
    )


def _skip_reason(event: Any, start: object, end: datetime | None) -> str:
    if _text(event, "STATUS").upper() == "CANCELLED":
        return "cancelled"
    if start is not None and not isinstance(start, datetime):
        return "lasting all day"
    if isinstance(start, datetime) and end and _length_between(start, end) >= DAY_LONG:
        return "lasting 12 hours or more, as notes about a day do"
    return ""


def _length_between(start: datetime, end: datetime) -> timedelta:
    """The time between two moments; zero if only one of them has a time zone."""
    return end - start if (start.tzinfo is None) == (end.tzinfo is None) else timedelta()


def _end(event: Any) -> datetime | None:
    end = _moment(event, "DTEND")
    if isinstance(end, datetime):
        return end
    start, lasts = _moment(event, "DTSTART"), _moment(event, "DURATION")
    try:
        return start + lasts if isinstance(start, datetime) and isinstance(lasts, timedelta) else None
    except OverflowError:
        return None


def _moment(event: Any, key: str) -> object:
    """The date, moment or duration in a property; `None` if it cannot be read."""
    value = _first(event.get(key))
    return None if isinstance(value, vBroken) else getattr(value, "dt", None)


def _attendees(event: Any) -> tuple[ProgrammePerson, ...]:
    """The attendees that are people and have a name. Rooms and resources are attendees, too."""
    value = event.get("ATTENDEE")
    params = [getattr(attendee, "params", {}) for attendee in (value if isinstance(value, list) else [value])]
    people = [param for param in params if str(param.get("CUTYPE", "INDIVIDUAL")).upper() == "INDIVIDUAL"]
    return tuple(ProgrammePerson(str(param["CN"])) for param in people if param.get("CN"))


def _speakers(description: str) -> tuple[list[str], str]:
    """Split a description into the speakers that its first line names (`Speaker: …`) and the rest."""
    first, _, rest = description.partition("\n")
    match = _SPEAKERS.fullmatch(first.strip()) if len(first) < 500 else None
    return ([name for name in _AND.split(match[1]) if name], rest.strip()) if match else ([], description)


def _decoded_person(name: str) -> ProgrammePerson:
    """Make a person of a name that is plain text already; the names of persons are decoded once more."""
    return ProgrammePerson(html.escape(name, quote=False))


def _room_and_floor(location: str) -> tuple[str, str]:
    """Split a location into room and floor: `World Stage, Deck 2, Forward` -> `World Stage`, `Deck 2, Forward`."""
    room, comma, rest = location.partition(",")
    return (room, rest.strip()) if comma and _FLOOR.search(rest) else (location, "")


def _category(event: Any) -> str:
    value = _first(event.get("CATEGORIES"))
    categories = getattr(value, "cats", None) or []
    return str(categories[0]) if categories else ""


def _text(component: Any, key: str) -> str:
    """The text of a property, of several the first. Quoted-printable (vCalendar 1.0) is decoded."""
    value = _first(component.get(key))
    if value is None:
        return ""
    if str(_param(component, key, "ENCODING") or "").upper() == "QUOTED-PRINTABLE":
        return quopri.decodestring(str(value).encode()).decode("utf-8", "replace")
    return str(value)


def _param(component: Any, key: str, param: str) -> object:
    return getattr(_first(component.get(key)), "params", {}).get(param)


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _guess_notes(events: list[Any]) -> Iterable[str]:
    if repeating := sum("RRULE" in event for event in events):
        yield f"Entries that repeat: {repeating}. Only the first time of each was read."
    if any(_speakers(to_plain_text(_text(event, "DESCRIPTION")))[0] for event in events if not _attendees(event)):
        yield "Speakers were read from the first line of descriptions (`Speaker: …`)."
    elif any(map(_attendees, events)):
        yield "Speakers were read from the entries' attendees."
