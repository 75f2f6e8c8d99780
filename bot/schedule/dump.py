"""Schedule -> a schedule file, compact and always the same: how revisions are kept.

It is JSON with an entry a line: JSON is YAML too, so what is written here is read by `load` as any other file.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from bot.schedule import wall
from bot.schedule.model import Conference, Info, Room, Schedule, Speaker, Talk, Track
from bot.schedule.texts import CONTROL

# Legal in JSON, but YAML takes these for line ends, byte order marks or nothing printable.
_FORBIDDEN_CHARACTERS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")

YamlEntry = Mapping[str, object]


def dump(schedule: Schedule) -> bytes:
    """The schedule as a file in UTF-8; `load` gives an equal schedule back if its texts are in normal form (texts.py)."""
    # Encoded entry by entry: a text of the whole would take four bytes a letter if a single one needs them.
    return b"{" + b",\n".join(_yaml_lines(schedule)) + b"}\n"


def conference_entry(schedule: Schedule) -> YamlEntry:
    """The conference as the format writes it, key by key in the format's order; what is empty is left out."""
    return _non_empty(_conference(schedule.conference))


def section_entries(schedule: Schedule) -> Mapping[str, list[YamlEntry]]:
    """The lists of a schedule file by their names, entries likewise. Those without entries are left out but talks."""
    zone = schedule.conference.timezone
    lists: dict[str, Iterable[YamlEntry]] = {
        "rooms": map(_room, schedule.rooms),
        "tracks": map(_track, schedule.tracks),
        "speakers": map(_speaker, schedule.speakers),
        "talks": (_talk(talk, zone) for talk in schedule.talks),
        "info": map(_info, schedule.info),
    }
    told = {name: list(map(_non_empty, entries)) for name, entries in lists.items()}
    return {name: entries for name, entries in told.items() if entries or name == "talks"}


def _yaml_lines(schedule: Schedule) -> Iterator[bytes]:
    yield b'"conference": ' + _entry_line(conference_entry(schedule))
    for name, entries in section_entries(schedule).items():
        yield b'"%b": [\n%b]' % (name.encode(), b",\n".join(map(_entry_line, entries)))


def _non_empty(entry: YamlEntry) -> YamlEntry:
    return {key: _clean(value) for key, value in entry.items() if value}


def _entry_line(entry: YamlEntry) -> bytes:
    """One entry in one line, in UTF-8."""
    text = json.dumps(entry, ensure_ascii=False, separators=(", ", ": "))
    return _FORBIDDEN_CHARACTERS.sub(lambda found: f"\\u{ord(found.group()):04x}", text).encode()


def _clean(value: object) -> object:
    """Without the characters that no file may hold, or a revision might be kept that cannot be read again."""
    return CONTROL.sub("", value) if isinstance(value, str) else value


def _conference(conference: Conference) -> YamlEntry:
    days = [day.isoformat() for day in conference.days]
    return {"name": conference.name, "timezone": conference.timezone.key, "days": days, "url": conference.url}


def _room(room: Room) -> YamlEntry:
    return {"id": room.id, "name": room.name, "floor": room.floor}


def _track(track: Track) -> YamlEntry:
    return {
        "id": track.id,
        "title": track.title,
        "day": track.day and track.day.isoformat(),
        "room": track.room and track.room.id,
        "host": [speaker.id for speaker in track.host],
        "description": track.description,
    }


def _speaker(speaker: Speaker) -> YamlEntry:
    return {
        "id": speaker.id,
        "name": speaker.name,
        "role": speaker.role,
        "affiliation": speaker.affiliation,
        "bio": speaker.bio,
    }


def _talk(talk: Talk, zone: ZoneInfo) -> YamlEntry:
    return {
        "id": talk.id,
        "title": talk.title,
        "subtitle": talk.subtitle,
        "kind": "" if talk.kind == "talk" else talk.kind,
        "speakers": [speaker.id for speaker in talk.speakers],
        "track": talk.track and talk.track.id,
        "room": talk.room and talk.room.id,
        "start": wall.format_local(talk.start, zone),
        "end": wall.format_local(talk.end, zone),
        "abstract": talk.abstract,
        "url": talk.url,
        "stream": talk.stream,
        "recording": talk.recording,
        "note": talk.note,
        "full": talk.full,
        "cancelled": talk.cancelled,
    }


def _info(info: Info) -> YamlEntry:
    return {"ask": list(info.ask), "answer": info.answer}
