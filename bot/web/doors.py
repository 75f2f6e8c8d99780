"""Whether the bot takes requests: it does until it is to stop, and a little longer, for load balancers to notice."""

import asyncio
from collections.abc import Awaitable, Callable


class Doors:
    """Open, then closing (not ready, and still answering), then shut (nothing new)."""

    def __init__(self) -> None:
        self.closing = False
        self.shut = False
        self.socket: Callable[[], Awaitable[bool]] | None = None  # in Socket Mode: whether it is connected

    async def close(self, grace_s: float) -> None:
        """Be closing for so many real seconds, then shut."""
        self.closing = True
        await asyncio.sleep(grace_s)
        self.shut = True
