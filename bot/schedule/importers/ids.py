"""Ids that stay the same from one import to the next."""

import hashlib
import re
import unicodedata

from bot.schedule.record import ID

_ID_FORBIDDEN = re.compile(r"[^\w.:@/+~-]+")
_SLUG_FORBIDDEN = re.compile(r"[\W_]+")
MAX_ID = 100  # leaves room for `-2`


class UniqueIds:
    """Gives out ids of one section, each once: what asks for the same again gets `-2` after it, then `-3`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """The id most like `wanted` that is free."""
        id = first = valid_id(wanted) or "unnamed"
        while id in self._taken:
            number = self._next[first] = self._next.get(first, 1) + 1
            id = f"{first}-{number}"
        self._taken.add(id)
        return id


def valid_id(text: str) -> str:
    """A key of another format as an id of ours; nothing where no letter is left."""
    kept = _ID_FORBIDDEN.sub("-", unicodedata.normalize("NFC", text)).lstrip(".:@/+~-").rstrip("-")
    if len(kept) > MAX_ID:
        kept = f"{kept[: MAX_ID - 9]}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return kept if ID.fullmatch(kept) else ""


def slug(name: str) -> str:
    """A name as an id that can be read: `Zoë Müller` -> `zoe-muller`."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return valid_id(_SLUG_FORBIDDEN.sub("-", bare.casefold()).strip("-")[:MAX_ID])
