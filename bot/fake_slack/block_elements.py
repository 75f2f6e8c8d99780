"""Slack's rules for Block Kit's elements and composition objects.

They are written from docs.slack.dev/reference/block-kit/block-elements and /composition-objects. The rules are built
from small checks: each yields the problems of a value, and the JSON pointer of each.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def problem(text: str, pointer: str) -> str:
    """Format a problem as Slack does."""
    return f"[ERROR] {text} [json-pointer:{pointer or '/'}]"


def utf16_length(text: str) -> int:
    """Count a text's UTF-16 units: Slack does not say what a character is, and these are the safer reading."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def string(most: int, least: int = 1) -> Check:
    """Check a text of `least` to `most` characters."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", pointer)
        elif len(value) < least:
            yield problem(f"must be more than {least - 1} characters", pointer)
        elif utf16_length(value) > most:
            yield problem(f"must be less than {most + 1} characters", pointer)

    return _check


def matching(pattern: str, description: str) -> Check:
    """Check a text that matches a regular expression."""
    compiled = re.compile(pattern)

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield problem(description, pointer)

    return _check


def one_of(*allowed: Any) -> Check:
    """Check a value that is one of the `allowed` ones."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of {', '.join(map(str, allowed))}", pointer)

    return _check


def number(least: int, most: int) -> Check:
    """Check a whole number from `least` to `most`."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield problem(f"must be a whole number from {least} to {most}", pointer)

    return _check


def boolean(value: Any, pointer: str) -> Iterator[str]:
    """Check a boolean."""
    if not isinstance(value, bool):
        yield problem("must be a boolean", pointer)


def any_value(value: Any, pointer: str) -> Iterator[str]:
    """Accept anything, for fields that this bot never sends."""
    del value, pointer
    return iter(())


def array(item: Check, most: int, least: int = 1) -> Check:
    """Check an array of `least` to `most` items, and each item."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be an array", pointer)
            return
        if len(value) < least:
            yield problem(f"no fewer than {least} items allowed", pointer)
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", pointer)
        for index, part in enumerate(value):
            yield from item(part, f"{pointer}/{index}")

    return _check


def object_of(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """Check an object with these fields and no others. The checks in `also` get the whole object."""
    known = {**required, **(optional or {})}

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", pointer)
            return
        for field in required:
            if value.get(field) is None:
                yield problem(f"missing required field: {field}", pointer)
        for field, part in value.items():
            if field not in known:
                yield problem(f"invalid additional property: {field}", pointer)
            elif part is not None:
                yield from known[field](part, f"{pointer}/{field}")
        for whole in also:
            yield from whole(value, pointer)

    return _check


def by_type(checks: Mapping[str, Check], allowed: frozenset[str] | None = None) -> Check:
    """Check an object with the check of its `type`, which must be among the `allowed` types."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in checks:
            yield problem(f"unsupported type: {kind}", pointer)
        elif allowed is not None and kind not in allowed:
            yield problem(f"unsupported type here: {kind}", pointer)
        else:
            yield from checks[kind](value, pointer)

    return _check


def exactly_one(*fields: str) -> Check:
    """Check an object that has exactly one of these fields."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if sum(value.get(field) is not None for field in fields) != 1:
            yield problem(f"must define exactly one of {', '.join(fields)}", pointer)

    return _check


def at_least_one(*fields: str) -> Check:
    """Check an object that has at least one of these fields."""

    def _check(value: Any, pointer: str) -> Iterator[str]:
        if not any(value.get(field) for field in fields):
            yield problem(f"must define {' or '.join(fields)}", pointer)

    return _check


OPTION_TEXT = 75

OPTION_VALUE = 150

OPTIONS = 100

URL = 3_000

ID = 255

KIND = string(40)


def plain_text(most: int) -> Check:
    """Check a plain_text object of at most `most` characters."""
    return object_of({"type": one_of("plain_text"), "text": string(most)}, {"emoji": boolean})


def mrkdwn(most: int) -> Check:
    """Check a mrkdwn object of at most `most` characters."""
    return object_of({"type": one_of("mrkdwn"), "text": string(most)}, {"verbatim": boolean})


def text(most: int) -> Check:
    """Check a text object of either type, of at most `most` characters."""
    return by_type({"plain_text": plain_text(most), "mrkdwn": mrkdwn(most)})


CONFIRM = object_of(
    {"title": plain_text(100), "text": text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)

OPTION = object_of(
    {"text": plain_text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": plain_text(75)},
)

FORMATTED_OPTION = object_of(  # options of radio buttons and checkboxes may use mrkdwn
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


def options_of(value: dict[str, Any]) -> list[Any]:
    """List the options of a menu, with those in its groups."""
    groups = value.get("option_groups") or []
    return [*(value.get("options") or []), *(option for group in groups for option in group.get("options") or [])]


def initial_is_an_option(value: dict[str, Any], pointer: str) -> Iterator[str]:
    """Check that each initial option equals one of the options."""
    chosen = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
    options = options_of(value)
    for option in chosen:
        if option not in options:
            yield problem("initial option must exactly match one of the options", pointer)


DATE = matching(r"\d{4}-\d{2}-\d{2}", "must be a date like 2019-03-05")

TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time like 10:35")

TIMESTAMP = number(1_000_000_000, 9_999_999_999)

STRINGS = array(string(ID), 1_000)

_ACTION: dict[str, Check] = {"action_id": string(ID)}

_COMMON: dict[str, Check] = {**_ACTION, "confirm": CONFIRM, "focus_on_load": boolean}

_MENU: dict[str, Check] = {**_COMMON, "placeholder": plain_text(150)}

_MULTI: dict[str, Check] = {**_MENU, "max_selected_items": number(1, 1_000)}

_STATIC: dict[str, Check] = {"options": array(OPTION, OPTIONS), "option_groups": array(GROUP, OPTIONS)}

_EXTERNAL: dict[str, Check] = {"min_query_length": number(0, 1_000)}

_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": FILTER}

_RESPONSE_URL: dict[str, Check] = {"response_url_enabled": boolean}

_TEXT_INPUTS: dict[str, Check] = {
    **_ACTION,
    "focus_on_load": boolean,
    "placeholder": plain_text(150),
    "dispatch_action_config": DISPATCH,
}


def _menu(optional: dict[str, Check], *also: Check) -> Check:
    return object_of({"type": KIND}, {**_MENU, **optional}, *also)


def _multi_menu(optional: dict[str, Check], *also: Check) -> Check:
    return object_of({"type": KIND}, {**_MULTI, **optional}, *also)


ELEMENTS: dict[str, Check] = {
    "button": object_of(
        {"type": KIND, "text": plain_text(75)},
        {
            **_ACTION,
            "url": string(URL),
            "value": string(2_000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "image": object_of(
        {"type": KIND, "alt_text": string(2_000)},
        {"image_url": string(URL), "slack_file": SLACK_FILE},
        exactly_one("image_url", "slack_file"),
    ),
    "overflow": object_of(
        {"type": KIND, "options": array(OVERFLOW_OPTION, 5)},
        {**_ACTION, "confirm": CONFIRM},
    ),
    "checkboxes": object_of(
        {"type": KIND, "options": array(FORMATTED_OPTION, 10)},
        {**_COMMON, "initial_options": array(FORMATTED_OPTION, 10)},
        initial_is_an_option,
    ),
    "radio_buttons": object_of(
        {"type": KIND, "options": array(FORMATTED_OPTION, 10)},
        {**_COMMON, "initial_option": FORMATTED_OPTION},
        initial_is_an_option,
    ),
    "static_select": _menu(
        {**_STATIC, "initial_option": OPTION}, exactly_one("options", "option_groups"), initial_is_an_option
    ),
    "external_select": _menu({**_EXTERNAL, "initial_option": OPTION}),
    "users_select": _menu({"initial_user": string(ID)}),
    "conversations_select": _menu({**_CONVERSATIONS, **_RESPONSE_URL, "initial_conversation": string(ID)}),
    "channels_select": _menu({**_RESPONSE_URL, "initial_channel": string(ID)}),
    "multi_static_select": _multi_menu(
        {**_STATIC, "initial_options": array(OPTION, OPTIONS)},
        exactly_one("options", "option_groups"),
        initial_is_an_option,
    ),
    "multi_external_select": _multi_menu({**_EXTERNAL, "initial_options": array(OPTION, OPTIONS)}),
    "multi_users_select": _multi_menu({"initial_users": STRINGS}),
    "multi_conversations_select": _multi_menu({**_CONVERSATIONS, "initial_conversations": STRINGS}),
    "multi_channels_select": _multi_menu({"initial_channels": STRINGS}),
    "datepicker": _menu({"initial_date": DATE}),
    "timepicker": _menu({"initial_time": TIME, "timezone": string(ID)}),
    "datetimepicker": object_of({"type": KIND}, {**_COMMON, "initial_date_time": TIMESTAMP}),
    "plain_text_input": object_of(
        {"type": KIND},
        {
            **_TEXT_INPUTS,
            "initial_value": string(3_000, least=0),
            "multiline": boolean,
            "min_length": number(0, 3_000),
            "max_length": number(1, 3_000),
        },
    ),
    "email_text_input": object_of({"type": KIND}, {**_TEXT_INPUTS, "initial_value": string(3_000)}),
    "url_text_input": object_of({"type": KIND}, {**_TEXT_INPUTS, "initial_value": string(3_000)}),
    "number_input": object_of(
        {"type": KIND, "is_decimal_allowed": boolean},
        {**_TEXT_INPUTS, "initial_value": string(40), "min_value": string(40), "max_value": string(40)},
    ),
    "file_input": object_of({"type": KIND}, {**_ACTION, "filetypes": STRINGS, "max_files": number(1, 10)}),
}

_MULTI_KINDS = frozenset(kind for kind in ELEMENTS if kind.startswith("multi_"))

_SELECT_KINDS = frozenset(kind for kind in ELEMENTS if kind.endswith("_select"))

_PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})

_CHOICES = frozenset({"checkboxes", "radio_buttons"})

ACTION_ELEMENTS = frozenset({"button", "overflow"}) | _SELECT_KINDS | _PICKERS | _CHOICES

SECTION_ELEMENTS = ACTION_ELEMENTS - {"datetimepicker"} | {"image"}

INPUT_ELEMENTS = (
    _SELECT_KINDS
    | _MULTI_KINDS
    | _PICKERS
    | _CHOICES
    | {
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "file_input",
    }
)
