"""The normal form of a schedule's texts, whatever they came from."""

import re

# What no text may hold: control characters but tab and line ends, and code points that are no characters.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?|\x85")


def single_line(text: str) -> str:
    """A title or a name: single spaces, no line ends, no control characters."""
    return " ".join(CONTROL.sub(" ", text).split())


def paragraphs(text: str) -> str:
    """An abstract or a biography: line ends as `\\n`, nothing around it, no control characters."""
    return CONTROL.sub("", _LINE_END.sub("\n", text)).strip()
