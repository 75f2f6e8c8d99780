"""One of many workspaces takes the bot out, or its token back: everything about it is deleted."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.handlers.boundary import Boundary


class Departures:
    """Heard of by events that only apps for many workspaces subscribe to."""

    def __init__(self, leave: Callable[[str], Awaitable[None]]) -> None:
        """`leave` is told the workspace."""
        self._leave = leave

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.event("app_uninstalled")(boundary.guarded(self.uninstalled))
        app.event("tokens_revoked")(boundary.guarded(self.revoked))

    async def uninstalled(self, args: AsyncArgs) -> None:
        await self._leave(args.context.team_id or "")

    async def revoked(self, args: AsyncArgs) -> None:
        """People's own tokens are none of the bot's."""
        if args.payload.get("tokens", {}).get("bot"):
            await self._leave(args.context.team_id or "")
