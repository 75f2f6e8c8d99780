"""Slack's judgement on blocks: what is wrong with a message, a modal or a Home, written from Slack's documentation.

The limits here are Slack's own, kept apart from those the bot builds with: this is the judge.


What a message carries, checked: one way in for posts, edits, response URLs and acknowledgements."""

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
    mrkdwn,
    plain_text,
    text,
)
from bot.fake_slack.models import Block, readable_texts
from bot.fake_slack.schema import (
    Check,
    any_value,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    object_of,
    one_of,
    problem,
    string,
)

Surface = Literal["message", "modal", "home"]

MESSAGE_TEXT = 40_000

MESSAGE_BLOCKS = 50

VIEW_BLOCKS = 100

ALL_BLOCKS_TEXT = 13_000  # not in the documentation; seen as msg_blocks_too_long (slackapi/bolt-js#2509)

VIEW_BYTES = 250_000

TITLE = 24

_BLOCK: dict[str, Check] = {"block_id": string(ID)}

_RICH = by_type(
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
    "rich_text": object_of({"type": KIND, "elements": array(_RICH, 1_000)}, _BLOCK),
    "markdown": object_of({"type": KIND, "text": string(12_000)}, _BLOCK),
}

IN_VIEWS = frozenset(BLOCKS) - {"markdown"}

_MODAL = object_of(
    {"type": one_of("modal"), "title": plain_text(TITLE), "blocks": array(by_type(BLOCKS, IN_VIEWS), VIEW_BLOCKS, 0)},
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
    {"type": one_of("home"), "blocks": array(by_type(BLOCKS, IN_VIEWS), VIEW_BLOCKS, 0)},
    {
        "private_metadata": string(3_000, least=0),
        "callback_id": string(ID, least=0),
        "external_id": string(ID, least=0),
    },
)

_MESSAGE_BLOCKS = array(by_type(BLOCKS), MESSAGE_BLOCKS, 0)


def problems(surface: Surface, payload: dict[str, Any]) -> list[str]:
    """What Slack would refuse `payload` for, worst first; nothing if it takes it.

    A message is the arguments of chat.postMessage (`text`, `blocks`), a modal or a Home the whole view.
    """
    if surface == "message":
        return list(_of_message(payload))
    found = list((_MODAL if surface == "modal" else _HOME)(payload, "/view"))
    blocks = payload.get("blocks")
    if isinstance(blocks, list):
        found.extend(_as_a_whole(blocks, "/view/blocks"))
        if surface == "modal" and not payload.get("submit") and any(_kind(block) == "input" for block in blocks):
            found.append(problem("must define submit, since there is an input block", "/view"))
    if len(json.dumps(payload)) > VIEW_BYTES:
        found.append(problem(f"must be less than {VIEW_BYTES} bytes", "/view"))
    return found


def _of_message(payload: dict[str, Any]) -> Iterator[str]:
    words = payload.get("text")
    if not isinstance(words, str) or not words.strip():
        # Slack takes blocks without text and warns; notifications and screen readers then have nothing to say.
        yield problem("no_text: blocks need a text beside them, for notifications and screen readers", "/text")
    elif len(words) > MESSAGE_TEXT:
        yield problem(f"msg_too_long: must be less than {MESSAGE_TEXT + 1} characters", "/text")
    blocks = payload.get("blocks") or []
    yield from _MESSAGE_BLOCKS(blocks, "/blocks")
    if isinstance(blocks, list):
        yield from _as_a_whole(blocks, "/blocks")
        if (length := text_length(blocks)) > ALL_BLOCKS_TEXT:
            yield problem(f"msg_blocks_too_long: {length} characters, of {ALL_BLOCKS_TEXT} allowed", "/blocks")


def text_length(blocks: list[Any]) -> int:
    """Characters over all blocks of a message."""
    return sum(map(len, readable_texts(blocks)))


def mentions(payload: object) -> list[str]:
    """Everyone whom a message's text or blocks would notify: `!channel`, `!here`, `!everyone`, `@U…`, `!subteam^S…`."""
    every = readable_texts(payload) if isinstance(payload, dict | list) else iter([str(payload)])
    pattern = re.compile(r"<(!channel|!here|!everyone|!group|@[UW][A-Z0-9]+|!subteam\^\w+)(?:\|[^>]*)?>")
    return [found for words in every for found in pattern.findall(words)]


def _as_a_whole(blocks: list[Any], pointer: str) -> Iterator[str]:
    """Ids name one thing: a block in its surface, an element in its block."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            yield problem(f"block_id already exists: {block_id}", f"{pointer}/{index}/block_id")
        seen.add(str(block_id))
        actions = [one["action_id"] for one in elements_of(block) if "action_id" in one]
        for action_id in sorted({one for one in actions if actions.count(one) > 1}):
            yield problem(f"action_id already exists: {action_id}", f"{pointer}/{index}/elements")


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of a block."""
    every = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
    return [one for one in every if isinstance(one, dict) and one.get("type") in ELEMENTS and one["type"] != "image"]


def _kind(block: object) -> object:
    return block.get("type") if isinstance(block, dict) else None


METADATA_BYTES = 16_384


def check_message(payload: dict[str, Any]) -> None:
    """Raises SlackRefusal in Slack's words."""
    found = problems("message", payload)
    for code in ("no_text", "msg_too_long", "msg_blocks_too_long"):
        if any(f"[ERROR] {code}" in one for one in found):
            raise SlackRefusal(code, **_problem_reasons(found))
    if found:
        raise SlackRefusal("invalid_blocks", **_problem_reasons(found))


def check_view(surface: str, payload: object) -> dict[str, Any]:
    """The view with an id for every block and element; raises SlackRefusal."""
    if not isinstance(payload, dict):
        raise SlackRefusal(
            "invalid_arguments", **_problem_reasons(["[ERROR] must provide an object [json-pointer:/view]"])
        )
    if payload.get("type") != surface:
        raise SlackRefusal(
            "invalid_arguments", **_problem_reasons([f"[ERROR] must be a {surface} [json-pointer:/view/type]"])
        )
    if found := problems("home" if surface == "home" else "modal", payload):
        raise SlackRefusal("invalid_arguments", **_problem_reasons(found))
    return payload | {"blocks": with_ids(payload["blocks"])}


def with_ids(blocks: list[Block]) -> list[Block]:
    """The blocks, with an id for those blocks and elements that have none, as Slack gives."""
    copied: list[Block] = json.loads(json.dumps(blocks))
    for index, block in enumerate(copied):
        block.setdefault("block_id", f"b{index}")
        for number, element in zip(itertools.count(), elements_of(block), strict=False):
            element.setdefault("action_id", f"a{number}")
    return copied


def check_metadata(value: object) -> dict[str, Any]:
    """Raises SlackRefusal unless it is an event type and its flat payload."""
    if value in (None, {}):
        return {}
    if not isinstance(value, dict) or not isinstance(value.get("event_payload"), dict) or not value.get("event_type"):
        raise SlackRefusal("invalid_metadata_format")
    if len(json.dumps(value)) > METADATA_BYTES:
        raise SlackRefusal("metadata_too_large")
    return value


def _problem_reasons(found: list[str]) -> dict[str, Any]:
    return {"errors": [one.removeprefix("[ERROR] ") for one in found], "response_metadata": {"messages": found}}
