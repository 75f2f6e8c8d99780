"""One object of a JSON file, read field by field; what is missing or of another type reads as empty.

Bytes -> JSON or XML, within limits that keep a hostile file harmless."""

import json
import math
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bot.errors import Problem, ScheduleError
from bot.schedule.yaml.nodes import LONGEST_TEXT, MAX_BYTES

LANGUAGES = ("en", "en-us", "en-gb")


class JsonObject:
    """An object of a JSON file; anything else is one without fields."""

    def __init__(self, value: object) -> None:
        self._entries: Mapping[object, object] = value if isinstance(value, dict) else {}

    def __contains__(self, key: str) -> bool:
        return self._entries.get(key) is not None

    def names(self) -> list[str]:
        """The names of its fields."""
        return [str(key) for key in self._entries]

    def get(self, key: str) -> object:
        """A field as it came."""
        return self._entries.get(key)

    def text(self, *keys: str) -> str:
        """The first of these fields that has text in it. Of several languages English, else the first."""
        return next((text for text in (text_of(self._entries.get(key)) for key in keys) if text), "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one alone will do."""
        value = self._entries.get(key)
        items = value if isinstance(value, list) else [value]
        return tuple(text for text in map(text_of, items) if text)

    def number(self, key: str) -> float | None:
        """A number of a size that durations have."""
        value = self._entries.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) < 1e9 and math.isfinite(value) else None

    def is_true(self, key: str) -> bool:
        return self._entries.get(key) is True

    def part(self, key: str) -> "JsonObject":
        """The object in a field."""
        return JsonObject(self._entries.get(key))

    def parts(self, key: str) -> list["JsonObject"]:
        """The objects listed in a field: as many as the list has items."""
        value = self._entries.get(key)
        return [JsonObject(item) for item in value] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A value as text: numbers are written out, of `{"en": …, "de": …}` English is taken."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):
        texts = {str(language).lower(): text for language, text in value.items() if isinstance(text, str) and text}
        return next((texts[one] for one in LANGUAGES if one in texts), next(iter(texts.values()), ""))
    return ""


MAX_VALUES = 200_000  # the biggest real schedules have a quarter of that

CHUNK = 2**16  # bytes of XML read at once

LONGEST_TAG = 4 * CHUNK  # bytes; expat holds a tag in memory until its end has come


def parse_json(data: bytes, name: str) -> object:
    """What JSON in UTF-8, -16 or -32 holds. Raises ScheduleError."""
    check_size(data, name)
    check_value_count(data, b"{[,", name)
    try:
        tree: object = json.loads(data)
    except json.JSONDecodeError as why:
        raise import_refusal(name, f"This is not JSON: {why.msg}. Is the file whole?", why.lineno, why.colno) from None
    except RecursionError:
        raise import_refusal(name, "This is nested deeper than any schedule.") from None
    except ValueError:
        raise import_refusal(name, "This is not JSON that can be read: save it as UTF-8.") from None
    keep_to_text(_longest_text(tree), name)
    return tree


def parse_xml(data: bytes, name: str) -> Element:
    """The root of an XML document. Entities of its own are refused, they serve bombs only. Raises ScheduleError."""
    check_size(data, name)
    parser = _XmlParser(target=_XmlTree(name))
    try:
        for start in range(0, len(data), CHUNK):
            parser.feed(data[start : start + CHUNK])
            if start + CHUNK - max(0, parser.parser.CurrentByteIndex) > LONGEST_TAG:
                raise import_refusal(name, f"A tag is longer than {LONGEST_TAG // 1_000} kB. Is it a schedule?")
        root: Element = parser.close()
    except ParseError as why:
        line, column = why.position
        raise import_refusal(name, "This is not XML that can be read. Is the file whole?", line, column + 1) from None
    except DefusedXmlException:
        raise import_refusal(
            name, "It declares entities of its own; those are not read. Write the texts out."
        ) from None
    except (LookupError, ValueError):
        raise import_refusal(name, "Its encoding is not known: save it as UTF-8.") from None
    return root


class _XmlParser(DefusedXMLParser):
    """An XML parser that refuses declarations: a short one can give every element thousands of attributes."""

    def __init__(self, target: "_XmlTree") -> None:
        super().__init__(target=target)
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, name: str, system: str | None, public: str | None, has_declarations: bool) -> None:
        if has_declarations:
            self.defused_start_doctype_decl(name, system, public, has_declarations)


class _XmlTree(TreeBuilder):
    """A tree that is refused while it grows: once it has too many elements and attributes, or too long a text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._values = 0
        self._letters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self._count(1 + len(attributes))
        keep_to_text(max(map(len, attributes.values()), default=0), self._name)
        return super().start(tag, attributes)

    def end(self, tag: str) -> Element:
        self._letters = 0
        return super().end(tag)

    def data(self, text: str) -> None:
        self._letters += len(text)
        keep_to_text(self._letters, self._name)
        super().data(text)

    def _count(self, values: int) -> None:
        self._letters = 0
        self._values += values
        if self._values > MAX_VALUES:
            raise too_many(self._name, MAX_VALUES)


def _longest_text(tree: object) -> int:
    """The letters of the longest text in a tree of JSON."""
    longest, rest = 0, [tree]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            longest = max(longest, len(value))
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, dict):
            rest += value
            rest += value.values()
    return longest


def check_size(data: bytes, name: str) -> None:
    """Refuse what is too long for a schedule."""
    if len(data) > MAX_BYTES:
        raise import_refusal(name, f"The file is over {MAX_BYTES // 1_000_000} MB. Is it a schedule?")


def check_value_count(data: bytes, marks: bytes, name: str, most: int = MAX_VALUES) -> None:
    """Refuse what would take far more memory than its bytes: count what a value begins or ends with."""
    if sum(data.count(mark) for mark in marks) > most:
        raise too_many(name, most)


def keep_to_text(letters: int, name: str) -> None:
    """Refuse a text of so many letters if it is too long for a schedule."""
    if letters > LONGEST_TEXT:
        raise import_refusal(name, f"A text has more than {LONGEST_TEXT:,} letters. Is it a schedule?")


def too_many(name: str, most: int) -> ScheduleError:
    """What says that a file has more values than any schedule."""
    return import_refusal(name, f"The file has more than {most:,} values. Is it a schedule?")


def import_refusal(name: str, text: str, line: int = 1, column: int = 1) -> ScheduleError:
    """What says why a file cannot be imported."""
    return ScheduleError(Problem(name, line, column, "error", text))
