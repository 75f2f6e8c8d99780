"""The rules of Block Kit's elements (docs.slack.dev/reference/block-kit/block-elements)."""

from bot.playground.standin.checks import (
    Check,
    array,
    boolean,
    exactly_one,
    matching,
    number,
    object_of,
    one_of,
    string,
)
from bot.playground.standin.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    GROUP,
    ID,
    KIND,
    MARKED_OPTION,
    OPTION,
    OPTIONS,
    OVERFLOW_OPTION,
    SLACK_FILE,
    URL,
    initial_is_an_option,
    plain_text,
)

DATE = matching(r"\d{4}-\d{2}-\d{2}", "must be a date like 2019-03-05")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time like 10:35")
MOMENT = number(1_000_000_000, 9_999_999_999)
STRINGS = array(string(ID), 1_000)

_ACTION: dict[str, Check] = {"action_id": string(ID)}
_COMMON: dict[str, Check] = {**_ACTION, "confirm": CONFIRM, "focus_on_load": boolean}
_MENU: dict[str, Check] = {**_COMMON, "placeholder": plain_text(150)}
_MANY: dict[str, Check] = {**_MENU, "max_selected_items": number(1, 1_000)}
_STATIC: dict[str, Check] = {"options": array(OPTION, OPTIONS), "option_groups": array(GROUP, OPTIONS)}
_EXTERNAL: dict[str, Check] = {"min_query_length": number(0, 1_000)}
_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": FILTER}
_URL_ENABLED: dict[str, Check] = {"response_url_enabled": boolean}
_TEXT_INPUTS: dict[str, Check] = {
    **_ACTION,
    "focus_on_load": boolean,
    "placeholder": plain_text(150),
    "dispatch_action_config": DISPATCH,
}


def _menu(optional: dict[str, Check], *also: Check) -> Check:
    return object_of({"type": KIND}, {**_MENU, **optional}, *also)


def _many(optional: dict[str, Check], *also: Check) -> Check:
    return object_of({"type": KIND}, {**_MANY, **optional}, *also)


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
        {"type": KIND, "options": array(MARKED_OPTION, 10)},
        {**_COMMON, "initial_options": array(MARKED_OPTION, 10)},
        initial_is_an_option,
    ),
    "radio_buttons": object_of(
        {"type": KIND, "options": array(MARKED_OPTION, 10)},
        {**_COMMON, "initial_option": MARKED_OPTION},
        initial_is_an_option,
    ),
    "static_select": _menu(
        {**_STATIC, "initial_option": OPTION}, exactly_one("options", "option_groups"), initial_is_an_option
    ),
    "external_select": _menu({**_EXTERNAL, "initial_option": OPTION}),
    "users_select": _menu({"initial_user": string(ID)}),
    "conversations_select": _menu({**_CONVERSATIONS, **_URL_ENABLED, "initial_conversation": string(ID)}),
    "channels_select": _menu({**_URL_ENABLED, "initial_channel": string(ID)}),
    "multi_static_select": _many(
        {**_STATIC, "initial_options": array(OPTION, OPTIONS)},
        exactly_one("options", "option_groups"),
        initial_is_an_option,
    ),
    "multi_external_select": _many({**_EXTERNAL, "initial_options": array(OPTION, OPTIONS)}),
    "multi_users_select": _many({"initial_users": STRINGS}),
    "multi_conversations_select": _many({**_CONVERSATIONS, "initial_conversations": STRINGS}),
    "multi_channels_select": _many({"initial_channels": STRINGS}),
    "datepicker": _menu({"initial_date": DATE}),
    "timepicker": _menu({"initial_time": TIME, "timezone": string(ID)}),
    "datetimepicker": object_of({"type": KIND}, {**_COMMON, "initial_date_time": MOMENT}),
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

_MANY_KINDS = frozenset(kind for kind in ELEMENTS if kind.startswith("multi_"))
_SELECT_KINDS = frozenset(kind for kind in ELEMENTS if kind.endswith("_select"))
_PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
_CHOICES = frozenset({"checkboxes", "radio_buttons"})

ACTION_ELEMENTS = frozenset({"button", "overflow"}) | _SELECT_KINDS | _PICKERS | _CHOICES
SECTION_ELEMENTS = ACTION_ELEMENTS - {"datetimepicker"} | {"image"}
INPUT_ELEMENTS = (
    _SELECT_KINDS
    | _MANY_KINDS
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
