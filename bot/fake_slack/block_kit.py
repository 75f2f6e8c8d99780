"""Find what Slack would refuse in a message, a modal or an App Home.

The limits are written from Slack's documentation. The bot's own limits stand elsewhere on purpose: this module checks
them.
"""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.block_elements import (
    ACTION_ELEMENTS,
    ELEMENTS,
    ID,
    INPUT_ELEMENTS,
    KIND,
    SECTION_ELEMENTS,
    SLACK_FILE,
    URL,
    Check,
    any_value,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    mrkdwn,
    object_of,
    one_of,
    plain_text,
    problem,
    string,
    text,
    utf16_length,
)
from bot.fake_slack.workspace import Block, readable_texts

Surface = Literal["message", "modal", "home"]

MESSAGE_TEXT = 4_000  # Slack cuts at 40,000, but asks for less than 4,000, and refuses more in an edit

MESSAGE_BLOCKS = 50

VIEW_BLOCKS = 100

ALL_BLOCKS_TEXT = 13_000  # undocumented; reported as msg_blocks_too_long (slackapi/bolt-js#2509)

VIEW_BYTES = 250_000

TITLE = 24

_BLOCK: dict[str, Check] = {"block_id": string(ID)}

_RICH_TEXT = by_type(
    {
        kind: object_of(
            {"type": KIND, "elements": array(any_value, 1_000, 0)},
            {
                "border": any_value,
                "style": any_value,
                "indent": any_value,
                "offset": any_value,
            },
        )
        for kind in ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
    }
)

BLOCKS: dict[str, Check] = {
    "section": object_of(
        {"type": KIND},
        {
            **_BLOCK,
            "text": text(3_000),
            "fields": array(text(2_000), 10),
            "accessory": by_type(ELEMENTS, SECTION_ELEMENTS),
            "expand": boolean,
        },
        at_least_one("text", "fields"),
    ),
    "header": object_of({"type": KIND, "text": plain_text(150)}, _BLOCK),
    "divider": object_of({"type": KIND}, _BLOCK),
    "context": object_of(
        {
            "type": KIND,
            "elements": array(
                by_type({"plain_text": plain_text(3_000), "mrkdwn": mrkdwn(3_000), "image": ELEMENTS["image"]}), 10
            ),
        },
        _BLOCK,
    ),
    "actions": object_of({"type": KIND, "elements": array(by_type(ELEMENTS, ACTION_ELEMENTS), 25)}, _BLOCK),
    "image": object_of(
        {"type": KIND, "alt_text": string(2_000)},
        {**_BLOCK, "image_url": string(URL), "slack_file": SLACK_FILE, "title": plain_text(2_000)},
        exactly_one("image_url", "slack_file"),
    ),
    "input": object_of(
        {"type": KIND, "label": plain_text(2_000), "element": by_type(ELEMENTS, INPUT_ELEMENTS)},
        {**_BLOCK, "hint": plain_text(2_000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": object_of({"type": KIND, "elements": array(_RICH_TEXT, 1_000)}, _BLOCK),
    "markdown": object_of({"type": KIND, "text": string(12_000)}, _BLOCK),
}

VIEW_BLOCK_KINDS = frozenset(BLOCKS) - {"markdown"}

_MODAL = object_of(
    {
        "type": one_of("modal"),
        "title": plain_text(TITLE),
        "blocks": array(by_type(BLOCKS, VIEW_BLOCK_KINDS), VIEW_BLOCKS, 0),
    },
    {
        "submit": plain_text(TITLE),
        "close": plain_text(TITLE),
        "private_metadata": string(3_000, least=0),
        "callback_id": string(ID, least=0),
        "external_id": string(ID, least=0),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)

_HOME = object_of(
    {"type": one_of("home"), "blocks": array(by_type(BLOCKS, VIEW_BLOCK_KINDS), VIEW_BLOCKS, 0)},
    {
        "private_metadata": string(3_000, least=0),
        "callback_id": string(ID, least=0),
        "external_id": string(ID, least=0),
    },
)

_MESSAGE_BLOCKS = array(by_type(BLOCKS), MESSAGE_BLOCKS, 0)


def problems(surface: Surface, payload: dict[str, Any]) -> list[str]:
    """List the reasons for which Slack would refuse `payload`; none if it would accept it.

    The payload of a message holds chat.postMessage's `text` and `blocks`; that of a modal or an App Home is the view.
    """
    if surface == "message":
        return list(_message_problems(payload))
    reasons = list((_MODAL if surface == "modal" else _HOME)(payload, "/view"))
    blocks = payload.get("blocks")
    if isinstance(blocks, list):
        reasons.extend(_id_problems(blocks, "/view/blocks"))
        if surface == "modal" and not payload.get("submit") and any(_kind(block) == "input" for block in blocks):
            reasons.append(problem("must define submit, since there is an input block", "/view"))
    if len(json.dumps(payload)) > VIEW_BYTES:
        reasons.append(problem(f"must be less than {VIEW_BYTES} bytes", "/view"))
    return reasons


def _message_problems(payload: dict[str, Any]) -> Iterator[str]:
    words = payload.get("text")
    if not isinstance(words, str) or not words.strip():
        # Slack accepts blocks without text and warns, but notifications and screen readers would have nothing to read.
        yield problem("no_text: blocks need a text beside them, for notifications and screen readers", "/text")
    elif utf16_length(words) > MESSAGE_TEXT:
        yield problem(f"msg_too_long: must be less than {MESSAGE_TEXT + 1} characters", "/text")
    blocks = payload.get("blocks") or []
    yield from _MESSAGE_BLOCKS(blocks, "/blocks")
    if isinstance(blocks, list):
        yield from _id_problems(blocks, "/blocks")
        if (length := text_length(blocks)) > ALL_BLOCKS_TEXT:
            yield problem(f"msg_blocks_too_long: {length} characters, of {ALL_BLOCKS_TEXT} allowed", "/blocks")


def text_length(blocks: list[Any]) -> int:
    """Count the characters of all blocks of a message."""
    return sum(map(utf16_length, readable_texts(blocks)))


def mentions(payload: object) -> list[str]:
    """List the mentions that would notify people: `!channel`, `!here`, `!everyone`, `@U…`, `!subteam^S…`.

    They may be in a text or in blocks.
    """
    texts = readable_texts(payload) if isinstance(payload, dict | list) else iter([str(payload)])
    pattern = re.compile(r"<(!channel|!here|!everyone|!group|@[UW][A-Z0-9]+|!subteam\^\w+)(?:\|[^>]*)?>")
    return [mention for words in texts for mention in pattern.findall(words)]


def _id_problems(blocks: list[Any], pointer: str) -> Iterator[str]:
    """Check that a block's id is unique in its surface, and an element's id in its block."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            yield problem(f"block_id already exists: {block_id}", f"{pointer}/{index}/block_id")
        seen.add(str(block_id))
        actions = [element["action_id"] for element in elements_of(block) if "action_id" in element]
        for action_id in sorted({action_id for action_id in actions if actions.count(action_id) > 1}):
            yield problem(f"action_id already exists: {action_id}", f"{pointer}/{index}/elements")


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """List the interactive elements of a block."""
    parts = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
    return [
        part for part in parts if isinstance(part, dict) and part.get("type") in ELEMENTS and part["type"] != "image"
    ]


def _kind(block: object) -> object:
    return block.get("type") if isinstance(block, dict) else None


METADATA_BYTES = 16_384


def check_message(payload: dict[str, Any]) -> None:
    """Check a message. Raises SlackRefusal with Slack's error code."""
    reasons = problems("message", payload)
    for code in ("no_text", "msg_too_long", "msg_blocks_too_long"):
        if any(f"[ERROR] {code}" in reason for reason in reasons):
            raise SlackRefusal(code, **_problem_reasons(reasons))
    if reasons:
        raise SlackRefusal("invalid_blocks", **_problem_reasons(reasons))


def check_view(surface: str, payload: object) -> dict[str, Any]:
    """Check a view and return it with an id for every block and element. Raises SlackRefusal."""
    if not isinstance(payload, dict):
        raise SlackRefusal(
            "invalid_arguments", **_problem_reasons(["[ERROR] must provide an object [json-pointer:/view]"])
        )
    if payload.get("type") != surface:
        raise SlackRefusal(
            "invalid_arguments", **_problem_reasons([f"[ERROR] must be a {surface} [json-pointer:/view/type]"])
        )
    if reasons := problems("home" if surface == "home" else "modal", payload):
        raise SlackRefusal("invalid_arguments", **_problem_reasons(reasons))
    return payload | {"blocks": with_ids(payload["blocks"])}


def with_ids(blocks: list[Block]) -> list[Block]:
    """Copy the blocks and give an id to each block and element without one, as Slack does."""
    copied: list[Block] = json.loads(json.dumps(blocks))
    for index, block in enumerate(copied):
        block.setdefault("block_id", f"b{index}")
        for number, element in zip(itertools.count(), elements_of(block), strict=False):
            element.setdefault("action_id", f"a{number}")
    return copied


def check_metadata(value: object) -> dict[str, Any]:
    """Check a message's metadata: an event type and its payload. Raises SlackRefusal."""
    if value in (None, {}):
        return {}
    if not isinstance(value, dict) or not isinstance(value.get("event_payload"), dict) or not value.get("event_type"):
        raise SlackRefusal("invalid_metadata_format")
    if len(json.dumps(value)) > METADATA_BYTES:
        raise SlackRefusal("metadata_too_large")
    return value


def _problem_reasons(reasons: list[str]) -> dict[str, Any]:
    return {
        "errors": [reason.removeprefix("[ERROR] ") for reason in reasons],
        "response_metadata": {"messages": reasons},
    }
