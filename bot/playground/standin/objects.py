"""The rules of Block Kit's composition objects (docs.slack.dev/reference/block-kit/composition-objects)."""

from collections.abc import Iterator
from typing import Any

from bot.playground.standin.checks import (
    Check,
    among,
    anything,
    boolean,
    by_type,
    exactly_one,
    listing,
    problem,
    shape,
    string,
)

OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
URL = 3_000
ID = 255

KIND = string(40)


def plain(most: int) -> Check:
    """A plain_text object."""
    return shape({"type": among("plain_text"), "text": string(most)}, {"emoji": boolean})


def mrkdwn(most: int) -> Check:
    return shape({"type": among("mrkdwn"), "text": string(most)}, {"verbatim": boolean})


def text(most: int) -> Check:
    """Either kind of text object."""
    return by_type({"plain_text": plain(most), "mrkdwn": mrkdwn(most)})


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": among("primary", "danger")},
)
OPTION = shape(
    {"text": plain(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": plain(75)},
)
MARKED_OPTION = shape(  # radio buttons and checkboxes may format theirs
    {"text": text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": text(75)},
)
OVERFLOW_OPTION = shape(
    {"text": plain(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": plain(75), "url": string(URL)},
)
GROUP = shape({"label": plain(75), "options": listing(OPTION, OPTIONS)})
DISPATCH = shape({}, {"trigger_actions_on": listing(among("on_enter_pressed", "on_character_entered"), 2)})
FILTER = shape(
    {},
    {
        "include": listing(among("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
SLACK_FILE = shape({}, {"id": string(ID), "url": string(URL)}, exactly_one("id", "url"))
ANY = anything


def offered(value: dict[str, Any]) -> list[Any]:
    """Every option of a menu, in its groups or not."""
    groups = value.get("option_groups") or []
    return [*(value.get("options") or []), *(one for group in groups for one in group.get("options") or [])]


def initial_is_offered(value: dict[str, Any], pointer: str) -> Iterator[str]:
    """What is chosen at first must be one of the options, to the letter."""
    chosen = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
    options = offered(value)
    for one in chosen:
        if one not in options:
            yield problem("initial option must exactly match one of the options", pointer)
