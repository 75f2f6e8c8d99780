"""Parsing JSON and XML within limits that keep a hostile file harmless, and reading JSON objects leniently."""

import json
import math
from collections.abc import Mapping
from xml.etree.ElementTree import XML, Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bot.errors import Problem, ScheduleError

LANGUAGES = ("en", "en-us", "en-gb")

TOP_LEVEL_LIST = "[]"  # the key of the list in a file that is a list


class JsonObject:
    """An object of a JSON file. Fields that are missing or of another type read as empty; so does any other value."""

    def __init__(self, value: object) -> None:
        self._entries: Mapping[object, object] = value if isinstance(value, dict) else {}

    def __contains__(self, key: str) -> bool:
        return self._entries.get(key) is not None

    def names(self) -> list[str]:
        """The names of its fields."""
        return [str(key) for key in self._entries]

    def get(self, key: str) -> object:
        """A field as it is in the file."""
        return self._entries.get(key)

    def text(self, *keys: str) -> str:
        """The text of the first of these fields that has one. Of several languages, English is preferred."""
        return next((text for text in (text_of(self._entries.get(key)) for key in keys) if text), "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts. A single text is read as a list of one."""
        value = self._entries.get(key)
        items = value if isinstance(value, list) else [value]
        return tuple(text for text in map(text_of, items) if text)

    def number(self, key: str) -> float | None:
        """A number; `None` if it is missing, infinite or too large for a duration."""
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
        """The objects listed in a field, one for each item of the list."""
        value = self._entries.get(key)
        return [JsonObject(item) for item in value] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """Convert a value to text. Numbers are written out; from `{"en": …, "de": …}` the English text is taken."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):
        texts = {str(language).lower(): text for language, text in value.items() if isinstance(text, str) and text}
        return next((texts[language] for language in LANGUAGES if language in texts), next(iter(texts.values()), ""))
    return ""


MAX_BYTES = 5_000_000  # the largest known schedule has half of that

MAX_VALUES = 200_000  # the largest known schedules have a quarter of that


def parse_json(data: bytes, name: str) -> object:
    """Parse JSON in UTF-8, UTF-16 or UTF-32. Raises ScheduleError."""
    check_size(data, name)
    check_value_count(sum(map(data.count, (b"{", b"[", b","))), name)
    try:
        return json.loads(data)
    except json.JSONDecodeError as why:
        raise import_refusal(
            name, f"This is not JSON: {why.msg}. Is the file complete?", why.lineno, why.colno
        ) from None
    except RecursionError:
        raise import_refusal(name, "This is nested too deeply. Is it a schedule?") from None
    except ValueError:
        raise import_refusal(name, "This is not valid JSON: save it as UTF-8.") from None


def parse_xml(data: bytes, name: str) -> Element:
    """Parse an XML document and return its root. Raises ScheduleError.

    Documents that declare entities are refused, because entities can expand without limit.
    """
    check_size(data, name)
    elements, attributes = data.count(b"<") - data.count(b"</"), data.count(b"=")
    check_value_count(elements + attributes, name)
    try:
        root: Element = XML(data, _XmlParser())
    except ParseError as why:
        line, column = why.position
        raise import_refusal(name, "This is not valid XML. Is the file complete?", line, column + 1) from None
    except DefusedXmlException:
        raise import_refusal(
            name, "This XML declares entities of its own, which are not read. Write out what they stand for."
        ) from None
    except (LookupError, ValueError):
        raise import_refusal(name, "I don't know the encoding of this file: save it as UTF-8.") from None
    return root


class _XmlParser(DefusedXMLParser):
    """An XML parser that refuses declarations: a short one could give every element thousands of attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, name: str, system: str | None, public: str | None, has_declarations: bool) -> None:
        if has_declarations:
            self.defused_start_doctype_decl(name, system, public, has_declarations)


def check_size(data: bytes, name: str) -> None:
    """Refuse a file that is too large for a schedule. Raises ScheduleError."""
    if len(data) > MAX_BYTES:
        raise import_refusal(name, f"The file is over {MAX_BYTES // 1_000_000} MB. Is it a schedule?")


def check_value_count(count: int, name: str, most: int = MAX_VALUES) -> None:
    """Refuse a file with too many values: it would take far more memory than its size. Raises ScheduleError."""
    if count > most:
        raise import_refusal(name, f"The file has more than {most:,} values. Is it a schedule?")


def import_refusal(name: str, text: str, line: int = 1, column: int = 1) -> ScheduleError:
    """The error for a file that cannot be imported, with the reason and its place."""
    return ScheduleError(Problem(name, line, column, "error", text))
