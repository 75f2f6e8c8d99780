"""The running conference: which schedule and index are served now, the same on all nodes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.db.database import Database
from bot.errors import BotError
from bot.live_schedule import repository
from bot.live_schedule.repository import StoredVersion
from bot.live_schedule.versions import Planner, VersionConflict, VersionDraft, VersionPublisher, load_stored
from bot.schedule.models import Schedule
from bot.schedule.overrides import Override
from bot.search.index import Index

POLL_INTERVAL_S = 2.0  # so long at most does a node serve what another node replaced

PAST_SCHEDULES_KEPT = 4  # schedules of older revisions at hand

P = ParamSpec("P")

D = TypeVar("D")

_log = telemetry.logger("conference")


@dataclass(frozen=True)
class Snapshot:
    """What is served now; an answer takes it once and stays with it."""

    schedule: Schedule
    index: Index
    revision: int


class LiveSchedule:
    """Serves the newest revision, and publishes new ones."""

    def __init__(self, database: Database, planner: Planner, build: Callable[[Schedule], Index]) -> None:
        """`build` makes the index; it runs beside the event loop."""
        self._database = database
        self._publisher = VersionPublisher(database, planner)
        self._build = build
        self._snapshot: Snapshot | None = None
        self._past: dict[int, Schedule] = {}
        self._switching = asyncio.Lock()

    @property
    def current(self) -> Snapshot:
        if self._snapshot is None:
            raise RuntimeError("nothing is served before adopt() or refresh()")
        return self._snapshot

    async def publish_source(self, schedule: Schedule) -> Snapshot:
        """Serve the operator's schedule of now, with the organisers' changes over it; if it is new, it is published."""
        return await self._switch_to(await self._retry_on_conflict(self._publisher.publish_source, schedule))

    async def use_anyway(self, source: int, by: str) -> Snapshot:
        """Serve the version of the operator's schedule that was refused under this number. Raises SupersededVersion."""
        return await self._switch_to(await self._retry_on_conflict(self._publisher.use_anyway, source, by))

    async def reject(self, schedule: Schedule, because: str) -> int:
        """Keep a version of the operator's schedule without serving it; its number, for `use_anyway`."""
        return await self._publisher.reject(schedule, because)

    async def apply(self, edits: Sequence[Override], action: str, by: str, on: Snapshot) -> Snapshot:
        """Lay edits that were made looking at `on` over it, and tell at once whom that concerns.

        `action` says in a few words for people what they are, `by` whose. Raises VersionConflict where `on` is no longer
        the newest, and ScheduleError where what comes of it is no schedule.
        """
        return await self._switch_to(await self._publisher.apply(edits, action, by, on.revision, on.schedule))

    async def undo(self, override: int, by: str) -> Snapshot:
        """Take an amendment back. Raises AlreadyUndone where it does not stand."""
        return await self._switch_to(await self._retry_on_conflict(self._publisher.undo, override, by))

    async def accepted_source(self) -> Schedule | None:
        """The newest version of the operator's schedule that was accepted; nothing before the first."""
        accepted = await self._database.read(repository.newest_accepted)
        return await asyncio.to_thread(load_stored, accepted) if accepted else None

    async def has_rejected_version(self) -> bool:
        """Whether the operator's schedule has a version that was refused and that nobody used anyway."""
        return await self._database.read(repository.rejected_version) is not None

    async def refresh(self) -> bool:
        """Turn to the newest revision; whether there was one."""
        return await self._refresh()

    async def _switch_to(self, made: VersionDraft | None) -> Snapshot:
        """The newest revision, served here: the one that was just made, or one that came after it."""
        await self._refresh(made)
        return self.current

    async def _refresh(self, at_hand: VersionDraft | None = None) -> bool:
        """Turn to the newest revision, and say whether it is another one; what is `at_hand` is not read again."""
        async with self._switching:
            number = await self._database.read(repository.newest_number)
            if self._snapshot and self._snapshot.revision == number:
                return False
            newest = await self._database.read(repository.newest_version)
            if newest is None:
                return False
            schedule = at_hand.after if at_hand and at_hand.number == newest.number else None
            self._snapshot = await asyncio.to_thread(self._read, newest, schedule)
        _log.info("serving", revision=newest.number, talks=len(self.current.schedule.talks))
        return True

    async def schedule_of(self, revision: int) -> Schedule | None:
        """The schedule as it was then; nothing when that is kept no longer."""
        if revision == self.current.revision:
            return self.current.schedule
        if revision not in self._past:
            old = await self._database.read(repository.version_numbered, revision)
            if old is None:
                return None
            while len(self._past) >= PAST_SCHEDULES_KEPT:
                del self._past[min(self._past)]
            self._past[revision] = await asyncio.to_thread(load_stored, old)
        return self._past[revision]

    async def schedule_at(self, moment: datetime) -> tuple[Schedule, datetime]:
        """The schedule as it was at a machine time, and that time; of one that is kept no longer, the oldest and when
        it was published."""
        number, published = await self._database.read(repository.version_number_at, moment)
        return await self.schedule_of(number) or self.current.schedule, max(published, moment)

    async def follow(self) -> None:
        """Turn to whatever any node publishes, for ever."""
        while True:
            await asyncio.sleep(POLL_INTERVAL_S)
            try:
                await self.refresh()
            except (DBAPIError, OSError, BotError) as error:
                _log.warning("could not look for a newer revision", error=type(error).__name__)

    async def _retry_on_conflict(self, publish: Callable[P, Awaitable[D]], *args: P.args, **kwargs: P.kwargs) -> D:
        """What `publish` gives, once no other revision comes first."""
        while True:
            try:
                return await publish(*args, **kwargs)
            except VersionConflict:
                _log.info("another revision came first")

    def _read(self, revision: StoredVersion, at_hand: Schedule | None) -> Snapshot:
        schedule = at_hand or load_stored(revision)
        return Snapshot(schedule, self._build(schedule), revision.number)
