"""The schedule and the search index that are served now, the same in all processes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot import telemetry
from bot.db.database import Database, Transaction
from bot.live_schedule import repository
from bot.live_schedule.repository import StoredVersion
from bot.live_schedule.version_cache import VersionCache, release_memory
from bot.live_schedule.versions import Planner, Revision, VersionConflict, VersionPublisher
from bot.schedule.diff import schedule_changes
from bot.schedule.models import Schedule
from bot.schedule.overrides import Override
from bot.search.index import Index
from bot.supervisor import Part, Supervisor

POLL_INTERVAL_S = 2.0  # a process serves an old revision for at most this long

PAST_SCHEDULES_KEPT = 4  # schedules of older revisions in memory

_log = telemetry.logger("conference")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The schedule, index and revision that are served. An answer takes one snapshot and uses it throughout.

    Snapshots are told apart by identity, so that one can be the key of a cache.
    """

    schedule: Schedule
    index: Index
    revision: int
    moved: frozenset[str] = frozenset()  # ids of the talks that have another time or room than a day ago


class LiveSchedule:
    """Serves the newest revision, and publishes new ones."""

    def __init__(self, database: Database, planner: Planner, versions: VersionCache) -> None:
        """`versions` is shared with the other workspaces of the process, whose schedules come in turn."""
        self._database = database
        self._planner = planner
        self._publisher = VersionPublisher(database, planner, versions.schedule, versions.remember)
        self._versions = versions
        self._snapshot: Snapshot | None = None
        self._recent = 0  # the revision of a day ago, since which talks have moved
        self._past: dict[int, Schedule] = {}
        self._switching = asyncio.Lock()
        self._loading: tuple[int, asyncio.Task[Snapshot | None]] | None = None  # of the revision with this number
        self._has_switched = False  # since memory was last given back

    @property
    def current(self) -> Snapshot:
        if self._snapshot is None:
            raise RuntimeError("nothing is served before refresh()")
        return self._snapshot

    async def publish_source(self, schedule: Schedule) -> Snapshot:
        """Serve the operator's schedule with the organisers' changes applied. It is published if it is new."""
        return await self._publish(partial(self._publisher.publish_source, schedule))

    async def use_anyway(self, source: int, by: str) -> Snapshot:
        """Serve the version of the operator's schedule that was rejected under this number.

        Raises SupersededVersion or OtherVersionSetAside.
        """
        return await self._publish(partial(self._publisher.use_anyway, source, by))

    async def reject(self, schedule: Schedule, because: str) -> int:
        """Store a version of the operator's schedule without serving it. Return its number, for `use_anyway`."""
        return await self._publisher.reject(schedule, because)

    async def apply(self, edits: Sequence[Override], action: str, by: str, on: Snapshot) -> Snapshot:
        """Publish edits that an organiser made to the snapshot `on`, and notify the people concerned at once.

        `action` describes the edits in a few words, and `by` is the organiser. Raises VersionConflict if `on` is no
        longer the newest revision, and ScheduleError if the result is not a valid schedule.
        """
        await self.refresh(await self._publisher.apply(edits, action, by, on.revision, on.schedule))
        return self.current

    async def undo(self, override: int, by: str) -> Snapshot:
        """Undo an organiser's edits. Raises AlreadyUndone if they are not in force."""
        return await self._publish(partial(self._publisher.undo, override, by))

    async def accepted_source(self) -> Schedule | None:
        """The newest accepted version of the operator's schedule; `None` before the first."""
        accepted = await self._database.read(repository.newest_accepted)
        return await asyncio.to_thread(self._versions.schedule, accepted) if accepted else None

    async def served(self) -> Schedule | None:
        """The schedule of the newest revision; `None` before the first."""
        newest = await self._database.read(repository.newest_version)
        return await asyncio.to_thread(self._versions.schedule, newest) if newest else None

    async def conference_now(self) -> datetime:
        """Conference time, which decides what is over."""
        return await self._database.read(self._planner.conference_now)

    async def has_rejected_version(self) -> bool:
        """Tell whether a version of the operator's schedule was rejected and is not served since."""
        return await self._database.read(repository.rejected_version) is not None

    async def _publish(self, publish: Callable[[], Awaitable[Revision | None]]) -> Snapshot:
        """Publish once no other revision comes in between, and serve what was published, or a later revision."""
        while True:
            try:
                await self.refresh(await publish())
                return self.current
            except VersionConflict:
                _log.info("another revision came first")

    async def refresh(self, published: Revision | None = None) -> bool:
        """Serve the newest revision; true if it is another one than before. `published` saves parsing it again."""
        async with self._switching:
            number = await self._database.read(repository.newest_number)
            if self._snapshot and self._snapshot.revision == number:
                # After a day, a move is no news any more. And the marks may be missing because the database failed.
                if self._snapshot.moved or not self._recent:
                    await self._mark_moved(await self._database.read(repository.recent_number))
                return False
            loaded = await self._load_once(number, published)
            if loaded is None:
                return False
            self._snapshot, self._has_switched = loaded, True
            self._recent = 0
            await self._mark_moved(await self._database.read(repository.recent_number))
        _log.info("serving", revision=loaded.revision, talks=len(loaded.schedule.talks))
        return True

    async def _load_once(self, number: int, published: Revision | None) -> Snapshot | None:
        """Load the newest revision, which has this number.

        If a caller leaves meanwhile, the next one has the same load.
        """
        if self._loading is None or self._loading[0] != number:
            known = published if published and published.number == number else None
            self._loading = number, asyncio.create_task(self._load(known))
        loading = self._loading[1]
        try:
            return await asyncio.shield(loading)
        finally:
            if loading.done():
                self._loading = None

    async def _load(self, newest: Revision | None) -> Snapshot | None:
        version: StoredVersion | Revision | None = newest
        if version is None:
            version = await self._database.read(repository.newest_version)
        return Snapshot(*await self._versions.indexed(version), version.number) if version else None

    async def _mark_moved(self, recent: int) -> None:
        """Find the talks that have moved since the revision with this number."""
        if recent == self._recent:
            return
        before = await self.schedule_of(recent) or self.current.schedule
        changes = await asyncio.to_thread(schedule_changes, before, self.current.schedule)
        moved = frozenset(change.talk.id for change in changes if change.kind == "moved")
        self._snapshot, self._recent = replace(self.current, moved=moved), recent

    async def recent_schedule(self) -> tuple[Schedule, datetime]:
        """The schedule that was served a day ago, as `schedule_at` gives it."""
        return await self.schedule_at(await self._database.read(Transaction.now) - repository.RECENT)

    async def schedule_of(self, revision: int) -> Schedule | None:
        """The schedule of a revision; `None` if it is no longer stored."""
        if revision == self.current.revision:
            return self.current.schedule
        if revision not in self._past:
            version = await self._database.read(repository.version_numbered, revision)
            if version is None:
                return None
            while len(self._past) >= PAST_SCHEDULES_KEPT:
                del self._past[min(self._past)]
            self._past[revision] = await asyncio.to_thread(self._versions.schedule, version)
        return self._past[revision]

    async def schedule_at(self, moment: datetime) -> tuple[Schedule, datetime]:
        """The schedule that was served at a moment of real time, and that moment.

        If that schedule is no longer stored, return the oldest one and the time at which it was published.
        """
        number, published = await self._database.read(repository.version_number_at, moment)
        return await self.schedule_of(number) or self.current.schedule, max(published, moment)

    def start(self, supervisor: Supervisor, interval_s: float = 0.0) -> Part:
        """Serve every revision that any process publishes, from now on.

        A longer interval than the usual one is possible.
        """
        return supervisor.start("schedule", self._follow, interval_s=max(POLL_INTERVAL_S, interval_s))

    async def _follow(self) -> None:
        """Serve the newest revision. When that was done before, give back the memory of what was served until then."""
        if not await self.refresh() and self._has_switched:
            self._has_switched = False
            self._past.clear()  # a later reader of an older schedule has it loaded again
            await asyncio.to_thread(release_memory)
