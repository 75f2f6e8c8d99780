"""YAML -> nodes that know their line and column, within limits that keep a hostile file harmless.

What a YAML parser complains of, said in words that help the one who wrote the file.

The normal form of a schedule's texts, whatever they came from."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from bot.schedule.yaml.problems import START, FilePosition, ProblemCollector, quote_value

# What the parser says of the usual slips, and what we say.
SYNTAX_HINTS = (
    (
        "mapping values are not allowed",
        'A text with `: ` in it needs quotes, "like: this". Or is the line indented too far?',
    ),
    ("tab character", "Indent with spaces, not with tabs."),
    ("cannot start any token", "Indent with spaces, not with tabs. A text that begins with @, ` or % needs quotes."),
    ("escape", "In double quotes a backslash is written twice, `\\\\`; in single quotes, once."),
    ("quoted scalar", "A quote opens here that is not closed."),
    ("expected ',' or", "A bracket opens here that is not closed, or a comma is missing after it."),
    ("expected <block end>", "Is it indented like the lines above, and is every quote closed?"),
    ("did not find expected key", "Is it indented like the lines above, and is every quote closed?"),
    ("'-' indicator", "Is it indented like the lines above, and does each entry begin with `- `?"),
    ("could not find expected ':'", "Is there a colon and a space after the key, and is every quote closed?"),
)

# Slips that are better told where the thing began than where the file ended.
UNCLOSED = ("quoted scalar", "expected ',' or")


def syntax_error_text(error: yaml.YAMLError) -> tuple[FilePosition, str]:
    """Where the parser gave up, or what it never saw the end of began; and what to do about it."""
    said = ", ".join(part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    said = said or re.sub(r"\s+", " ", str(error))
    slip, advice = next((slip for slip in SYNTAX_HINTS if slip[0] in said), ("", f"The parser says: {said}."))
    mark = getattr(error, "context_mark" if slip in UNCLOSED else "problem_mark", None)
    return (FilePosition(mark.line + 1, mark.column + 1) if mark else START), f"This is not YAML. {advice}"


# What no text may hold: control characters but tab and line ends, and code points that are no characters.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_LINE_END = re.compile("\r\n?|\x85")


def single_line(text: str) -> str:
    """A title or a name: single spaces, no line ends, no control characters."""
    return " ".join(CONTROL.sub(" ", text).split())


def paragraphs(text: str) -> str:
    """An abstract or a biography: line ends as `\\n`, nothing around it, no control characters."""
    return CONTROL.sub("", _LINE_END.sub("\n", text)).strip()


# Together these bounds keep a file, whatever it holds, from taking more than 100 MiB of memory.
MAX_BYTES = 5_000_000  # the largest schedule we know of has half of that

MAX_VALUES = 175_000  # what 5 MB of a real schedule come to, a long text counted as many

LONGEST_TEXT = 100_000  # letters; the longest abstract we know of has 6,000

LONG_VALUE = 100  # letters

MAX_DEPTH = 20  # a schedule needs five

MAX_CONTROLS_REPORTED = 20

# libyaml reads a file forty times faster than Python does, but not every machine has it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

NULL_WORDS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar(FilePosition):
    """A piece of text."""

    text: str
    plain: bool = False  # without quotes

    @property
    def is_nothing(self) -> bool:
        """Whether the value was left out: `url:`, `url: ~` or `url: null`."""
        return self.plain and self.text in NULL_WORDS


@dataclass(frozen=True, slots=True)
class Sequence(FilePosition):
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping(FilePosition):
    entries: dict[str, tuple[Scalar, "Node"]] = field(default_factory=dict)


Node: TypeAlias = Scalar | Sequence | Mapping


class _UnreadableError(Exception):
    """Nothing after this place can be read."""

    def __init__(self, place: FilePosition, text: str) -> None:
        super().__init__(place, text)
        self.place, self.text = place, text


def read_document(data: bytes, problems: ProblemCollector, loader: Any = LOADER) -> Node | None:
    """The tree of the one document in `data`; nothing when it cannot be read, and `problems` says why."""
    try:
        text = _decode(data)
        _report_control_characters(text, problems)
        return None if problems.errors else _Builder(text, problems, loader).document()
    except _UnreadableError as why:
        problems.error(why.place, why.text)
    except yaml.YAMLError as why:
        problems.error(*syntax_error_text(why))
    return None


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _UnreadableError(START, f"The file is over {MAX_BYTES // 1_000_000} MB. Is it a schedule?")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as why:
        place = _position_after(data[: why.start].decode())
        told = f"Byte 0x{data[why.start]:02x} is not UTF-8: save the file as UTF-8."
        raise _UnreadableError(place, told) from None


def _report_control_characters(text: str, problems: ProblemCollector) -> None:
    for count, found in enumerate(CONTROL.finditer(text)):
        if count == MAX_CONTROLS_REPORTED:
            break
        problems.error(
            _position_after(text[: found.start()]),
            f"A control character (U+{ord(found.group()):04X}) stands here: delete it.",
        )


def _position_after(before: str) -> FilePosition:
    return FilePosition(before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Builder:
    """Builds the tree from the parser's events, and counts an alias as often as it is used."""

    def __init__(self, text: str, problems: ProblemCollector, loader: Any) -> None:
        self._events: Iterator[Any] = yaml.parse(text.encode(), Loader=loader)
        self._problems = problems
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._values = 0

    def document(self) -> Node:
        """The one document; raises _UnreadableError where there is none."""
        next(self._events)  # the stream's start
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise _UnreadableError(START, "The file is empty. Begin with `conference:`; data/README.md shows how.")
        root = self._node(next(self._events), 1)
        next(self._events)  # the document's end
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            self._problems.error(_start(after), "A second document begins here: a file holds one. Remove the `---`.")
        return root

    def _node(self, event: Any, depth: int) -> Node:
        place = _start(event)
        if depth > MAX_DEPTH:
            raise _UnreadableError(place, f"This is nested more than {MAX_DEPTH} deep; a schedule never is.")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        before = self._values
        self._count(1, place)
        if event.tag is not None:
            self._problems.error(place, f"Tags like {quote_value(event.tag)} are not read: remove it.")
        node = self._value(event, place, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._values - before)
        return node

    def _value(self, event: Any, place: FilePosition, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            if len(event.value) > LONGEST_TEXT:
                raise _UnreadableError(place, f"This text has more than {LONGEST_TEXT:,} letters. Shorten it.")
            self._count(len(event.value) // LONG_VALUE, place)
            if CONTROL.search(event.value):
                self._problems.error(place, "This text holds a control character, written as `\\…`: remove it.")
            return Scalar(place.line, place.column, event.value, event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(place.line, place.column, list(self._items(depth)))
        mapping = Mapping(place.line, place.column)
        for key in self._items(depth):
            self._enter(mapping, key, self._node(next(self._events), depth + 1))
        return mapping

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent | yaml.MappingEndEvent):
            yield self._node(event, depth + 1)

    def _enter(self, mapping: Mapping, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self._problems.error(key, "A key must be a word, not a list or a mapping.")
        elif key.text == "<<" and key.plain:
            self._problems.error(key, "Merge keys (`<<`) are not read: write the keys out.")
        elif key.text in mapping.entries:
            first = mapping.entries[key.text][0].line
            self._problems.error(key, f"{quote_value(key.text)} is given twice, first in line {first}: keep one.")
        else:
            mapping.entries[key.text] = (key, value)

    def _alias(self, event: Any, place: FilePosition) -> Node:
        if event.anchor not in self._anchors:
            raise _UnreadableError(
                place, f"{quote_value('*' + event.anchor)} refers to nothing above it: write it out."
            )
        node, size = self._anchors[event.anchor]
        self._count(size, place)
        return node

    def _count(self, values: int, place: FilePosition) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            told = f"With every alias written out, the file has more than {MAX_VALUES:,} values. Is it a schedule?"
            raise _UnreadableError(place, told)


def _start(event: Any) -> FilePosition:
    return FilePosition(event.start_mark.line + 1, event.start_mark.column + 1)
