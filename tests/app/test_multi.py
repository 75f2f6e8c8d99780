from typing import Any

import pytest

from bot.app.multi import is_uninstall


def _event(event: Any) -> dict[str, Any]:
    return {"type": "event_callback", "event": event}


@pytest.mark.parametrize(
    ("tokens", "leaves"),
    [({"bot": ["U0BOT"]}, True), ({"oauth": ["U1"], "bot": []}, False), ({}, False), (None, False), (["bot"], False)],
)
def test_only_a_revoked_bot_token_counts_as_an_uninstall(tokens: Any, leaves: bool) -> None:
    assert is_uninstall(_event({"type": "tokens_revoked", "tokens": tokens})) is leaves


def test_app_uninstalled_counts_as_an_uninstall() -> None:
    assert is_uninstall(_event({"type": "app_uninstalled"}))


@pytest.mark.parametrize("body", [{}, _event({}), _event("app_uninstalled"), {"type": "app_uninstalled"}])
def test_no_other_event_counts_as_an_uninstall(body: dict[str, Any]) -> None:
    assert not is_uninstall(body)
