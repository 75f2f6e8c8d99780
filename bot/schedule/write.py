"""Schedule -> a schedule file for people to read and to edit: YAML with an empty line between entries."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from bot.schedule.dump import YamlEntry, conference_entry, section_entries
from bot.schedule.model import Schedule

DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
MAX_LINE = 120  # characters; a list of ids that fits stays in one line


def schedule_yaml(schedule: Schedule) -> bytes:
    """The schedule as a YAML file in UTF-8; `load` gives an equal one back if its texts are in normal form (texts.py)."""
    return "".join(_yaml_pieces(schedule)).encode()


def _yaml_pieces(schedule: Schedule) -> Iterator[str]:
    yield _yaml_text({"conference": _styled(conference_entry(schedule))})
    for name, entries in section_entries(schedule).items():
        apart = "\n" if name in ("talks", "speakers", "info") else ""
        yield f"\n{name}:\n" if entries else f"\n{name}: []\n"
        yield apart.join(_yaml_text([_styled(entry)]) for entry in entries)


def _styled(entry: YamlEntry) -> dict[str, object]:
    """An entry with its values marked for how a person would write them."""
    return {key: _mark_style(key, value) for key, value in entry.items()}


class _FlowList(list[object]):
    """A list written in one line: [one, another]."""


class _BlockText(str):
    """A text written below a bar: |-."""

    __slots__ = ()


def _mark_style(key: str, value: object) -> object:
    if isinstance(value, list):
        days = key == "days"
        return _FlowList(date.fromisoformat(item) if days else item for item in value)
    if key == "day":
        return date.fromisoformat(str(value))
    return _BlockText(value) if isinstance(value, str) and "\n" in value else value


class _Dumper(DUMPER):  # type: ignore[misc]
    """Writes entries as data/README.md shows them."""

    yaml_representers = {  # noqa: RUF012 - PyYAML looks for it here
        **DUMPER.yaml_representers,
        _FlowList: lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True),
        _BlockText: lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|"),
    }


def _yaml_text(value: object) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=MAX_LINE
    )
    return text
