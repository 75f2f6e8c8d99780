from types import SimpleNamespace
from typing import Any

import pytest

from bot.app.multi import UninstallHandlers


class Uninstall:
    """Notes the workspaces that are uninstalled."""

    def __init__(self) -> None:
        self.left: list[str] = []

    async def __call__(self, workspace: str) -> None:
        self.left.append(workspace)


def _request(event: dict[str, Any]) -> Any:
    return SimpleNamespace(payload=event, workspace="T0TEA")


@pytest.mark.parametrize(
    ("tokens", "leaves"), [({"bot": ["U0BOT"]}, True), ({"oauth": ["U1"], "bot": []}, False), ({}, False)]
)
async def test_only_the_bots_own_token_counts(tokens: dict[str, Any], leaves: bool) -> None:
    uninstall = Uninstall()
    await UninstallHandlers(uninstall).on_tokens_revoked(_request({"type": "tokens_revoked", "tokens": tokens}))
    assert uninstall.left == (["T0TEA"] if leaves else [])


async def test_taking_the_app_out_is_leaving() -> None:
    uninstall = Uninstall()
    await UninstallHandlers(uninstall).on_uninstalled(_request({"type": "app_uninstalled"}))
    assert uninstall.left == ["T0TEA"]
