"""What a message carries, checked: one way in for posts, edits, response URLs and acknowledgements."""

import itertools
import json
from typing import Any

from bot.playground.standin.blocks import elements_of, problems
from bot.playground.standin.conversations import Block
from bot.playground.standin.refusal import SlackRefusal

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
