"""Converting HTML or Markdown to plain text: with paragraphs, or on one line.

This is our own code for two reasons. `html.parser` takes a minute for 100 kB of `<a <a <a`, while the time taken here
is proportional to the length of the text. And a Markdown parser changes text that was never meant as Markdown
(`__init__`, `2*3*4`). Markdown is readable as it stands, so only the marks that disturb reading are removed.
"""

import html
import re

from bot.errors import BotError
from bot.schedule.texts import paragraphs, single_line
from bot.schedule.yaml.nodes import LONGEST_TEXT

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "tfoot", "thead", "ul"
})  # fmt: skip

_LINES = frozenset({"br", "li", "tr"})

_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "input", "ins", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "td", "th", "time", "tt",
    "u", "var", "wbr", "o:p", "iframe", "video", "audio", "source", "picture", "object", "embed", "param",
    "caption", "col", "colgroup"
})  # fmt: skip

_HIDDEN = frozenset({"head", "script", "style", "template", "title"})

_KNOWN = _BLOCKS | _LINES | _INLINE | _HIDDEN | {"html", "body"}

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)((?:[\s/][^<>]*)?)>|<[!?][^<>]*>")

_HREF = re.compile(r"""href\s{0,5}=\s{0,5}["']?(https?://[^\s"'<>]+)""", re.IGNORECASE)

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")

_SPACES = re.compile(r"[^\S\n]+")

_EMPTY_LINES = re.compile(r"\n{3,}")

_PREFORMATTED = re.compile(r"(`[^`\n]+`|\\[\\`*_{}\[\]()#+.!>~|-])")  # code and escaped characters

_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^\s()<>]*)(?:[^\S\n][^()\n]*)?\)")

_BARE_LINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")

_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*")

_STARRED = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])")

_UNDERLINED = re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]+)(?<=[^\s_])_(?!\w)")

_BULLET = re.compile(r"(\s*)[*+-] +(?=\S)")

_INNER = r"\1"

_RULE = re.compile(r"\s{0,3}(?:={3,}|(?:[-*_] ?){3,})\s*")


def to_line(text: str) -> str:
    """Convert a title or a name to one line: entities are decoded once, and `<algorithm>` stays."""
    check_length(text)
    return single_line(_unescape(text))


def to_plain_text(text: str) -> str:
    """Convert an abstract or a biography in HTML, Markdown or plain text to plain text. Paragraphs are kept."""
    check_length(text)
    text = paragraphs(text)
    names = {tag[2].lower() for tag in _TAG.finditer(text) if tag[2]} if "<" in text else set()
    is_html = bool(names & (_BLOCKS | {"li", "tr"}))
    if names & _KNOWN:
        text = _HtmlToText(flowing=is_html).read(text)
    elif "&" in text:
        text = _unescape(text)
    if not is_html:
        text = _strip_markdown(text)
    lines = (line.rstrip() for line in paragraphs(text).split("\n"))
    return paragraphs(_EMPTY_LINES.sub("\n\n", "\n".join(lines)))


class LongTextError(BotError):
    """A text is so long that converting it would take much memory."""


def check_length(text: str | bytes) -> None:
    """Check that a text may be converted. Raises LongTextError."""
    if len(text) > LONGEST_TEXT:
        raise LongTextError(
            f"One of the texts in the file has more than {LONGEST_TEXT:,} characters. Is it a schedule?"
        )


class _HtmlToText:
    """Converts HTML piece by piece. If the text is `flowing`, tags make the paragraphs; otherwise line ends do."""

    def __init__(self, *, flowing: bool) -> None:
        self._flowing = flowing
        self._out: list[str] = []
        self._hidden_tag = ""
        self._in_pre = False
        self._links: list[tuple[str, int]] = []

    def read(self, text: str) -> str:
        end = 0
        for tag in _TAG.finditer(text):
            self._text(text[end : tag.start()])
            self._tag(tag)
            end = tag.end()
        self._text(text[end:])
        return "".join(self._out)

    def _text(self, text: str) -> None:
        if self._hidden_tag or not text:
            return
        if self._flowing and not self._in_pre:
            text = _SPACES.sub(" ", text.replace("\n", " "))
            if not self._out or self._out[-1].endswith(("\n", " ")):
                text = text.lstrip(" ")
        elif self._out and self._out[-1] == "\n":
            text = text.removeprefix("\n")  # `<br>` followed by a line end is one line end
        if text:
            self._out.append(_unescape(text))

    def _tag(self, tag: re.Match[str]) -> None:
        closing, name = bool(tag[1]), (tag[2] or "").lower()
        if name in _HIDDEN:
            self._hidden_tag = "" if closing else name
        elif self._hidden_tag or not name:
            return
        elif name not in _KNOWN:
            self._text(tag[0])  # not a tag, as in `List<String>`
        elif name == "a":
            self._link(tag, closing=closing)
        elif name in _BLOCKS:
            self._in_pre = name == "pre" and not closing
            self._paragraph()
        elif not closing:
            self._line_or_cell(name)

    def _paragraph(self) -> None:
        if not self._out or self._out[-1] != "\n• ":  # the first paragraph of a list item stays beside its bullet
            self._out.append("\n\n")

    def _line_or_cell(self, name: str) -> None:
        """Add what the opening tag of a line, a list item or a table cell stands for."""
        if name in _LINES:
            self._out.append("\n• " if name == "li" else "\n")
        elif name in ("td", "th"):
            self._text(" ")

    def _link(self, tag: re.Match[str], *, closing: bool) -> None:
        if not closing:
            href = _HREF.search(tag[3])
            self._links.append((_unescape(href[1]) if href else "", len(self._out)))
        elif self._links:
            href_to, begin = self._links.pop()
            if href_to and not _repeats_url("".join(self._out[begin:]), href_to):
                self._out.append(f" ({href_to})")


def _repeats_url(words: str, link: str) -> bool:
    """Tell whether the words of a link are empty or show its address already."""

    def bare(text: str) -> str:
        return text.strip().removeprefix("http://").removeprefix("https://").removeprefix("www.").rstrip("/").lower()

    return not words.strip() or bare(words) == bare(link)


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text).replace("\xa0", " ") if "&" in text else text


def _strip_markdown(text: str) -> str:
    """Remove the marks of Markdown that disturb reading: of headings, emphasis, links and code fences."""
    lines: list[str] = []
    in_code = False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            in_code = not in_code
        elif in_code:
            lines.append(line)
        else:
            lines.append(_strip_line_marks(line))
    return "\n".join(lines)


def _strip_line_marks(line: str) -> str:
    if not line or _RULE.fullmatch(line):
        return ""
    if line.startswith("#") and line.lstrip("#").startswith(" "):
        line = line.strip("#").strip()
    if line.startswith(">"):
        line = line.lstrip("> ")
    line = _BULLET.sub(r"\1• ", line, count=1) if _BULLET.match(line) else line
    if not any(mark in line for mark in "*_[\\<"):
        return line
    pieces = _PREFORMATTED.split(line)
    return "".join(
        piece.removeprefix("\\") if number % 2 else _strip_emphasis(piece) for number, piece in enumerate(pieces)
    )


def _strip_emphasis(text: str) -> str:
    text = _LINK.sub(lambda link: _link_text(link[1], link[2]), text)
    text = _BARE_LINK.sub(_INNER, text)
    text = _STARRED.sub(_INNER, _BOLD.sub(_INNER, text))
    return _UNDERLINED.sub(_INNER, text)


def _link_text(words: str, target: str) -> str:
    if not target.startswith(("http://", "https://")):
        return words
    return target if _repeats_url(words, target) else f"{words} ({target})"
