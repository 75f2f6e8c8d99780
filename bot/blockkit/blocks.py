"""Block Kit's parts and limits (docs.slack.dev/reference/block-kit), and the one way other people's text gets in.

A message as Slack takes it: blocks for the eye, text for notifications and screen readers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    text: str  # reads as a sentence or a few lines, without the blocks; mrkdwn, escaped
    blocks: tuple[Block, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The arguments `chat.postMessage`, an acknowledgement and a `response_url` have in common."""
        return {"text": self.text, "blocks": list(self.blocks), "unfurl_links": False, "unfurl_media": False}


MESSAGE_BLOCKS = 50

VIEW_BLOCKS = 100

MESSAGE_CHARACTERS = 12_000  # over all blocks; Slack refuses at about 13,000 with msg_blocks_too_long

SECTION_CHARACTERS = 3_000

HEADER_CHARACTERS = 150

CONTEXT_ELEMENTS = 10

ACTION_ELEMENTS = 25

BUTTON_CHARACTERS = 75

BUTTON_VALUE = 2_000

OPTION_CHARACTERS = 75

OPTIONS = 100

TITLE_CHARACTERS = 24  # a modal's title, submit and close

PRIVATE_METADATA = 3_000

_URL = re.compile(r"(https?://[^\s<>|]*[^\s<>|.,;:!?()\[\]'\"…])")

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    """Text that is not ours, for mrkdwn: it can neither mention nor link (docs.slack.dev, "Escaping text")."""
    return text.translate(_ESCAPES)


def escape_with_links(text: str) -> str:
    """The same, with web addresses to press: in what we send, Slack makes nothing a link by itself."""
    pieces = _URL.split(text)
    return "".join(f"<{escape(piece)}>" if at % 2 else escape(piece) for at, piece in enumerate(pieces))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where one is near, with `…` in place of the rest."""
    if len(text) <= limit:
        return text
    cut, following = text[: limit - 1], text[limit - 1]
    at_word = cut if following.isspace() else cut.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > limit * 0.6 else cut).rstrip(" ,.;:–-") + "…"


def plain(text: str, limit: int) -> dict[str, Any]:
    """A plain_text object; other people's text needs no escaping here."""
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str, accessory: dict[str, Any] | None = None) -> Block:
    """A section of mrkdwn within Slack's 3,000 characters; what is not ours in it is escaped already."""
    block: Block = {"type": "section", "text": mrkdwn(clip(text, SECTION_CHARACTERS))}
    return block | {"accessory": accessory} if accessory else block


def sections(lines: Sequence[str]) -> list[Block]:
    """Escaped lines packed into as few sections as hold them."""
    packed: list[str] = []
    for line in lines:
        if packed and len(packed[-1]) + len(line) + 1 < SECTION_CHARACTERS:
            packed[-1] += "\n" + line
        else:
            packed.append(line)
    return [section(one) for one in packed]


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
    """What a button asks before it does anything (docs.slack.dev, "Confirmation dialog object")."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text, OPTION_CHARACTERS), "value": value}


def clip(escaped: str, limit: int) -> str:
    """Escaped text within `limit` characters, never cut inside an entity such as `&amp;`."""
    if len(escaped) <= limit:
        return escaped
    cut = escaped[: limit - 1]
    entity = cut.rfind("&")
    if entity > len(cut) - 5 and ";" not in cut[entity:]:
        cut = cut[:entity]
    return cut + "…"


def paragraphs(escaped: str, limit: int = SECTION_CHARACTERS) -> Sequence[str]:
    """Long escaped text in pieces of at most `limit` characters, cut between paragraphs or words where possible."""
    pieces = []
    rest = escaped.strip()
    while len(rest) > limit:
        cut = max(rest.rfind("\n", 0, limit), rest.rfind(" ", 0, limit))
        if cut <= 0:
            cut = len(clip(rest, limit)) - 1
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces
