"""The records of a schedule file: the keys that each kind may have, and reading one field by field.

Everything that is wrong with a record is reported. data/README.md describes the format for people.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.schedule import local_time
from bot.schedule.texts import ID, paragraphs, quote_value, single_line
from bot.schedule.yaml.nodes import Mapping, Node, ProblemCollector, Scalar, Sequence

LINK = re.compile(r"https?://[^\s/<>|][^\s<>|]*")

MAX_LINK = 2_000

MAX_NUMBER = 1_000_000

FLAGS = {"yes": True, "true": True, "no": False, "false": False}

SHAPES = {Scalar: "text", Sequence: "a list", Mapping: "a mapping"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """One kind of mapping in the file, with the name that messages use for it."""

    name: str
    keys: tuple[str, ...]  # in the order in which they are written
    required: tuple[str, ...]

    @property
    def name_with_article(self) -> str:
        """The name with its article: `a talk`, `an info entry`."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"


def _format(name: str, keys: str, required: str) -> RecordFormat:
    return RecordFormat(name, tuple(keys.split()), tuple(required.split()))


SCHEDULE = _format(
    "schedule", "conference rooms tracks speakers talks info walks former_rooms former_tracks", required="conference"
)

CONFERENCE = _format("conference", "name timezone days url", required="name timezone days")

ROOM = _format("room", "id name floor seats key", required="id name")

WALK = _format("walk", "from to minutes", required="from to minutes")

TRACK = _format("track", "id title day room host description key", required="id title")

SPEAKER = _format("speaker", "id name role affiliation bio key", required="id name")

TALK = _format(
    "talk",
    "id title subtitle kind level language speakers track room start end abstract url stream recording note full "
    "cancelled key",
    required="id title start end",
)

INFO = _format("info entry", "ask answer", required="ask answer")

RECORD_FORMATS = (SCHEDULE, CONFERENCE, ROOM, WALK, TRACK, SPEAKER, TALK, INFO)


class Record:
    """A mapping of the file, read as one `part` of the format, such as a talk."""

    __slots__ = ("_node", "_problems", "id", "part")

    def __init__(self, node: Mapping, part: RecordFormat, problems: ProblemCollector) -> None:
        self.part = part
        self._node = node
        self._problems = problems
        self._report_unknown_keys()
        self._report_missing_keys()
        self.id = self._id() if "id" in part.keys else ""

    def position(self, key: str) -> Node:
        """The node of a key's value, for its position; without the key, the mapping itself."""
        return self._node.entries.get(key, self._node)

    def single_line(self, key: str) -> str:
        """A text on one line, with single spaces."""
        return single_line(self._text(key))

    def text(self, key: str) -> str:
        """A text that may have paragraphs."""
        return paragraphs(self._text(key))

    def link(self, key: str) -> str:
        """A web address."""
        link = self._text(key).strip()
        if link and not (LINK.fullmatch(link) and len(link) <= MAX_LINK):
            self._error(key, f"{quote_value(link)} isn't a web address: write it like https://example.org/talk.")
        return link

    def flag(self, key: str) -> bool:
        """A yes or no; no without the key."""
        word = self._text(key).strip().casefold()
        if word and word not in FLAGS:
            self._error(key, f"`{key}` should be yes or no, not {quote_value(word)}.")
        return FLAGS.get(word, False)

    def number(self, key: str) -> int:
        """A whole number above 0; 0 without the key."""
        text = self._text(key).strip()
        digits = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_NUMBER))
        if text and not (digits and 0 < int(text) <= MAX_NUMBER):
            self._error(key, f"`{key}` should be a whole number from 1 to {MAX_NUMBER:,}, not {quote_value(text)}.")
            return 0
        return int(text or 0)

    def lines(self, key: str) -> tuple[str, ...]:
        """A list of short texts. A single text is read as a list of one."""
        return tuple(single_line(item.text) for item in self._scalars(key))

    def days(self, key: str) -> tuple[date, ...]:
        """Days at the venue, in order. A single day is read as a list of one."""
        days = (self._parsed(item, local_time.parse_day) for item in self._scalars(key))
        return tuple(sorted({day for day in days if day}))

    def day(self, key: str) -> date | None:
        """A day at the venue."""
        scalar = self._scalar(key)
        return self._parsed(scalar, local_time.parse_day) if scalar else None

    def moment(self, key: str, zone: ZoneInfo) -> datetime | None:
        """A local time of the venue, converted to UTC."""
        scalar = self._scalar(key)
        return self._parsed(scalar, lambda text: local_time.parse_local(text, zone)) if scalar else None

    def zone(self, key: str) -> ZoneInfo | None:
        """A time zone by its IANA name."""
        name = self._text(key).strip()
        zone = local_time.zone_named(name)
        if name and zone is None:
            near = self._problems.suggestion(name, local_time.zone_names()) or " Name it like Europe/London."
            self._error(key, f"There is no time zone {quote_value(name)}.{near}")
        return zone

    def reference(self, key: str, known: Lookup[str, T], section: str) -> T | None:
        """The item that an id refers to. `known` has the items that the file lists in `section`, by id."""
        scalar = self._scalar(key)
        return self._lookup(scalar, known, section) if scalar else None

    def references(self, key: str, known: Lookup[str, T], section: str) -> tuple[T, ...]:
        """The items that a list of ids refers to, in that order. A single id is read as a list of one."""
        items: dict[str, T] = {}
        for scalar in self._scalars(key):
            item = self._lookup(scalar, known, section)
            if scalar.text.strip() in items:
                self._problems.warning(scalar, f"{quote_value(scalar.text)} is named twice here.")
            elif item is not None:
                items[scalar.text.strip()] = item
        return tuple(items.values())

    def record(self, key: str, part: RecordFormat) -> "Record | None":
        """The mapping under a key; `None` without the key."""
        return self._record(self.position(key), part) if self._has(key) else None

    def records(self, key: str, part: RecordFormat) -> list["Record"]:
        """The mappings that are listed under a key."""
        if not self._has(key):
            return []
        node = self.position(key)
        if not isinstance(node, Sequence):
            self._error(key, f"`{key}` should be a list, not {SHAPES[type(node)]}: begin each {part.name} with `- `.")
            return []
        records = (self._record(item, part) for item in node.items)
        return [record for record in records if record]

    def _record(self, node: Node, part: RecordFormat) -> "Record | None":
        if isinstance(node, Mapping):
            return Record(node, part, self._problems)
        wanted = ", ".join(f"`{key}:`" for key in part.required)
        text = f"{part.name_with_article.capitalize()} should be a mapping with {wanted}, not {SHAPES[type(node)]}."
        self._problems.error(node, text)
        return None

    def _id(self) -> str:
        name = self._text("id").strip()
        if name and not ID.fullmatch(name):
            self._error("id", f"{quote_value(name)} isn't an id: use letters, digits and - _ . : @ / + ~, at most 128.")
        return name

    def _has(self, key: str) -> bool:
        if key not in self._node.entries:
            return False
        node = self.position(key)
        return not (isinstance(node, Scalar) and node.is_nothing)

    def _scalar(self, key: str) -> Scalar | None:
        if not self._has(key):
            return None
        node = self.position(key)
        if isinstance(node, Scalar):
            return node
        self._error(key, f"`{key}` should be text, not {SHAPES[type(node)]}.")
        return None

    def _text(self, key: str) -> str:
        scalar = self._scalar(key)
        return scalar.text if scalar else ""

    def _scalars(self, key: str) -> list[Scalar]:
        if not self._has(key):
            return []
        node = self.position(key)
        if isinstance(node, Mapping):
            self._error(key, f"`{key}` should be a list, not a mapping: write it like [one, another].")
            return []
        items = node.items if isinstance(node, Sequence) else [node]
        for item in items:
            if not isinstance(item, Scalar) or not item.text.strip():
                self._problems.error(item, f"`{key}` should be a list of texts, none of them empty.")
        return [item for item in items if isinstance(item, Scalar) and item.text.strip()]

    def _parsed(self, scalar: Scalar, read: Callable[[str], T]) -> T | None:
        try:
            return read(scalar.text.strip())
        except local_time.UnclearTime as why:
            self._problems.error(scalar, f"{quote_value(scalar.text)}: {why}.")
            return None

    def _lookup(self, scalar: Scalar, known: Lookup[str, T], section: str) -> T | None:
        name = scalar.text.strip()
        if name not in known:
            near = self._problems.suggestion(name, known) or f" Add it under `{section}`, or leave it out here."
            self._problems.error(scalar, f"No entry in `{section}` has the id {quote_value(name)}.{near}")
        return known.get(name)

    def _report_unknown_keys(self) -> None:
        if self._problems.takes_unknown_keys:
            return
        for name in self._node.entries:
            if name not in self.part.keys:
                near = self._problems.suggestion(name, self.part.keys) or f" The keys are {', '.join(self.part.keys)}."
                self._problems.error(
                    self._node.key_position(name),
                    f"{quote_value(name)} isn't a key of {self.part.name_with_article}.{near}",
                )

    def _report_missing_keys(self) -> None:
        for key in self.part.required:
            if key not in self._node.entries:
                self._problems.error(self._node, f"{self.part.name_with_article.capitalize()} needs `{key}:`. Add it.")
            elif _is_empty(self.position(key)):
                self._error(key, f"`{key}` is empty; {self.part.name_with_article} needs it.")

    def _error(self, key: str, text: str) -> None:
        self._problems.error(self.position(key), text)


def _is_empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.is_nothing or not node.text.strip()
    return isinstance(node, Sequence) and not node.items
