"""Turns at Slack's Web API, taken from the database that all nodes share."""

import asyncio

from bot.reminders.rhythm import Rhythm
from bot.store import pacing
from bot.store.database import Database, Transaction


class SharedPacer:
    """A Pacer (see bot.slack.posting) over all nodes."""

    def __init__(self, database: Database, rhythm: Rhythm) -> None:
        self._database = database
        self._rhythm = rhythm

    async def turn(self, workspace: str, method: str) -> None:
        """Wait for the method's next free slot."""
        await asyncio.sleep(await self._database.write(self._take, workspace, method))

    async def _take(self, tx: Transaction, workspace: str, method: str) -> float:
        wait = await pacing.take(tx, workspace, method, self._rhythm.every(method))
        return max(0.0, wait.total_seconds())
