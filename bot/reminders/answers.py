"""What people were answered took slots, too: answers wait for none, so what is paced makes room for them afterwards."""

from collections import defaultdict
from datetime import timedelta

from bot.reminders.rhythm import DeliveryConfig
from bot.store import pacing
from bot.store.database import Database
from bot.store.ready import POST


class ForegroundUsage:
    """What one node called at Slack for people, until it is written down where all nodes take their slots."""

    def __init__(self, database: Database, config: DeliveryConfig) -> None:
        self._database = database
        self._config = config
        self._used: dict[str, dict[str, timedelta]] = {}  # workspace -> bucket -> so much of its time

    def record_call(self, workspace: str, method: str, conversation: str) -> None:
        """Slack was called just now, without a slot; `conversation` is a channel's or a person's id, if there was one."""
        if not self._config.is_limited(method):
            return
        used = self._used.setdefault(workspace, defaultdict(timedelta))
        used[method] += self._config.interval(method)
        if method == POST:
            used[pacing.CHANNEL + conversation] += pacing.CHANNEL_INTERVAL

    async def flush(self) -> None:
        """Write it down, before slots are taken for anything else."""
        used, self._used = self._used, {}
        for workspace, buckets in used.items():
            await self._database.write(pacing.charge_buckets, workspace, buckets)
