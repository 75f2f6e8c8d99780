"""A transaction that takes long."""

import asyncio
import time

from bot.db.database import Transaction


async def wait(tx: Transaction, seconds: float) -> None:
    """As a server lets one wait, or as SQLite does: in its thread."""
    if tx.on_postgresql:
        await asyncio.sleep(seconds)
    else:
        time.sleep(seconds)  # noqa: ASYNC251  # no event loop is in that thread
