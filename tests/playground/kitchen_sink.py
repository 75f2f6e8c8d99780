"""A message with every block that the page draws, and many elements."""

from typing import Any

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def words(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def options(*names: str) -> list[Block]:
    return [{"text": plain(name), "value": name.lower()} for name in names]


MRKDWN = """*bold*, _italic_, ~struck~, `code` &amp; a <https://example.org|link>, <@U0AMARA001>, <!here> :wave:
> quoted
```
a *block* of code
```
Starts <!date^1551782100^{date_short_pretty} at {time}|Tue 10:35>."""

CONFIRM = {
    "title": plain("Really?"),
    "text": words("It *stays* so."),
    "confirm": plain("Go on"),
    "deny": plain("No"),
}

KITCHEN_SINK: list[Block] = [
    {"type": "header", "text": plain("Every block there is")},
    {"type": "section", "text": words(MRKDWN)},
    {
        "type": "section",
        "text": words("With a menu beside it"),
        "accessory": {
            "type": "overflow",
            "action_id": "more",
            "options": options("Details", "Save"),
        },
    },
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "yes", "text": plain("Turn on"), "style": "primary"},
            {"type": "button", "action_id": "no", "text": plain("Delete"), "style": "danger", "confirm": CONFIRM},
            {
                "type": "static_select",
                "action_id": "one",
                "placeholder": plain("Choose a room"),
                "options": options("Fleming", "Churchill"),
            },
            {"type": "timepicker", "action_id": "at", "initial_time": "10:35"},
        ],
    },
    {
        "type": "actions",
        "elements": [
            {"type": "checkboxes", "action_id": "days", "options": options("Monday", "Tuesday")},
        ],
    },
    {"type": "context", "elements": [words("As of 10:31 · _5 talks_")]},
]
