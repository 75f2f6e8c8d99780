"""Turns at Slack's Web API, taken from the database that all nodes share."""

import asyncio

from bot.reminders.rhythm import DeliveryConfig
from bot.store import pacing
from bot.store.database import Database, Transaction


class SharedPacer:
    """A Pacer (see bot.slack.posting) over all nodes."""

    def __init__(self, database: Database, config: DeliveryConfig) -> None:
        self._database = database
        self._config = config

    async def wait_for_slot(self, workspace: str, method: str) -> None:
        """Wait for the method's next free slot."""
        await asyncio.sleep(await self._database.write(self._take_slot, workspace, method))

    async def _take_slot(self, tx: Transaction, workspace: str, method: str) -> float:
        wait = await pacing.take_slot(tx, workspace, method, self._config.interval(method))
        return max(0.0, wait.total_seconds())
