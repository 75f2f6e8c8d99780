from types import SimpleNamespace
from typing import Any

import pytest

from bot.app.multi import UninstallHandlers


class Door:
    """Who left."""

    def __init__(self) -> None:
        self.left: list[str] = []

    async def __call__(self, workspace: str) -> None:
        self.left.append(workspace)


def _args(event: dict[str, Any]) -> Any:
    return SimpleNamespace(payload=event, context=SimpleNamespace(team_id="T0TEA"))


@pytest.mark.parametrize(
    ("tokens", "leaves"), [({"bot": ["U0BOT"]}, True), ({"oauth": ["U1"], "bot": []}, False), ({}, False)]
)
async def test_only_the_bots_own_token_counts(tokens: dict[str, Any], leaves: bool) -> None:
    door = Door()
    await UninstallHandlers(door).on_tokens_revoked(_args({"type": "tokens_revoked", "tokens": tokens}))
    assert door.left == (["T0TEA"] if leaves else [])


async def test_taking_the_app_out_is_leaving() -> None:
    door = Door()
    await UninstallHandlers(door).on_uninstalled(_args({"type": "app_uninstalled"}))
    assert door.left == ["T0TEA"]
