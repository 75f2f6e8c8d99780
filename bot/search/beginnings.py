"""Names for somebody who is still typing: of people, tracks and rooms."""

from collections.abc import Mapping
from itertools import islice

from bot.search.words import words


def named(typed: str, names: Mapping[str, str], most: int) -> tuple[str, ...]:
    """The ids of those names that have a word for each typed beginning, in their own order; all for nothing typed."""
    beginnings = words(typed)
    found = (id for id, name in names.items() if _has_all(words(name), beginnings))
    return tuple(islice(found, most))


def _has_all(name: list[str], beginnings: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in name) for beginning in beginnings)
