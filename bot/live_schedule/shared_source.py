"""A source that many workspaces of a process follow: it is read once for all of them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from bot.clock import monotonic
from bot.errors import BotError
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.source import URL_POLL_S, ScheduleSource
from bot.live_schedule.watcher import is_same
from bot.schedule.importers.models import ImportResult
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump


class SharedSource:
    """The present version of a source, or the reason why it cannot be used."""

    def __init__(self, source: ScheduleSource, remember: Callable[[bytes, Schedule], Schedule]) -> None:
        """`remember(digest, schedule)` returns the copy of a schedule that is in memory already, if there is one."""
        self.name = source.name
        self.interval_s = source.interval_s
        self.number = 0  # of versions and errors that were seen
        self.digest = ""  # of the present version; empty for one that cannot be used
        self._source = source
        self._remember = remember
        self._seen: ImportResult | BotError | None = None
        self._unreachable: FetchError | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def read(self, max_age_s: float) -> ImportResult | BotError | None:
        """Return what the source has, as of `max_age_s` seconds ago or later. Raises FetchError if it does not answer.

        All wait for a read under way. It goes on if its first reader leaves: what it finds is found only once.
        """
        if self._reading is None and monotonic() - self._read_at >= max_age_s:
            self._reading = asyncio.create_task(self._read())
            self._reading.add_done_callback(self._forget)
        if self._reading is not None:
            await asyncio.shield(self._reading)
        if self._unreachable:
            raise self._unreachable
        return self._seen

    def _forget(self, _: object) -> None:
        self._reading = None

    async def _read(self) -> None:
        self._read_at = monotonic()
        try:
            seen: ImportResult | BotError | None = await self._source.read_if_changed()
        except FetchError as error:
            self._unreachable = error
            return
        except BotError as error:
            seen = error
        self._unreachable = None
        if seen is not None and not await asyncio.to_thread(is_same, self._seen, seen):
            digest = ""
            if not isinstance(seen, BotError):
                run = asyncio.get_running_loop().run_in_executor
                digest, seen = await run(self._source.imports, self._remembered, seen)
            self.digest, self._seen, self.number = digest, seen, self.number + 1

    def _remembered(self, seen: ImportResult) -> tuple[str, ImportResult]:
        """The digest of what was seen, with a schedule that is shared with those who serve this version."""
        digest = sha256(dump(seen.schedule))
        return digest.hexdigest(), replace(seen, schedule=self._remember(digest.digest(), seen.schedule))


class FollowedSource:
    """A shared source, as one workspace follows it."""

    def __init__(self, shared: SharedSource) -> None:
        self._shared = shared
        self._number = 0
        self.name = shared.name
        self.interval_s = URL_POLL_S  # a change of the shared source wakes the watcher earlier

    @property
    def digest(self) -> str:
        """The digest of what was read last; empty if it cannot be used."""
        return self._shared.digest if self._number == self._shared.number else ""

    async def read_if_changed(self, max_age_s: float) -> ImportResult | None:
        """The same as `ScheduleSource.read_if_changed`."""
        seen = await self._shared.read(max_age_s)
        if self._number == self._shared.number:
            return None
        self._number = self._shared.number
        if isinstance(seen, BotError):
            raise seen
        return seen
