"""Schedule -> a schedule file for people to read and to edit: YAML with an empty line between entries."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from bot.schedule.dump import Entry, conference_entry, sections
from bot.schedule.model import Schedule

DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
LONGEST_LINE = 120  # characters; a list of ids that fits stays in one line


def as_yaml(schedule: Schedule) -> bytes:
    """The schedule as a YAML file in UTF-8; `load` gives an equal one back if its texts are in normal form (texts.py)."""
    return "".join(_pieces(schedule)).encode()


def _pieces(schedule: Schedule) -> Iterator[str]:
    yield _written({"conference": _by_hand(conference_entry(schedule))})
    for name, entries in sections(schedule).items():
        apart = "\n" if name in ("talks", "speakers", "info") else ""
        yield f"\n{name}:\n" if entries else f"\n{name}: []\n"
        yield apart.join(_written([_by_hand(entry)]) for entry in entries)


def _by_hand(entry: Entry) -> dict[str, object]:
    """An entry with its values marked for how a person would write them."""
    return {key: _marked(key, value) for key, value in entry.items()}


class _Words(list[object]):
    """A list written in one line: [one, another]."""


class _Paragraphs(str):
    """A text written below a bar: |-."""

    __slots__ = ()


def _marked(key: str, value: object) -> object:
    if isinstance(value, list):
        days = key == "days"
        return _Words(date.fromisoformat(item) if days else item for item in value)
    if key == "day":
        return date.fromisoformat(str(value))
    return _Paragraphs(value) if isinstance(value, str) and "\n" in value else value


class _Dumper(DUMPER):  # type: ignore[misc]
    """Writes entries as data/README.md shows them."""

    yaml_representers = {  # noqa: RUF012 - PyYAML looks for it here
        **DUMPER.yaml_representers,
        _Words: lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True),
        _Paragraphs: lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|"),
    }


def _written(value: object) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=LONGEST_LINE
    )
    return text
