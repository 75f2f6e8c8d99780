"""Parsing YAML into nodes that know their line and column.

Limits keep a hostile file harmless, and syntax errors are explained in words that help the author of the file. All
problems of a file are collected while it is read, so that they are reported at once.
"""

import codecs
import json
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from sys import intern
from typing import Any, Literal, TypeAlias

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.errors import Problem
from bot.schedule.texts import CONTROL, MAX_QUOTE, quote_value

# Nobody repairs more at once, and a hostile file must not produce endless output.
MAX_REPORTED = 500

MAX_SUGGESTIONS = 50

MAX_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A position in a file. Lines and columns count from 1."""

    line: int
    column: int


START = FilePosition(1, 1)


class ProblemCollector:
    """Collects the problems of `file`, at most MAX_REPORTED of them. Unknown keys need not be problems."""

    def __init__(self, file: str, *, takes_unknown_keys: bool = False) -> None:
        self.file = file
        self.takes_unknown_keys = takes_unknown_keys
        self.errors = 0
        self._reported: list[Problem] = []
        self._unreported = 0
        self._suggested = 0

    def error(self, place: FilePosition, text: str) -> None:
        """Add a problem that makes the schedule unusable."""
        self.errors += 1
        self._add(place, "error", text)

    def warning(self, place: FilePosition, text: str) -> None:
        """Add a problem that looks wrong but can be used."""
        self._add(place, "warning", text)

    def suggestion(self, word: str, known: Iterable[str]) -> str:
        """Suggest the nearest known word: ` Did you mean …?`, or an empty text if none is near."""
        if self._suggested == MAX_SUGGESTIONS or len(word) > 2 * MAX_QUOTE:
            return ""
        self._suggested += 1
        near = _nearest(word, list(islice(known, MAX_COMPARED)))
        return f" Did you mean {quote_value(near)}?" if near else ""

    def all(self) -> tuple[Problem, ...]:
        """All problems, in the order of the file."""
        problems = sorted(self._reported, key=lambda problem: (problem.line, problem.column, problem.text))
        if self._unreported:
            severity: Literal["error", "warning"] = "error" if self.errors else "warning"
            problems.append(
                Problem(self.file, problems[-1].line, 1, severity, f"{self._unreported} more, not listed here.")
            )
        return tuple(problems)

    def _add(self, place: FilePosition, severity: Literal["error", "warning"], text: str) -> None:
        if len(self._reported) < MAX_REPORTED:
            self._reported.append(Problem(self.file, place.line, place.column, severity, text))
        else:
            self._unreported += 1


def _nearest(word: str, known: list[str]) -> str:
    """Find the known word with the fewest typing errors, or else one that starts with `word`."""
    match = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=max(1, len(word) // 3))
    if match:
        return match[0]
    return next((longer for longer in known if len(word) > 2 and longer.startswith(word)), "")


# Words in the parser's message, and our advice for that mistake.
SYNTAX_HINTS = (
    (
        "mapping values are not allowed",
        'Text with `: ` in it needs quotes, "like: this". Or is the line indented too far?',
    ),
    ("tab character", "Indent with spaces, not with tabs."),
    ("cannot start any token", "Indent with spaces, not with tabs. Text that begins with @, ` or % needs quotes."),
    ("escape", "In double quotes a backslash is written twice, `\\\\`; in single quotes, once."),
    ("quoted scalar", "The quote that opens here is not closed."),
    ("expected ',' or", "The bracket that opens here is not closed, or a comma is missing inside."),
    ("expected <block end>", "Is it indented like the lines above, and is every quote closed?"),
    ("did not find expected key", "Is it indented like the lines above, and is every quote closed?"),
    ("'-' indicator", "Is it indented like the lines above, and does each entry begin with `- `?"),
    ("could not find expected ':'", "Is there a colon and a space after the key, and is every quote closed?"),
)

# For these, the place where the bracket or quote opens helps more than the place where the parser gave up.
UNCLOSED = ("quoted scalar", "expected ',' or")


def syntax_error_text(error: yaml.YAMLError) -> tuple[FilePosition, str]:
    """Explain a syntax error: its place in the file and what to do about it."""
    message = ", ".join(part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    message = message or re.sub(r"\s+", " ", str(error))
    mistake, advice = next((hint for hint in SYNTAX_HINTS if hint[0] in message), ("", f"The parser says: {message}."))
    mark = getattr(error, "context_mark" if mistake in UNCLOSED else "problem_mark", None)
    return (FilePosition(mark.line + 1, mark.column + 1) if mark else START), f"This is not YAML. {advice}"


# Together, these limits keep any file from taking more than 100 MiB of memory.
MAX_BYTES = 8_000_000  # 10,000 talks with abstracts of 60 words

MAX_VALUES = 260_000  # the same; a long text counts as several

LONGEST_TEXT = 100_000  # characters; the longest known abstract has 6,000

LONG_VALUE = 100  # characters of a text that count as one value

MAX_DEPTH = 20  # a schedule needs five

MAX_CONTROLS_REPORTED = 20

# libyaml parses forty times faster than the Python parser, but not every machine has it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

NULL_WORDS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar(FilePosition):
    """A piece of text."""

    text: str
    plain: bool = False  # without quotes

    @property
    def is_nothing(self) -> bool:
        """Tell whether the value was left out: `url:`, `url: ~` or `url: null`."""
        return self.plain and self.text in NULL_WORDS


@dataclass(frozen=True, slots=True)
class Sequence(FilePosition):
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping(FilePosition):
    entries: dict[str, "Node"] = field(default_factory=dict)
    # The line and the column of each key, in the order of the entries. Objects would take a third of the tree's memory.
    key_places: "array[int]" = field(default_factory=lambda: array("I"))

    def key_position(self, key: str) -> FilePosition:
        """The position of a key that the mapping has."""
        at = 2 * list(self.entries).index(key)
        return FilePosition(*self.key_places[at : at + 2])


Node: TypeAlias = Scalar | Sequence | Mapping


class _UnreadableError(Exception):
    """The file cannot be read beyond this place."""

    def __init__(self, place: FilePosition, text: str) -> None:
        super().__init__(place, text)
        self.place, self.text = place, text


def read_document(data: bytes, problems: ProblemCollector, loader: Any = LOADER) -> Node | None:
    """Parse the document in `data`. If it cannot be read, return `None` and add the reason to `problems`."""
    try:
        data = data.removeprefix(codecs.BOM_UTF8)
        _report_control_characters(_decoded(data), problems)
        return None if problems.errors else _Builder(data, problems, loader).document()
    except _UnreadableError as why:
        problems.error(why.place, why.text)
    except yaml.YAMLError as why:
        problems.error(*syntax_error_text(why))
    return None


def read_dumped(data: bytes) -> Node | None:
    """Parse a document that `dump` wrote: JSON, which takes a tenth of the time of YAML. `None` if it is no JSON.

    Its nodes know no place, and nothing is checked: what the bot wrote has no mistakes that somebody could repair.
    """
    try:
        return _node_of(json.loads(data))
    except (ValueError, RecursionError):
        return None


def _node_of(value: object) -> Node:
    if isinstance(value, str):
        return Scalar(START.line, START.column, value)
    if isinstance(value, list):
        return Sequence(START.line, START.column, [_node_of(item) for item in value])
    if isinstance(value, dict):
        return Mapping(START.line, START.column, {key: _node_of(item) for key, item in value.items()})
    return Scalar(START.line, START.column, json.dumps(value), plain=True)


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _UnreadableError(START, f"The file is over {MAX_BYTES // 1_000_000} MB. Is it a schedule?")
    try:
        return data.decode()
    except UnicodeDecodeError as why:
        place = _position_after(data[: why.start].decode())
        text = f"Byte 0x{data[why.start]:02x} is not UTF-8: save the file as UTF-8."
        raise _UnreadableError(place, text) from None


def _report_control_characters(text: str, problems: ProblemCollector) -> None:
    for count, match in enumerate(CONTROL.finditer(text)):
        if count == MAX_CONTROLS_REPORTED:
            break
        problems.error(
            _position_after(text[: match.start()]),
            f"There is a control character here (U+{ord(match.group()):04X}): delete it.",
        )


def _position_after(before: str) -> FilePosition:
    return FilePosition(before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Builder:
    """Builds the tree from the parser's events. An alias counts as many values as the node it stands for."""

    def __init__(self, data: bytes, problems: ProblemCollector, loader: Any) -> None:
        self._events: Iterator[Any] = yaml.parse(data, Loader=loader)
        self._problems = problems
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._values = 0
        self._line = 0

    def document(self) -> Node:
        """Build the only document of the file. Raises _UnreadableError if there is none."""
        next(self._events)  # the start of the stream
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise _UnreadableError(START, "The file is empty. Begin with `conference:`; data/README.md shows how.")
        root = self._node(next(self._events), 1)
        next(self._events)  # the end of the document
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            self._problems.error(_start(after), "A second document begins here: a file holds one. Remove the `---`.")
        return root

    def _node(self, event: Any, depth: int) -> Node:
        place = self._place(event)
        if depth > MAX_DEPTH:
            raise _UnreadableError(place, f"This is nested more than {MAX_DEPTH} levels deep; a schedule never is.")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        before = self._values
        self._count(1, place)
        if event.tag is not None:
            self._problems.error(place, f"Tags are not read: remove {quote_value(event.tag)}.")
        node = self._value(event, place, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._values - before)
        return node

    def _place(self, event: Any) -> FilePosition:
        """The start of an event. All that stands on one line shares the line's number, which takes memory otherwise."""
        place = _start(event)
        self._line = self._line if self._line == place.line else place.line
        return FilePosition(self._line, place.column)

    def _value(self, event: Any, place: FilePosition, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            if len(event.value) > LONGEST_TEXT:
                raise _UnreadableError(place, f"This text has more than {LONGEST_TEXT:,} characters. Shorten it.")
            self._count(len(event.value) // LONG_VALUE, place)
            if CONTROL.search(event.value):
                self._problems.error(place, "This text holds a control character, written as `\\…`: delete it.")
            return Scalar(place.line, place.column, event.value, event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(place.line, place.column, list(self._items(depth)))
        mapping = Mapping(place.line, place.column)
        for key in self._items(depth):
            self._add_entry(mapping, key, self._node(next(self._events), depth + 1))
        return mapping

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent | yaml.MappingEndEvent):
            yield self._node(event, depth + 1)

    def _add_entry(self, mapping: Mapping, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self._problems.error(key, "A key must be a word, not a list or a mapping.")
        elif key.text == "<<" and key.plain:
            self._problems.error(key, "Merge keys (`<<`) are not read: write the keys out.")
        elif key.text in mapping.entries:
            first = mapping.key_position(key.text).line
            self._problems.error(key, f"{quote_value(key.text)} is given twice, first on line {first}: keep one.")
        else:
            # Ten thousand talks share the text of their keys, so that the tree takes less memory.
            mapping.entries[intern(key.text)] = value
            mapping.key_places.extend((key.line, key.column))

    def _alias(self, event: Any, place: FilePosition) -> Node:
        if event.anchor not in self._anchors:
            raise _UnreadableError(
                place, f"{quote_value('*' + event.anchor)} refers to nothing above it: write the value out."
            )
        node, size = self._anchors[event.anchor]
        self._count(size, place)
        return node

    def _count(self, values: int, place: FilePosition) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            text = f"With every alias written out, the file has more than {MAX_VALUES:,} values. Is it a schedule?"
            raise _UnreadableError(place, text)


def _start(event: Any) -> FilePosition:
    return FilePosition(event.start_mark.line + 1, event.start_mark.column + 1)
