"""The check of blocks: it accepts what Slack accepts, and names each problem with its place."""

from typing import Any

import pytest

from bot.fake_slack.block_kit import problems


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}} | more


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Details"), "action_id": "details"} | more


def select(options: int, **more: Any) -> dict[str, Any]:
    choices = [{"text": plain(str(number)), "value": str(number)} for number in range(options)]
    return {"type": "static_select", "action_id": "pick", "options": choices} | more


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def text_input(**more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "why"} | more
    return {"type": "input", "block_id": "why", "label": plain("Why?"), "element": element}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Details"), "submit": plain("Send"), "blocks": list(blocks)} | more


def message(*blocks: Any) -> dict[str, Any]:
    return {"text": "Hello", "blocks": list(blocks)}


def test_a_message_that_slack_accepts_has_no_problems() -> None:
    assert problems("message", message(section(accessory=button()), actions(button(), select(3)))) == []


def test_a_view_that_slack_accepts_has_no_problems() -> None:
    assert problems("modal", modal(text_input(), section())) == []
    assert problems("home", {"type": "home", "blocks": [section(), {"type": "divider"}]}) == []


REFUSED_BLOCKS: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "sektion"}, "unsupported type: sektion", "/blocks/0"),
    ({"type": "section"}, "missing required field: text", "/blocks/0"),
    (section("x" * 3001), "must be less than 3001 characters", "/blocks/0/text/text"),
    (section(""), "must be more than 0 characters", "/blocks/0/text/text"),
    (section(bogus=1), "invalid additional property: bogus", "/blocks/0"),
    (section(accessory={"type": "plain_text_input"}), "unsupported type here", "/blocks/0/accessory"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "must be one of plain_text", "/blocks/0/text/type"),
    ({"type": "context", "elements": [plain("x")] * 11}, "no more than 10 items allowed", "/blocks/0/elements"),
    (actions(), "no fewer than 1 items allowed", "/blocks/0/elements"),
    (actions(*(button(action_id=str(n)) for n in range(26))), "no more than 25 items allowed", "/blocks/0/elements"),
    (actions(button(), button()), "action_id already exists: details", "/blocks/0/elements"),
    (actions(button(style="fancy")), "must be one of primary, danger", "/blocks/0/elements/0/style"),
    (actions(button(text=plain("x" * 76))), "must be less than 76", "/blocks/0/elements/0/text/text"),
    (actions(button(value="x" * 2001)), "must be less than 2001", "/blocks/0/elements/0/value"),
    (actions(button(text={"type": "plain_text"})), "missing required field: text", "/blocks/0/elements/0/text"),
    (actions(select(101)), "no more than 100 items allowed", "/blocks/0/elements/0/options"),
    (actions(select(0)), "no fewer than 1 items allowed", "/blocks/0/elements/0/options"),
    (
        actions(select(2, initial_option={"text": plain("0"), "value": "9"})),
        "initial option must exactly match",
        "/blocks/0/elements/0",
    ),
    (
        actions(button(confirm={"title": plain("Sure?")})),
        "missing required field: deny",
        "/blocks/0/elements/0/confirm",
    ),
    (section(block_id="x" * 256), "must be less than 256", "/blocks/0/block_id"),
    (
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        "invalid additional property: emoji",
        "/blocks/0/text",
    ),
]


@pytest.mark.parametrize(("block", "problem", "where"), REFUSED_BLOCKS)
def test_a_wrong_block_is_reported_with_its_place(block: dict[str, Any], problem: str, where: str) -> None:
    reasons = problems("message", message(block))
    assert any(problem in reason and reason.endswith(f"[json-pointer:{where}]") for reason in reasons), reasons


def test_a_block_id_used_twice_is_reported() -> None:
    twice = message(section(block_id="a"), section(block_id="a"))
    assert problems("message", twice) == ["[ERROR] block_id already exists: a [json-pointer:/blocks/1/block_id]"]


def test_a_message_has_at_most_fifty_blocks_and_a_view_a_hundred() -> None:
    assert problems("message", message(*[section()] * 50)) == []
    assert "no more than 50" in problems("message", message(*[section()] * 51))[0]
    assert problems("home", {"type": "home", "blocks": [section()] * 100}) == []
    assert "no more than 100" in problems("home", {"type": "home", "blocks": [section()] * 101})[0]


def test_blocks_without_a_text_are_reported() -> None:
    assert "no_text" in problems("message", {"blocks": [section()]})[0]


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters"),
        (modal(text_input(), submit=None), "must define submit"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters"),
        (modal(text_input(placeholder=plain("x" * 151))), "must be less than 151 characters"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
    ],
)
def test_a_wrong_modal_is_reported(view: dict[str, Any], problem: str) -> None:
    assert any(problem in reason for reason in problems("modal", view))


def test_garbage_is_reported_rather_than_raised() -> None:
    for garbage in (None, 3, "x", [], [None], {"type": 3}):
        assert problems("message", message(garbage))
