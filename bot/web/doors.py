"""Whether the bot takes requests: it does until it is to stop, and a little longer, for load balancers to notice."""

import asyncio
from collections.abc import Awaitable, Callable


class Shutdown:
    """Open, then closing (not ready, and still answering), then shut (nothing new)."""

    def __init__(self) -> None:
        self.draining = False
        self.closed = False
        self.socket: Callable[[], Awaitable[bool]] | None = None  # in Socket Mode: whether it is connected

    async def drain(self, grace_s: float) -> None:
        """Be closing for so many real seconds, then shut."""
        self.draining = True
        await asyncio.sleep(grace_s)
        self.closed = True
