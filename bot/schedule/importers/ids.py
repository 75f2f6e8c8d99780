"""Ids that stay the same from one import to the next."""

import hashlib
import re
import unicodedata

from bot.schedule.record import ID

_NOT_OF_ID = re.compile(r"[^\w.:@/+~-]+")
_NOT_OF_SLUG = re.compile(r"[\W_]+")
LONGEST = 100  # leaves room for `-2`


class Ids:
    """Gives out ids of one section, each once: what asks for the same again gets `-2` after it, then `-3`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """The id most like `wanted` that is free."""
        id = first = as_id(wanted) or "unnamed"
        while id in self._taken:
            number = self._next[first] = self._next.get(first, 1) + 1
            id = f"{first}-{number}"
        self._taken.add(id)
        return id


def as_id(text: str) -> str:
    """A key of another format as an id of ours; nothing where no letter is left."""
    kept = _NOT_OF_ID.sub("-", unicodedata.normalize("NFC", text)).lstrip(".:@/+~-").rstrip("-")
    if len(kept) > LONGEST:
        kept = f"{kept[: LONGEST - 9]}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return kept if ID.fullmatch(kept) else ""


def slug(name: str) -> str:
    """A name as an id that can be read: `Zoë Müller` -> `zoe-muller`."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return as_id(_NOT_OF_SLUG.sub("-", bare.casefold()).strip("-")[:LONGEST])
