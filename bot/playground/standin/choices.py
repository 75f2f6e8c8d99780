"""What a person did to an element, as Slack describes it in `actions` and in a view's state."""

from collections.abc import Iterable
from typing import Any

from bot.playground.standin.blocks import elements_of
from bot.playground.standin.conversations import Block
from bot.playground.standin.objects import options_of
from bot.playground.standin.refusal import SlackRefusal

# The field in which each kind of element tells a single choice …
SINGLE_KINDS = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}
# … or several.
MULTI_KINDS = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
SINGLE_OPTION_KINDS = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
MULTI_OPTION_KINDS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})


def element_state(element: Block, choice: Any, suggested: Iterable[Block] = ()) -> dict[str, Any]:
    """`choice` is an option's value, several of them, or what was typed or picked; None clears it.

    `suggested` are the options that the bot gave a menu it fills itself. Raises SlackRefusal for one not offered.
    """
    kind = element["type"]
    if kind == "button":
        return {"type": kind, "text": element["text"]} | ({"value": element["value"]} if "value" in element else {})
    if kind in SINGLE_KINDS:
        return {"type": kind, SINGLE_KINDS[kind]: choice}
    if kind in MULTI_KINDS:
        return {"type": kind, MULTI_KINDS[kind]: list(choice or ())}
    options = {one["value"]: one for one in (*options_of(element), *suggested)}
    values = [choice] if isinstance(choice, str) else list(choice or ())
    if missing := [value for value in values if value not in options]:
        raise SlackRefusal("not_offered", values=missing)
    picked = [options[value] for value in values]
    if kind in SINGLE_OPTION_KINDS:
        return {"type": kind, "selected_option": picked[0] if picked else None}
    return {"type": kind, "selected_options": picked}


def initial_choice(element: Block) -> Any:
    """The choice an element begins with, in the form `element_state` takes; None without."""
    for field, value in element.items():
        if field == "initial_option":
            return value["value"]
        if field == "initial_options":
            return [one["value"] for one in value]
        if field.startswith("initial_"):
            return value
    return None


def initial_options(element: Block) -> list[Block]:
    """What a menu that the bot fills itself shows before anything is typed."""
    return [one for one in (element.get("initial_option"), *(element.get("initial_options") or ())) if one]


def find_element(
    blocks: Iterable[Block], action_id: str, value: str | None = None, block_id: str | None = None
) -> tuple[str, Block]:
    """The block's id and the element with this action id (and value, and block); raises SlackRefusal without one."""
    for block in blocks:
        for element in elements_of(block):
            named = element.get("action_id") == action_id and block_id in (None, block.get("block_id"))
            if named and value in (None, element.get("value")):
                return str(block.get("block_id")), element
    raise SlackRefusal("no_such_element", action_id=action_id)
