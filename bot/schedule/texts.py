"""Texts and ids in the normal form that a schedule keeps, and small pieces of English that many messages share."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

MAX_QUOTE = 60  # characters of a piece of a file that a message quotes

# No text may hold these: control characters except tab and line ends, and code points that are no characters.
# It stands between the reason and the note of a talk, in the key `note` of a document: version 1.0.0 knows no reasons,
# and may run beside this one. People do not see it.
REASON_END = "\u2060"

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")  # these would reverse what follows in a message

_LINE_END = re.compile("\r\n?|\x85")

ID = re.compile(r"\w[\w.:@/+~-]{0,127}")

_ID_FORBIDDEN = re.compile(r"[^\w.:@/+~-]+")

_SLUG_FORBIDDEN = re.compile(r"[\W_]+")

MAX_ID = 100  # characters; leaves room for a suffix such as `-2`


def single_line(text: str) -> str:
    """Normalise a title or a name: single spaces, no line ends, no control characters, no change of direction."""
    return " ".join(CONTROL.sub(" ", _DIRECTION.sub("", text)).split())


# `CANCELLED: Rust`, `[canceled] Rust`, `Rust (abgesagt)`, `Rust – entfällt`
_OFF = r"(?:cancell?ed|abgesagt|entfällt|fällt aus|ausgefallen|annulée?|cancelad[oa])"
_OFF_MARK = rf"(?:\[{_OFF}\]|\({_OFF}\)|\*{{1,3}}{_OFF}\*{{1,3}})"
_OFF_FIRST = re.compile(rf"{_OFF_MARK}|{_OFF}!? ?(?=[:|–—]|- |$)", re.IGNORECASE)
_OFF_LAST = re.compile(rf"(?:{_OFF_MARK}|(?<=[|–—-] ){_OFF}!?)$", re.IGNORECASE)


def without_cancelled(title: str) -> str | None:
    """The title without the mark that says that the session is cancelled; `None` if it has no such mark."""
    match = _OFF_FIRST.match(title) or _OFF_LAST.search(title)
    return (title[: match.start()] + title[match.end() :]).strip(" :|–—-") or title if match else None


def paragraphs(text: str) -> str:
    """Normalise an abstract or a biography: line ends as `\\n`, no space around it, no control characters."""
    return CONTROL.sub("", _LINE_END.sub("\n", text)).strip()


def quote_value(text: str) -> str:
    """Quote a piece of the file for a message: cut if it is long, unprintable characters replaced."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:MAX_QUOTE])
    return f"`{shown}…`" if len(text) > MAX_QUOTE else f"`{shown}`"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 talk`, `1,203 talks`, `2 people`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


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
