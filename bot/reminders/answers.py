"""What people were answered took slots, too: answers wait for none, so what is paced makes room for them afterwards."""

from collections import defaultdict
from datetime import timedelta

from bot.reminders.rhythm import Rhythm
from bot.store import pacing
from bot.store.database import Database
from bot.store.ready import POST


class Answers:
    """What one node called at Slack for people, until it is written down where all nodes take their slots."""

    def __init__(self, database: Database, rhythm: Rhythm) -> None:
        self._database = database
        self._rhythm = rhythm
        self._used: dict[str, dict[str, timedelta]] = {}  # workspace -> bucket -> so much of its time

    def called(self, workspace: str, method: str, conversation: str) -> None:
        """Slack was called just now, without a slot; `conversation` is a channel's or a person's id, if there was one."""
        if not self._rhythm.paces(method):
            return
        used = self._used.setdefault(workspace, defaultdict(timedelta))
        used[method] += self._rhythm.every(method)
        if method == POST:
            used[pacing.CHANNEL + conversation] += pacing.EVERY_CHANNEL

    async def count(self) -> None:
        """Write it down, before slots are taken for anything else."""
        used, self._used = self._used, {}
        for workspace, buckets in used.items():
            await self._database.write(pacing.use, workspace, buckets)
