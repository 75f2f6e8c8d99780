"""Find what Slack would refuse in a message, a modal or an App Home, among the blocks and elements that the bot uses.

The limits are written from docs.slack.dev/reference/block-kit. The bot's own limits stand elsewhere on purpose: this
module checks them. To use another block or element in the bot, add its rule here, and draw it in
bot/playground/ui/elements.js.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal

from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.checks import (
    Check,
    array,
    boolean,
    by_type,
    exactly_one,
    matching,
    number,
    object_of,
    one_of,
    problem,
    string,
    utf16_length,
)
from bot.fake_slack.workspace import Block, readable_texts

Surface = Literal["message", "modal", "home"]

MESSAGE_TEXT = 4_000  # Slack cuts at 40,000, but asks for less than 4,000, and refuses more in an edit

ALL_BLOCKS_TEXT = 13_000  # undocumented; reported as msg_blocks_too_long (slackapi/bolt-js#2509)

VIEW_BYTES = 250_000

METADATA_BYTES = 16_384

ID, URL = 255, 3_000  # characters


def plain_text(most: int) -> Check:
    """Check a plain_text object of at most `most` characters."""
    return object_of({"type": one_of("plain_text"), "text": string(most)}, {"emoji": boolean})


def text(most: int) -> Check:
    """Check a text object of either type, of at most `most` characters."""
    texts = {
        "plain_text": object_of({"text": string(most)}, {"emoji": boolean}),
        "mrkdwn": object_of({"text": string(most)}, {"verbatim": boolean}),
    }
    return by_type(texts)


CONFIRM = object_of(
    {"title": plain_text(100), "text": text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)

OPTION = object_of({"text": plain_text(75), "value": string(150)}, {"description": plain_text(75)})

OVERFLOW_OPTION = object_of(
    {"text": plain_text(75), "value": string(150)}, {"description": plain_text(75), "url": string(URL)}
)

CHECKBOX_OPTION = object_of({"text": text(75), "value": string(150)}, {"description": text(75)})

GROUP = object_of({"label": plain_text(75), "options": array(OPTION, 100)})

CONVERSATION_FILTER = object_of(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)


def options_of(element: Block) -> list[Block]:
    """List the options of a menu, with those in its groups."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group.get("options") or [])]


def initial_options(element: Block) -> list[Block]:
    """List the options that are chosen before a person chooses."""
    initial = (element.get("initial_option"), *(element.get("initial_options") or ()))
    return [option for option in initial if option]


def _initial_are_options(element: Block, pointer: str) -> Iterator[str]:
    """Check that each initial option equals one of the options."""
    options = options_of(element)
    if any(option not in options for option in initial_options(element)):
        yield problem("initial option must exactly match one of the options", pointer)


_ACTION = {"action_id": string(ID)}

_CHOICE = {**_ACTION, "confirm": CONFIRM, "focus_on_load": boolean}

_MENU = {**_CHOICE, "placeholder": plain_text(150)}

_STATIC_MENU = {**_MENU, "options": array(OPTION, 100), "option_groups": array(GROUP, 100)}

_TEXT_INPUT = {**_ACTION, "focus_on_load": boolean, "placeholder": plain_text(150)}

ELEMENTS: dict[str, Check] = {
    "button": object_of(
        {"text": plain_text(75)},
        {
            **_ACTION,
            "url": string(URL),
            "value": string(2_000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "overflow": object_of({"options": array(OVERFLOW_OPTION, 5)}, {**_ACTION, "confirm": CONFIRM}),
    "checkboxes": object_of(
        {"options": array(CHECKBOX_OPTION, 10)},
        {**_CHOICE, "initial_options": array(CHECKBOX_OPTION, 10)},
        _initial_are_options,
    ),
    "static_select": object_of(
        {}, {**_STATIC_MENU, "initial_option": OPTION}, exactly_one("options", "option_groups"), _initial_are_options
    ),
    "multi_static_select": object_of(
        {},
        {**_STATIC_MENU, "initial_options": array(OPTION, 100), "max_selected_items": number(1, 1_000)},
        exactly_one("options", "option_groups"),
        _initial_are_options,
    ),
    "external_select": object_of({}, {**_MENU, "min_query_length": number(0, 1_000), "initial_option": OPTION}),
    "users_select": object_of({}, {**_MENU, "initial_user": string(ID)}),
    "conversations_select": object_of({}, {**_MENU, "filter": CONVERSATION_FILTER, "initial_conversation": string(ID)}),
    "timepicker": object_of(
        {},
        {
            **_MENU,
            "initial_time": matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time like 10:35"),
            "timezone": string(ID),
        },
    ),
    "plain_text_input": object_of(
        {},
        {
            **_TEXT_INPUT,
            "initial_value": string(3_000, least=0),
            "multiline": boolean,
            "min_length": number(0, 3_000),
            "max_length": number(1, 3_000),
        },
    ),
    "url_text_input": object_of({}, {**_TEXT_INPUT, "initial_value": string(URL)}),
    "number_input": object_of(
        {"is_decimal_allowed": boolean},
        {**_TEXT_INPUT, "initial_value": string(40), "min_value": string(40), "max_value": string(40)},
    ),
}

_MENUS = ("static_select", "external_select", "users_select", "conversations_select", "timepicker", "checkboxes")

_ACTION_ELEMENT = by_type(ELEMENTS, "button", "overflow", *_MENUS)

_INPUT_ELEMENT = by_type(ELEMENTS, "multi_static_select", "plain_text_input", "url_text_input", "number_input", *_MENUS)

_BLOCK = {"block_id": string(ID)}

BLOCKS: dict[str, Check] = {
    "section": object_of({"text": text(3_000)}, {**_BLOCK, "accessory": _ACTION_ELEMENT, "expand": boolean}),
    "header": object_of({"text": plain_text(150)}, _BLOCK),
    "divider": object_of({}, _BLOCK),
    "context": object_of({"elements": array(text(3_000), 10)}, _BLOCK),
    "actions": object_of({"elements": array(_ACTION_ELEMENT, 25)}, _BLOCK),
    "input": object_of(
        {"label": plain_text(2_000), "element": _INPUT_ELEMENT},
        {**_BLOCK, "hint": plain_text(2_000), "optional": boolean, "dispatch_action": boolean},
    ),
}

_VIEW_BLOCKS = {"blocks": array(by_type(BLOCKS), 100, 0)}

_VIEW = {
    "private_metadata": string(3_000, least=0),
    "callback_id": string(ID, least=0),
    "external_id": string(ID, least=0),
}

_TITLE = plain_text(24)

SURFACES: dict[Surface, Check] = {
    "message": object_of({"blocks": array(by_type(BLOCKS), 50, 0)}),
    "modal": object_of(
        {**_VIEW_BLOCKS, "title": _TITLE},
        {
            **_VIEW,
            "submit": _TITLE,
            "close": _TITLE,
            "clear_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": object_of(_VIEW_BLOCKS, _VIEW),
}


def problems(surface: Surface, payload: dict[str, Any]) -> list[str]:
    """List the reasons for which Slack would refuse `payload`; none if it would accept it.

    The payload of a message holds chat.postMessage's `text` and `blocks`; that of a modal or an App Home is the view.
    """
    if surface == "message":
        return list(_message_problems(payload))
    view = {field: part for field, part in payload.items() if field != "type"}
    reasons = [*SURFACES[surface](view, "/view"), *_id_problems(payload.get("blocks"), "/view/blocks")]
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in payload.get("blocks") or [])
    if surface == "modal" and has_input and not payload.get("submit"):
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
    yield from SURFACES["message"]({"blocks": blocks}, "")
    yield from _id_problems(blocks, "/blocks")
    if (length := sum(map(utf16_length, readable_texts(blocks)))) > ALL_BLOCKS_TEXT:
        yield problem(f"msg_blocks_too_long: {length} characters, of {ALL_BLOCKS_TEXT} allowed", "/blocks")


def _id_problems(blocks: Any, pointer: str) -> Iterator[str]:
    """Check that a block's id is unique in its surface, and an element's id in its block."""
    seen: set[str] = set()
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            yield problem(f"block_id already exists: {block_id}", f"{pointer}/{index}/block_id")
        seen.add(str(block_id))
        actions = [element["action_id"] for element in elements_of(block) if "action_id" in element]
        for action_id in sorted({action_id for action_id in actions if actions.count(action_id) > 1}):
            yield problem(f"action_id already exists: {action_id}", f"{pointer}/{index}/elements")


def elements_of(block: Block) -> list[Block]:
    """List the interactive elements of a block."""
    parts = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
    return [part for part in parts if isinstance(part, dict) and part.get("type") in ELEMENTS]


def check_message(payload: dict[str, Any]) -> None:
    """Check a message. Raises SlackRefusal with Slack's error code."""
    if reasons := problems("message", payload):
        codes = ("no_text", "msg_too_long", "msg_blocks_too_long")
        code = next((code for code in codes if any(f"] {code}:" in reason for reason in reasons)), "invalid_blocks")
        raise _refusal(code, *reasons)


def check_view(surface: Literal["modal", "home"], payload: Any) -> dict[str, Any]:
    """Check a view and return it with an id for every block and element. Raises SlackRefusal."""
    if not isinstance(payload, dict):
        raise _refusal("invalid_arguments", problem("must provide an object", "/view"))
    if payload.get("type") != surface:
        raise _refusal("invalid_arguments", problem(f"must be a {surface}", "/view/type"))
    if reasons := problems(surface, payload):
        raise _refusal("invalid_arguments", *reasons)
    return payload | {"blocks": with_ids(payload["blocks"])}


def with_ids(blocks: list[Block]) -> list[Block]:
    """Copy the blocks and give an id to each block and element without one, as Slack does."""
    copied: list[Block] = json.loads(json.dumps(blocks))
    for index, block in enumerate(copied):
        block.setdefault("block_id", f"b{index}")
        for position, element in enumerate(elements_of(block)):
            element.setdefault("action_id", f"a{position}")
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


def _refusal(code: str, *reasons: str) -> SlackRefusal:
    errors = [reason.removeprefix("[ERROR] ") for reason in reasons]
    return SlackRefusal(code, errors=errors, response_metadata={"messages": list(reasons)})
