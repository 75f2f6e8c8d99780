"""One of many workspaces takes the bot out, or its token back: everything about it is deleted."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import RequestGuard


class UninstallHandlers:
    """Heard of by events that only apps for many workspaces subscribe to."""

    def __init__(self, uninstall: Callable[[str], Awaitable[None]]) -> None:
        """`uninstall` is told the workspace."""
        self._uninstall = uninstall

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.event("app_uninstalled")(guard.wrap(self.on_uninstalled))
        app.event("tokens_revoked")(guard.wrap(self.on_tokens_revoked))

    async def on_uninstalled(self, args: AsyncArgs) -> None:
        await self._uninstall(args.context.team_id or "")

    async def on_tokens_revoked(self, args: AsyncArgs) -> None:
        """People's own tokens are none of the bot's."""
        if args.payload.get("tokens", {}).get("bot"):
            await self._uninstall(args.context.team_id or "")
