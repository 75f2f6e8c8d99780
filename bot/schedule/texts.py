"""Texts: in the normal form that a schedule keeps, and small pieces of English that messages everywhere share."""

import re

MAX_QUOTE = 60  # characters of a piece of a file that a message quotes

# No text may hold these: control characters except tab and line ends, and code points that are no characters.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_LINE_END = re.compile("\r\n?|\x85")


def single_line(text: str) -> str:
    """Normalise a title or a name: single spaces, no line ends, no control characters."""
    return " ".join(CONTROL.sub(" ", text).split())


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
