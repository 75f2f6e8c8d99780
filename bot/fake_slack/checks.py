"""Small checks that Slack's rules are built from: each yields the problems of a value, with the JSON pointer of each."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def problem(text: str, pointer: str) -> str:
    """Format a problem as Slack does."""
    return f"[ERROR] {text} [json-pointer:{pointer or '/'}]"


def utf16_length(text: str) -> int:
    """Count a text's UTF-16 units: Slack does not say what a character is, and these are the safer reading."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def string(most: int, least: int = 1) -> Check:
    """Check a text of `least` to `most` characters."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", pointer)
        elif len(value) < least:
            yield problem(f"must be more than {least - 1} characters", pointer)
        elif utf16_length(value) > most:
            yield problem(f"must be less than {most + 1} characters", pointer)

    return _check


def matching(pattern: str, description: str) -> Check:
    """Check a text that matches a regular expression."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield problem(description, pointer)

    return _check


def one_of(*allowed: Any) -> Check:
    """Check a value that is one of the `allowed` ones."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of {', '.join(map(str, allowed))}", pointer)

    return _check


def number(least: int, most: int) -> Check:
    """Check a whole number from `least` to `most`."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield problem(f"must be a whole number from {least} to {most}", pointer)

    return _check


def boolean(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield problem("must be a boolean", pointer)


def array(item: Check, most: int, least: int = 1) -> Check:
    """Check an array of `least` to `most` items, and each item."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be an array", pointer)
            return
        if len(value) < least:
            yield problem(f"no fewer than {least} items allowed", pointer)
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", pointer)
        for index, part in enumerate(value):
            yield from item(part, f"{pointer}/{index}")

    return _check


def object_of(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """Check an object with these fields and no others. The checks in `also` get the whole object."""
    known = {**required, **(optional or {})}

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", pointer)
            return
        for field in required:
            if value.get(field) is None:
                yield problem(f"missing required field: {field}", pointer)
        for field, part in value.items():
            if field not in known:
                yield problem(f"invalid additional property: {field}", pointer)
            elif part is not None:
                yield from known[field](part, f"{pointer}/{field}")
        for whole in also:
            yield from whole(value, pointer)

    return _check


def by_type(checks: Mapping[str, Check], *allowed: str) -> Check:
    """Check an object by its `type`, which must be among the `allowed` types, if any are given."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in checks:
            yield problem(f"unsupported type: {kind}", pointer)
        elif allowed and kind not in allowed:
            yield problem(f"unsupported type here: {kind}", pointer)
        else:
            yield from checks[kind]({field: part for field, part in value.items() if field != "type"}, pointer)

    return _check


def exactly_one(*fields: str) -> Check:
    """Check an object that has exactly one of these fields."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if sum(value.get(field) is not None for field in fields) != 1:
            yield problem(f"must define exactly one of {', '.join(fields)}", pointer)

    return _check
