"""Hostile bytes made from good ones: cut, mutated, in wrong encodings, with unexpected values."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

SNIPPETS = [
    b"<", b">", b"&", b"\"", b"'", b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\0", b"\xff", b"\r\n ", b"\n",
    b"<!ENTITY a 'b'>", b"<!DOCTYPE s [<!ENTITY a 'a'>]>", b"&a;", b"<![CDATA[", b"<event>", b"</event>", b"<day date='x'>",
    b"\xef\xbb\xbf", "é\u2028\ufeff\U0001f600".encode(), b"\\ud800", b"null", b"1e999", b"-1", b"9" * 30, b"NaN",
    b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-12:00", b"2031-03-30T01:30:00", b"25:61", b"99999", b"<p>", b"*_`[",
    b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VTIMEZONE\r\n", b"DTSTART:19700101T000000\r\n", b"DURATION:P9999W\r\n",
    b"RRULE:FREQ=SECONDLY\r\n", b";TZID=Nowhere/Land", b"SUMMARY:x\r\n", b"ATTENDEE;CN=x:y\r\n", b"CATEGORIES:,,\r\n",
]  # fmt: skip

VALUES: list[object] = [
    None, True, 0, -1, 1e308, float("nan"), 10**40, "", "x", "2031-05-09", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "2031-05-09T09:30:00", "2031-05-09T09:30:00+23:59", [], {}, [[]], [None], {"en": None}, {"en": {"en": "x"}}, ["x"] * 50,
    "\ud800", "\x07", "a" * 5_000, "<b>" * 500, "https://x.org/" + "x" * 3_000, "javascript:x", "no:id!", " ",
]  # fmt: skip

ENCODINGS = ["utf-16", "utf-32", "latin-1", "cp1252", "utf-7", "utf-8-sig"]

Mutation = Callable[[bytes, random.Random], bytes]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes, mutated once or several times."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(MUTATIONS)(data, chance)
    return data


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _cut_out(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.randint(1, 200) :]


def _put_in(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(SNIPPETS) * chance.choice([1, 1, 1, 3, 300]) + data[at:]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.randint(1, 8) if flipped else 0):
        flipped[chance.randrange(len(flipped))] = chance.randrange(256)
    return bytes(flipped)


def _repeated(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    piece = data[at : at + chance.randint(1, 400)]
    return data[:at] + piece * chance.randint(2, 20) + data[at:]


def _swapped(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def _encoded(data: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def _another_value(data: bytes, chance: random.Random) -> bytes:
    """A JSON file with one of its values replaced, so that it stays JSON."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return _flipped(data, chance)
    places = list(_places(tree))
    if not places:
        return data
    container, key = chance.choice(places)
    container[key] = chance.choice(VALUES)
    return json.dumps(tree).encode()


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Each container with each of its keys."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield tree, key
        yield from _places(value)


MUTATIONS: list[Mutation] = [
    _cut, _cut_out, _put_in, _put_in, _flipped, _repeated, _swapped, _encoded, _another_value, _another_value, _another_value,
]  # fmt: skip
