"""Bytes -> JSON or XML, within limits that keep a hostile file harmless."""

import json
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.errors import Problem, ScheduleError
from bot.schedule.nodes import MOST_BYTES

MOST_VALUES = 600_000  # the biggest real schedules have a tenth of that


def json_tree(data: bytes, name: str) -> object:
    """What JSON in UTF-8, -16 or -32 holds. Raises ScheduleError."""
    keep_to_size(data, name)
    keep_to_values(data, b"{[,", name)
    try:
        return json.loads(data)
    except json.JSONDecodeError as why:
        raise refused(name, f"This is not JSON: {why.msg}. Is the file whole?", why.lineno, why.colno) from None
    except RecursionError:
        raise refused(name, "This is nested deeper than any schedule.") from None
    except ValueError:
        raise refused(name, "This is not JSON that can be read: save it as UTF-8.") from None


def xml_tree(data: bytes, name: str) -> Element:
    """The root of an XML document. Entities of its own are refused, they serve bombs only. Raises ScheduleError."""
    keep_to_size(data, name)
    keep_to_values(data, b"<", name)
    try:
        root: Element = fromstring(data)
    except ParseError as why:
        line, column = why.position
        raise refused(name, "This is not XML that can be read. Is the file whole?", line, column + 1) from None
    except DefusedXmlException:
        raise refused(name, "It declares entities of its own; those are not read. Write the texts out.") from None
    except (LookupError, ValueError):
        raise refused(name, "Its encoding is not known: save it as UTF-8.") from None
    return root


def keep_to_size(data: bytes, name: str) -> None:
    """Refuse what is too long for a schedule."""
    if len(data) > MOST_BYTES:
        raise refused(name, f"The file is over {MOST_BYTES // 1_000_000} MB. Is it a schedule?")


def keep_to_values(data: bytes, marks: bytes, name: str, most: int = MOST_VALUES) -> None:
    """Refuse what would take far more memory than its bytes: count what a value begins or ends with."""
    if sum(data.count(mark) for mark in marks) > most:
        raise refused(name, f"The file has more than {most:,} values. Is it a schedule?")


def refused(name: str, text: str, line: int = 1, column: int = 1) -> ScheduleError:
    """What says why a file cannot be imported."""
    return ScheduleError(Problem(name, line, column, "error", text))
