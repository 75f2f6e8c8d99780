"""The rules of Block Kit's composition objects (docs.slack.dev/reference/block-kit/composition-objects)."""

from collections.abc import Iterator
from typing import Any

from bot.playground.standin.checks import (
    Check,
    any_value,
    array,
    boolean,
    by_type,
    exactly_one,
    object_of,
    one_of,
    problem,
    string,
)

OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
URL = 3_000
ID = 255

KIND = string(40)


def plain_text(most: int) -> Check:
    """A plain_text object."""
    return object_of({"type": one_of("plain_text"), "text": string(most)}, {"emoji": boolean})


def mrkdwn(most: int) -> Check:
    return object_of({"type": one_of("mrkdwn"), "text": string(most)}, {"verbatim": boolean})


def text(most: int) -> Check:
    """Either kind of text object."""
    return by_type({"plain_text": plain_text(most), "mrkdwn": mrkdwn(most)})


CONFIRM = object_of(
    {"title": plain_text(100), "text": text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = object_of(
    {"text": plain_text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": plain_text(75)},
)
MARKED_OPTION = object_of(  # radio buttons and checkboxes may format theirs
    {"text": text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": text(75)},
)
OVERFLOW_OPTION = object_of(
    {"text": plain_text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": plain_text(75), "url": string(URL)},
)
GROUP = object_of({"label": plain_text(75), "options": array(OPTION, OPTIONS)})
DISPATCH = object_of({}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)})
FILTER = object_of(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
SLACK_FILE = object_of({}, {"id": string(ID), "url": string(URL)}, exactly_one("id", "url"))
ANY = any_value


def options_of(value: dict[str, Any]) -> list[Any]:
    """Every option of a menu, in its groups or not."""
    groups = value.get("option_groups") or []
    return [*(value.get("options") or []), *(one for group in groups for one in group.get("options") or [])]


def initial_is_an_option(value: dict[str, Any], pointer: str) -> Iterator[str]:
    """What is chosen at first must be one of the options, to the letter."""
    chosen = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
    options = options_of(value)
    for one in chosen:
        if one not in options:
            yield problem("initial option must exactly match one of the options", pointer)
