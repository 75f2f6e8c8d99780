"""Writing schedule files, in two forms that `load` reads.

`dump` writes the compact form in which the database keeps versions: JSON, which is also YAML, with one entry per line.
The same schedule always gives the same bytes. `schedule_yaml` writes YAML for people to read and edit.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.schedule import local_time
from bot.schedule.models import Listed, Schedule, Talk
from bot.schedule.texts import CONTROL, REASON_END
from bot.schedule.yaml.record import CONFERENCE, INFO, ROOM, SPEAKER, TALK, TRACK, RecordFormat

# These characters are legal in JSON, but YAML reads them as line ends or byte order marks, or refuses them.
_FORBIDDEN_CHARACTERS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")

YamlEntry = dict[str, object]


def dump(schedule: Schedule) -> bytes:
    """Write a schedule as a compact file in UTF-8.

    `load` reads an equal schedule from it, if the texts are in the normal form of `single_line` and `paragraphs`.
    """
    # Each entry is encoded by itself: one wide character makes Python keep a whole text with four bytes each.
    return b"".join(_pieces(schedule))


def _sections(schedule: Schedule) -> Mapping[str, Iterator[YamlEntry]]:
    """The entries of each list of a schedule file, made one by one: together they take three times its memory."""
    zone = schedule.conference.timezone
    return {
        "rooms": (_record(room, ROOM) for room in schedule.rooms),
        "tracks": (_record(track, TRACK) for track in schedule.tracks),
        "speakers": (_record(speaker, SPEAKER) for speaker in schedule.speakers),
        "talks": (_talk(talk, zone) for talk in schedule.talks),
        "info": (_record(info, INFO) for info in schedule.info),
        "walks": ({"from": walk.start.id, "to": walk.end.id, "minutes": walk.minutes} for walk in schedule.walks),
        "former_rooms": (_record(room, ROOM) for room in schedule.former_rooms),
        "former_tracks": (_record(track, TRACK) for track in schedule.former_tracks),
    }


def _pieces(schedule: Schedule) -> Iterator[bytes]:
    yield b'{"conference": ' + _entry_line(_record(schedule.conference, CONFERENCE))
    for name, entries in _sections(schedule).items():
        lines = b",\n".join(map(_entry_line, entries))
        if lines or name == "talks":
            yield from (b',\n"%b": [\n' % name.encode(), lines, b"]")
    yield b"}\n"


def _entry_line(entry: YamlEntry) -> bytes:
    """Write an entry on one line, in UTF-8."""
    text = json.dumps(entry, ensure_ascii=False, separators=(", ", ": "), default=date.isoformat)
    return _FORBIDDEN_CHARACTERS.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode()


def _talk(talk: Talk, zone: ZoneInfo) -> YamlEntry:
    return _record(
        talk,
        TALK,
        kind="" if talk.kind == "talk" else talk.kind,
        start=local_time.format_local(talk.start, zone),
        end=local_time.format_local(talk.end, zone),
        note=f"{talk.reason}{REASON_END} {talk.note}" if talk.reason else talk.note,
    )


def _record(item: object, part: RecordFormat, **written: str) -> YamlEntry:
    """The fields of an item that are not empty, by the keys of its format. Some may be `written` already."""
    values = ((key, written[key] if key in written else getattr(item, key)) for key in part.keys)
    return {key: _plain(value) for key, value in values if value}


def _plain(value: object) -> object:
    """Write a value as the file has it. Another item of the schedule is written as its id."""
    match value:
        case str():
            return CONTROL.sub("", value)  # `load` refuses these characters, and every version must be read again
        case tuple():
            return list(map(_plain, value))
        case Listed():
            return value.id
        case ZoneInfo():
            return value.key
    return value


DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

MAX_LINE = 120  # characters; a list of ids that fits stays on one line


def schedule_yaml(schedule: Schedule) -> bytes:
    """Write a schedule as a YAML file in UTF-8 for people to edit.

    `load` reads an equal schedule from it, if the texts are in the normal form of `single_line` and `paragraphs`.
    """
    return "".join(_yaml_pieces(schedule)).encode()


def _yaml_pieces(schedule: Schedule) -> Iterator[str]:
    yield _yaml_text({"conference": _record(schedule.conference, CONFERENCE)})
    for name, entries in _sections(schedule).items():
        texts = [_yaml_text([entry]) for entry in entries]
        if texts or name == "talks":
            yield f"\n{name}:\n" if texts else f"\n{name}: []\n"
            yield ("\n" if name in ("talks", "speakers", "info") else "").join(texts)


class _Dumper(DUMPER):  # type: ignore[misc]
    """A YAML dumper that writes entries as data/README.md shows them: `[one, another]`, and long texts as blocks."""

    yaml_representers = {  # noqa: RUF012 - PyYAML looks for it here
        **DUMPER.yaml_representers,
        list: lambda dumper, items: dumper.represent_sequence(
            "tag:yaml.org,2002:seq", items, flow_style=not isinstance(items[0], dict)
        ),
        str: lambda dumper, text: dumper.represent_scalar(
            "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
        ),
    }


def _yaml_text(value: object) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=MAX_LINE
    )
    return text
