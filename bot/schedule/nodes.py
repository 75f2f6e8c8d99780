"""YAML -> nodes that know their line and column, within limits that keep a hostile file harmless."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from bot.schedule.problems import Problems, quoted
from bot.schedule.texts import CONTROL

MOST_BYTES = 10_000_000
MOST_NODES = 250_000  # ten times FOSDEM, and what about 10 MB of a real schedule have
DEEPEST = 20  # a schedule needs five
MOST_CONTROLS_TOLD = 20

# libyaml reads a file forty times faster than Python does, but not every machine has it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

NOTHING = frozenset({"", "~", "null", "Null", "NULL"})

HINTS = (
    ("mapping values are not allowed", 'A text with `: ` in it needs quotes: "like: this".'),
    ("cannot start any token", "Indent with spaces, not tabs; quote a text that begins with @, ` or %."),
    ("expected <block end>", "Is it indented like the lines above, and is every quote closed?"),
    ("did not find expected key", "Is it indented like the lines above, and is every quote closed?"),
    ("could not find expected ':'", "Is there a colon and a space after the key, and is every quote closed?"),
    ("while scanning a quoted scalar", "Is every quote closed?"),
    ("unexpected end of stream", "Is every quote closed?"),
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text. Lines and columns count from 1, as in every node."""

    line: int
    column: int
    text: str
    plain: bool = False  # without quotes

    @property
    def is_nothing(self) -> bool:
        """Whether the value was left out: `url:`, `url: ~` or `url: null`."""
        return self.plain and self.text in NOTHING


@dataclass(frozen=True, slots=True)
class Sequence:
    line: int
    column: int
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    line: int
    column: int
    entries: dict[str, tuple[Scalar, "Node"]] = field(default_factory=dict)


Node: TypeAlias = Scalar | Sequence | Mapping


class _UnreadableError(Exception):
    """Nothing after this place can be read."""

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(line, column, text)
        self.line, self.column, self.text = line, column, text


def read(data: bytes, problems: Problems, loader: Any = LOADER) -> Node | None:
    """The tree of the one document in `data`; nothing when it cannot be read, and `problems` says why."""
    try:
        text = _decoded(data)
        _tell_controls(text, problems)
        return None if problems.errors else _Builder(text, problems, loader).document()
    except _UnreadableError as why:
        problems.error(why.line, why.column, why.text)
    except yaml.YAMLError as why:
        problems.error(*_place(why), _words(why))
    return None


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _UnreadableError(
            1, 1, f"The file has {len(data):,} bytes; {MOST_BYTES:,} are the most. Is it a schedule?"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = data.count(b"\n", 0, why.start) + 1
        column = len(data[data.rfind(b"\n", 0, why.start) + 1 : why.start].decode()) + 1
        raise _UnreadableError(
            line, column, f"Byte 0x{data[why.start]:02x} is not UTF-8: save the file as UTF-8."
        ) from None


def _tell_controls(text: str, problems: Problems) -> None:
    for count, found in enumerate(CONTROL.finditer(text)):
        if count == MOST_CONTROLS_TOLD:
            break
        start = found.start()
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        problems.error(line, column, f"A control character (U+{ord(found.group()):04X}) stands here: delete it.")


def _place(why: yaml.YAMLError) -> tuple[int, int]:
    mark = getattr(why, "problem_mark", None) or getattr(why, "context_mark", None)
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _words(why: yaml.YAMLError) -> str:
    told = ", ".join(part for part in (getattr(why, "context", None), getattr(why, "problem", None)) if part)
    told = told or re.sub(r"\s+", " ", str(why))
    hint = next((hint for sign, hint in HINTS if sign in told), "Is the line indented and quoted like its neighbours?")
    return f"This is not YAML: {told}. {hint}"


class _Builder:
    """Builds the tree from the parser's events, and counts an alias as often as it is used."""

    def __init__(self, text: str, problems: Problems, loader: Any) -> None:
        self._events: Iterator[Any] = yaml.parse(text.encode(), Loader=loader)
        self._problems = problems
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._nodes = 0

    def document(self) -> Node | None:
        next(self._events)  # the stream's start
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise _UnreadableError(1, 1, "The file is empty. Begin with `conference:`; data/README.md shows how.")
        root = self._node(next(self._events), 1)
        next(self._events)  # the document's end
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            line, column = _start(after)
            self._problems.error(line, column, "A second document begins here: a file holds one. Remove the `---`.")
        return root

    def _node(self, event: Any, depth: int) -> Node:
        line, column = _start(event)
        if depth > DEEPEST:
            raise _UnreadableError(line, column, f"This is nested more than {DEEPEST} deep; a schedule never is.")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self._nodes
        self._count(1, line, column)
        if event.tag is not None:
            self._problems.error(line, column, f"Tags like {quoted(event.tag)} are not read: remove it.")
        node = self._value(event, line, column, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._nodes - before)
        return node

    def _value(self, event: Any, line: int, column: int, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            if CONTROL.search(event.value):
                self._problems.error(line, column, "This text holds a control character, written as `\\…`: remove it.")
            return Scalar(line, column, event.value, event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(line, column, list(self._items(depth)))
        mapping = Mapping(line, column)
        for key in self._items(depth):
            self._enter(mapping, key, self._node(next(self._events), depth + 1))
        return mapping

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent | yaml.MappingEndEvent):
            yield self._node(event, depth + 1)

    def _enter(self, mapping: Mapping, key: Node, value: Node) -> None:
        told = ""
        if not isinstance(key, Scalar):
            told = "A key must be a word, not a list or a mapping."
        elif key.text == "<<" and key.plain:
            told = "Merge keys (`<<`) are not read: write the keys out."
        elif key.text in mapping.entries:
            first = mapping.entries[key.text][0].line
            told = f"{quoted(key.text)} is given twice, first in line {first}: keep one."
        else:
            mapping.entries[key.text] = (key, value)
        if told:
            self._problems.error(key.line, key.column, told)

    def _alias(self, event: Any) -> Node:
        line, column = _start(event)
        if event.anchor not in self._anchors:
            raise _UnreadableError(
                line, column, f"{quoted('*' + event.anchor)} refers to nothing above it: write it out."
            )
        node, size = self._anchors[event.anchor]
        self._count(size, line, column)
        return node

    def _count(self, nodes: int, line: int, column: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            raise _UnreadableError(
                line, column, f"The file has more than {MOST_NODES:,} values, aliases counted as used."
            )


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
