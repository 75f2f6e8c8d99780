"""Ids of the entries of a schedule: made from keys and names, valid, and each given once."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from bot.schedule.yaml.record import ID

_ID_FORBIDDEN = re.compile(r"[^\w.:@/+~-]+")

_SLUG_FORBIDDEN = re.compile(r"[\W_]+")

MAX_ID = 100  # characters; leaves room for a suffix such as `-2`


class UniqueIds:
    """Gives out the ids of one section, each once. If an id is taken, the next one ends in `-2`, then `-3`."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """Make a valid id of a key or a name and take it, or the next free id that begins with it."""
        return self.take_id(valid_id(wanted) or "unnamed")

    def take_id(self, id: str, numbered_from: str = "") -> str:
        """Take this id if it is free, otherwise the next free id that begins with it, or with `numbered_from`."""
        base = valid_id(numbered_from or id) or "unnamed"
        while id in self._taken:
            number = self._next[base] = self._next.get(base, 1) + 1
            id = f"{base}-{number}"
        self._taken.add(id)
        return id


def valid_id(text: str) -> str:
    """Turn a key of a foreign format into a valid id; empty if nothing of it is left."""
    kept = _ID_FORBIDDEN.sub("-", unicodedata.normalize("NFC", text)).lstrip(".:@/+~-").rstrip("-")
    if len(kept) > MAX_ID:
        kept = f"{kept[: MAX_ID - 9]}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return kept if ID.fullmatch(kept) else ""


def slug(name: str) -> str:
    """Turn a name into a readable id: `Zoë Müller` -> `zoe-muller`."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return valid_id(_SLUG_FORBIDDEN.sub("-", bare.casefold()).strip("-")[:MAX_ID])
