"""The choices that a person makes in the elements of Block Kit, as Slack describes them to the bot."""

from collections.abc import Iterable
from typing import Any

from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.block_kit import elements_of, initial_options, options_of
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import Block

# The field of `actions` and of a view's state that holds an element's choice, where that is no option.
VALUE_FIELDS = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "timepicker": "selected_time",
    "plain_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}

ONE_OPTION = ("static_select", "external_select", "overflow")


def element_state(element: Block, choice: Any, suggested: Iterable[Block] = ()) -> dict[str, Any]:
    """Return an element's state after a choice, as Slack describes it in `actions` and in a view's state.

    `choice` is an option's value, a list of values, or the text or time entered. None clears the element.

    `suggested` holds the options that the bot offered for an external menu. Raises SlackRefusal for any other option.
    """
    kind = element["type"]
    if kind == "button":
        return {"type": kind, "text": element["text"]} | ({"value": element["value"]} if "value" in element else {})
    if kind in VALUE_FIELDS:
        return {"type": kind, VALUE_FIELDS[kind]: choice}
    options = {option["value"]: option for option in (*options_of(element), *suggested)}
    values = [choice] if isinstance(choice, str) else list(choice or ())
    if missing := [value for value in values if value not in options]:
        raise SlackRefusal("not_offered", values=missing)
    chosen = [options[value] for value in values]
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": chosen[0] if chosen else None}
    return {"type": kind, "selected_options": chosen}


def find_element(
    blocks: Iterable[Block], action_id: str, value: str | None = None, block_id: str | None = None
) -> tuple[str, Block]:
    """Find an element by action id, and by value and block if given. Return its block's id and itself.

    The value of a menu of actions is that of any of its options. Raises SlackRefusal where there is no such element.
    """
    for block in blocks:
        for element in elements_of(block):
            matches = element.get("action_id") == action_id and block_id in (None, block.get("block_id"))
            if matches and value in (None, element.get("value"), *_action_values(element)):
                return str(block.get("block_id")), element
    raise SlackRefusal("no_such_element", action_id=action_id)


def _action_values(element: Block) -> list[str]:
    return [option["value"] for option in element["options"]] if element["type"] == "overflow" else []


def with_initial_state(view: SlackView) -> None:
    """Give every input its place in the view's state, as Slack does: its initial choice, or nothing."""
    for block in view.payload["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            values = view.values.setdefault(block["block_id"], {})
            if element["action_id"] not in values:
                values[element["action_id"]] = element_state(
                    element, _initial_choice(element), initial_options(element)
                )


def _initial_choice(element: Block) -> Any:
    """Return an element's initial choice in the form that `element_state` takes, or None."""
    if options := initial_options(element):
        return [option["value"] for option in options]
    return next((value for field, value in element.items() if field.startswith("initial_")), None)
