"""What the schedule held before: talks that are gone, for those who still count on them."""

import asyncio
from collections.abc import Collection

from bot.conference.running import Edition
from bot.schedule.load import load
from bot.schedule.model import Talk
from bot.store import revisions
from bot.store.database import Database

FURTHEST = 50  # revisions to look back; what is gone for longer nobody's calendar waits for


class History:
    """Remembers what it looked up: what a revision held never changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gone: dict[str, tuple[int, Talk | None]] = {}  # id -> as of which revision, and the talk as last known

    async def gone(self, ids: Collection[str], edition: Edition) -> tuple[Talk, ...]:
        """Those of these talks that an earlier revision had and this one has not, as they were last known."""
        missing = {id for id in ids if id not in edition.schedule.talk_by_id}
        await self._look_back({id for id in missing if not self._is_known(id, edition.revision)}, edition.revision)
        known = (self._gone[id][1] for id in sorted(missing))
        return tuple(talk for talk in known if talk is not None)

    def _is_known(self, id: str, revision: int) -> bool:
        return id in self._gone and self._gone[id][0] == revision

    async def _look_back(self, wanted: set[str], revision: int) -> None:
        left = set(wanted)
        for number in range(revision - 1, max(0, revision - 1 - FURTHEST), -1):
            if not left:
                break
            earlier = await self._database.read(revisions.numbered, number)
            if earlier is None:
                continue
            talks = (await asyncio.to_thread(load, earlier.document, f"revision {number}")).talk_by_id
            for id in left & talks.keys():
                self._gone[id] = (revision, talks[id])
            left -= talks.keys()
        for id in left:
            self._gone[id] = (revision, None)
