"""Work that keeps a transaction open for a while."""

import asyncio
import time

from bot.db.database import Transaction


async def wait(tx: Transaction, seconds: float) -> None:
    """Wait inside a transaction: in PostgreSQL's server, or in the thread of SQLite."""
    if tx.on_postgresql:
        await asyncio.sleep(seconds)
    else:
        time.sleep(seconds)  # noqa: ASYNC251  # no event loop is in that thread
