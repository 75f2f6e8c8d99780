"""A modal, and the fields one fills in there (docs.slack.dev/reference/block-kit/blocks/input-block)."""

from collections.abc import Sequence
from typing import Any

from bot.views.blocks import TITLE_CHARACTERS, option, plain
from bot.views.menus import static_menu
from bot.views.message import Block
from bot.views.pickers import external_menu


def modal(
    callback: str, title: str, blocks: Sequence[Block], *, submit: str = "", close: str = "Close", metadata: str = ""
) -> dict[str, Any]:
    """A view over the page; `metadata` comes back with whatever is done in it."""
    view = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": plain(title, TITLE_CHARACTERS),
        "close": plain(close, TITLE_CHARACTERS),
        "blocks": list(blocks),
    }
    return view | {"submit": plain(submit, TITLE_CHARACTERS)} if submit else view


def labelled_field(name: str, label: str, element: dict[str, Any], *, optional: bool = False, hint: str = "") -> Block:
    """A labelled input whose block's id is `name`: what is wrong with it is said there."""
    block = {"type": "input", "block_id": name, "label": plain(label, 150), "element": element, "optional": optional}
    return block | {"hint": plain(hint, 150)} if hint else block


def text_field(name: str, label: str, initial: str = "", *, most: int, lines: bool = False, **more: Any) -> Block:
    """Words, on one line or several, at most so many characters."""
    element = {"type": "plain_text_input", "action_id": name, "max_length": most, "multiline": lines}
    return labelled_field(name, label, element | ({"initial_value": initial[:most]} if initial else {}), **more)


def number_field(name: str, label: str, initial: int, *, most: int, **more: Any) -> Block:
    """A whole number from 1."""
    element = {"type": "number_input", "action_id": name, "is_decimal_allowed": False}
    bounds = {"initial_value": str(initial), "min_value": "1", "max_value": str(most)}
    return labelled_field(name, label, element | bounds, **more)


def url_field(name: str, label: str, initial: str, **more: Any) -> Block:
    """A web address."""
    element = {"type": "url_text_input", "action_id": name}
    return labelled_field(name, label, element | ({"initial_value": initial} if initial else {}), **more)


def time_field(name: str, label: str, initial: str, **more: Any) -> Block:
    """A time of the day, `15:10`."""
    element = {"type": "timepicker", "action_id": name}
    return labelled_field(name, label, element | ({"initial_time": initial} if initial else {}), **more)


def choice_field(name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str, **more: Any) -> Block:
    """One of these `(text, value)`."""
    return labelled_field(name, label, static_menu("Choose…", name, choices, chosen), **more)


def search_field(
    name: str, label: str, action: str, placeholder: str, chosen: tuple[str, str] | None = None, **more: Any
) -> Block:
    """One that is found while typing; `chosen` is the `(text, value)` it begins with."""
    element = external_menu(placeholder, action)
    return labelled_field(name, label, element | ({"initial_option": option(*chosen)} if chosen else {}), **more)
