"""Build Block Kit's parts within Slack's limits, with other people's text escaped, and pages of long lists.

See docs.slack.dev/reference/block-kit.
"""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from bot.blockkit import action_ids
from bot.schedule.models import Talk, short_id

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Slack takes it: blocks for the eye, and a text for notifications and screen readers."""

    text: str  # a sentence or a few lines that can be read without the blocks; mrkdwn, escaped
    blocks: tuple[Block, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The arguments that `chat.postMessage`, an acknowledgement and a `response_url` have in common."""
        text = clip(self.text, TEXT_CHARACTERS)
        return {"text": text, "blocks": list(self.blocks), "unfurl_links": False, "unfurl_media": False}


# Slack's limits.
TEXT_CHARACTERS = 3_900  # of a message's text; Slack asks for less than 4,000, and refuses more in an edit
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_CHARACTERS = 3_000
HEADER_CHARACTERS = 150
CONTEXT_ELEMENTS = 10
ACTION_ELEMENTS = 25
BLOCK_ID_CHARACTERS = 255
BUTTON_CHARACTERS = 75
BUTTON_VALUE = 2_000
OPTION_CHARACTERS = 75
OPTIONS = 100
TITLE_CHARACTERS = 24  # a modal's title, submit and close

# A web address, but not one whose end was cut off. A bracket belongs to it if it is closed in it: `…/Saga_(pattern)`.
_BRACKETS = r"\([^\s<>|()]*\)"
_URL = re.compile(rf"(https?://(?!\S*…)(?:[^\s<>|()]|{_BRACKETS})*(?:[^\s<>|.,;:!?()\[\]'\"…]|{_BRACKETS}))")

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

LINK_CHARACTERS = 500  # of an address that becomes a link; escaped, it still fits into any block

# Where mrkdwn would format: *, _ and ~ except within a word or with space around, code, :emoji:, and > at the start of
# a line.
_MARKER = re.compile(
    r"[*_~`:>](?:(?<=`)|(?<=[*_~])(?<![A-Za-z0-9].(?=[A-Za-z0-9]))(?<!\s.(?=\s))"
    r"|(?<=:)(?=(?:[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*|100|1234|[+-]1):)|(?m:(?<=^>)))",
    re.DOTALL,
)

# mrkdwn has no escape for its markers. These look like them but are not letters, so that a search finds the words
# beside them.
_LOOKALIKES = {"*": "∗", "_": "ˍ", "~": "∼", "`": "‵", ":": "∶", ">": "›"}

_MARKERS = str.maketrans({lookalike: marker for marker, lookalike in _LOOKALIKES.items()})


def escape_entities(text: str) -> str:
    """Escape text so that it can neither mention nor link.

    That is enough in code, and where people may format what they write.
    """
    return text.translate(_ENTITIES)


def escape(text: str) -> str:
    """Escape other people's text for mrkdwn: it can neither mention nor link, and is not formatted.

    See "Escaping text" on docs.slack.dev.
    """
    return escape_entities(_MARKER.sub(lambda marker: _LOOKALIKES[marker[0]], text))


def unescape(escaped: str) -> str:
    """Undo `escape`, for text that is read elsewhere, or was copied from a message."""
    return html.unescape(escaped).translate(_MARKERS)


def is_link(url: str) -> bool:
    """Tell whether a text is an address that mrkdwn can link to."""
    return url.startswith(("https://", "http://")) and not set(url) & set("<>|\n ")


def bold(escaped: str) -> str:
    """Escaped text in bold.

    Any star in it becomes `∗`, even where it would format nothing by itself: it could end the bold.
    """
    return f"*{escaped.replace('*', _LOOKALIKES['*'])}*"


def escape_with_links(text: str, escape_rest: Callable[[str], str] = escape) -> str:
    """Escape text, and make its web addresses links: Slack makes none by itself in the messages of a bot."""
    pieces = _URL.split(text)
    return "".join(
        f"<{escape_entities(piece)}>" if number % 2 and len(piece) < LINK_CHARACTERS else escape_rest(piece)
        for number, piece in enumerate(pieces)
    )


def units(text: str) -> int:
    """The length in UTF-16 units, of which an emoji takes two.

    Slack limits “characters”. What fits in units fits in whatever it counts.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, limit: int) -> str:
    """The longest beginning of the text that has at most `limit` units; no character is cut in two."""
    if len(text) * 2 <= limit:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore")


def shorten(text: str, limit: int) -> str:
    """Cut text to at most `limit` units, between words where possible, with `…` in place of the rest."""
    if units(text) <= limit:
        return text
    cut = head(text, limit - 1)
    following = text[len(cut)]
    at_word = cut if following.isspace() else cut.rsplit(" ", 1)[0]
    return (at_word if units(at_word) > limit * 0.6 else cut).rstrip(" ,.;:–-") + "…"


def plain(text: str, limit: int) -> dict[str, Any]:
    """A plain_text object; other people's text needs no escaping here."""
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str, accessory: dict[str, Any] | None = None) -> Block:
    """A section of mrkdwn, cut to Slack's 3,000 characters; other people's text in it is escaped already."""
    block: Block = {"type": "section", "text": mrkdwn(clip(text, SECTION_CHARACTERS))}
    return block | {"accessory": accessory} if accessory else block


def sections(lines: Sequence[str]) -> list[Block]:
    """Pack escaped lines into as few sections as possible."""
    packed: list[str] = []
    for line in lines:
        if packed and units(packed[-1]) + units(line) + 1 < SECTION_CHARACTERS:
            packed[-1] += "\n" + line
        else:
            packed.append(line)
    return [section(text) for text in packed]


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER_CHARACTERS)}


def context(*texts: str) -> Block:
    return {
        "type": "context",
        "elements": [mrkdwn(clip(text, SECTION_CHARACTERS)) for text in texts[:CONTEXT_ELEMENTS]],
    }


def actions(elements: Iterable[dict[str, Any]]) -> Block:
    return {"type": "actions", "elements": list(elements)[:ACTION_ELEMENTS]}


def divider() -> Block:
    return {"type": "divider"}


def button(text: str, action_id: str, value: str = "", **more: Any) -> dict[str, Any]:
    """A button; `value` comes back with the click, `more` are Slack's optional fields (style, url, confirm …)."""
    element = {"type": "button", "text": plain(text, BUTTON_CHARACTERS), "action_id": action_id} | more
    return element | {"value": value[:BUTTON_VALUE]} if value else element


def confirmation(title: str, text: str, yes: str, no: str) -> dict[str, Any]:
    """The question that a button asks before it acts (docs.slack.dev, "Confirmation dialog object")."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text, OPTION_CHARACTERS), "value": value}


def and_more(hidden: int, what: str = "") -> list[str]:
    """The last line of a list, with the number of hidden items; no line if none is hidden.

    `what` follows the number.
    """
    return [f"and {hidden} more{what}"] if hidden > 0 else []


def first_of(parts: Sequence[str], most: int) -> str:
    """`Fleming, Whittle and 3 more`: the first ones, and the number of the others."""
    return " ".join([", ".join(parts[:most]), *and_more(len(parts) - most)])


def fitting_count(lines: Sequence[str], limit: int) -> int:
    """The number of lines, counted from the first, that fit into `limit` units."""
    for number, line in enumerate(lines):
        limit -= units(line) + 1
        if limit < 0:
            return number
    return len(lines)


def clip(escaped: str, limit: int) -> str:
    """Cut escaped text to `limit` units, but never inside an entity such as `&amp;` or a mention such as `<@U1>`."""
    if units(escaped) <= limit:
        return escaped
    cut = head(escaped, limit - 1)
    entity, mention = cut.rfind("&"), cut.rfind("<")
    if entity > len(cut) - 5 and ";" not in cut[entity:]:
        cut = cut[:entity]
    if mention > cut.rfind(">"):
        cut = cut[:mention]
    return cut + "…"


def paragraphs(escaped: str, limit: int = SECTION_CHARACTERS) -> Sequence[str]:
    """Cut long escaped text into pieces of at most `limit` units, between paragraphs or words where possible."""
    pieces = []
    rest = escaped.strip()
    while units(rest) > limit:
        window = head(rest, limit)
        cut = max(window.rfind("\n"), window.rfind(" "))
        if cut <= 0:
            cut = max(len(clip(rest, limit)) - 1, 1)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """One page of a list."""

    items: Sequence[ItemT]
    number: int  # from 0
    last: int  # the number of the last page
    first: int  # the position of its first item in the list, from 0
    total: int  # items in the list

    @classmethod
    def of(cls, items: Sequence[ItemT], number: int, size: int) -> "Page[ItemT]":
        """The page with this number, or the nearest one that the list has."""
        last = max(0, (len(items) - 1) // size)
        number = min(max(number, 0), last)
        return cls(items[number * size : (number + 1) * size], number, last, number * size, len(items))

    @property
    def range_text(self) -> str:
        """`9–16 of 24`; empty where one page holds all."""
        return f"{self.first + 1}–{self.first + len(self.items)} of {self.total}" if self.last else ""

    def buttons(
        self, action: str, value: Callable[[int], str], back: str = "Earlier", on: str = "Later"
    ) -> list[Block]:
        """[Earlier] and [Later], as far as there are such pages; `value` makes a button's value of a page's number."""
        targets = [(back, self.number - 1)] if self.number else []
        targets += [(on, self.number + 1)] if self.number < self.last else []
        return [
            button(label, action_ids.numbered(action, position), value(number))
            for position, (label, number) in enumerate(targets, 1)
        ]


def page_of_now(talks: Iterable[Talk | None], now: datetime, size: int) -> int:
    """The page at which a list opens: the one with the first talk that began less than an hour ago or is still to come.

    A talk that has been on for longer would open the list of a busy day far too early. An item that is not a talk is
    None.
    """
    recent = now - timedelta(hours=1)
    ahead = (position for position, talk in enumerate(talks) if talk and talk.end > now and talk.start > recent)
    return next(ahead, 0) // size


_LIST, _NOTE = "list", "note"  # how the ids of a list's blocks begin


class ListPage(NamedTuple):
    """A page of the answer to a question.

    The value of a button leads to it. The ids of the blocks about one talk name the talk and the page, so that the page
    is drawn again after a save: of a message that only one person sees, Slack sends nothing but the id of the pressed
    block.
    """

    number: int  # from 0
    question: str

    @property
    def value(self) -> str:
        return f"{self.number} {self.question}"

    @classmethod
    def from_value(cls, value: str) -> "ListPage":
        """Read what `value` wrote."""
        number, _, question = value.partition(" ")
        return cls(int(number), question)

    def marked(self, blocks: Sequence[Block]) -> list[Block]:
        """The blocks, with ids that name their talk and this page; a very long question is not named."""
        named = ((block, _talk_in(block), position) for position, block in enumerate(blocks))
        ids = ((block, f"{_LIST} {talk}.{position} {self.value}" if talk else "") for block, talk, position in named)
        return [block | {"block_id": id} if 0 < len(id) <= BLOCK_ID_CHARACTERS else block for block, id in ids]

    @classmethod
    def of_block(cls, block_id: str) -> "ListPage | None":
        """The page that the id of a block names."""
        kind, _, talk_and_page = block_id.partition(" ")
        return cls.from_value(talk_and_page.partition(" ")[2]) if kind in (_LIST, _NOTE) else None


def _talk_in(block: Block) -> str:
    """The short id of the talk that a block's menu or buttons are about; empty for any other block."""
    for element in (block.get("accessory", {}), *block.get("elements", ())):
        if element.get("action_id") == action_ids.TALK_MENU:
            return str(element["options"][0]["value"].split(" ")[-1])
        if element.get("action_id") == action_ids.DETAILS:
            return short_id(element["value"])
    return ""


def with_note(page: Message, block_id: str, note: Message) -> Message:
    """The page with a note below the talk whose button or menu was used, or else with the whole note at the end.

    The page may be another one by now, without the talk. A press in the note, such as [Undo], draws it again as well.
    """
    rest = block_id.partition(" ")[2]
    talk = f"{_LIST} {rest.partition('.')[0]}."
    places = [at for at, block in enumerate(page.blocks, 1) if block.get("block_id", "").startswith(talk)]
    place = places[-1] if places else len(page.blocks)
    whole: Block = {} if places else section(note.text)
    noted = [block | whole | {"block_id": f"{_NOTE} {rest}"} for block in note.blocks[:1]]
    return Message(f"{note.text}\n{page.text}", (*page.blocks[:place], *noted, *page.blocks[place:]))
