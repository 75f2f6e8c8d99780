"""The running conference: which schedule and index are served now, the same on all nodes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.errors import BotError
from bot.schedule.dump import dump
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.search.index import Index
from bot.store import revisions
from bot.store.database import Database, Transaction
from bot.store.revisions import Revision

POLL_S = 2.0  # so long at most does a node serve what another node replaced
PAST_KEPT = 4  # schedules of older revisions at hand
FILE = "file"  # who published what came from the operator's file or address

_log = telemetry.logger("conference")


@dataclass(frozen=True)
class Edition:
    """What is served now; an answer takes it once and stays with it."""

    schedule: Schedule
    index: Index
    revision: int


class Planner(Protocol):
    """Writes what a new revision implies, in the transaction that publishes it."""

    async def plan(
        self, tx: Transaction, before: Schedule | None, after: Schedule, revision: int, *, confirmed: bool = False
    ) -> None: ...


class OutdatedError(BotError):
    """The schedule was changed by somebody else in the meantime: look at it and try again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class RunningConference:
    """Serves the newest revision, and publishes new ones."""

    def __init__(self, database: Database, planner: Planner, build: Callable[[Schedule], Index]) -> None:
        """`build` makes the index; it runs beside the event loop."""
        self._database = database
        self._planner = planner
        self._build = build
        self._edition: Edition | None = None
        self._past: dict[int, Schedule] = {}
        self._turning = asyncio.Lock()

    @property
    def current(self) -> Edition:
        if self._edition is None:
            raise RuntimeError("nothing is served before start()")
        return self._edition

    async def start(self, schedule: Schedule) -> Edition:
        """Serve the newest revision, and before that adopt the operator's schedule if it has changed."""
        while not await self._adopted(schedule):
            _log.info("another node published meanwhile")
        await self.refresh()
        return self.current

    async def publish(
        self, schedule: Schedule, by: str, because: str, on: Edition, *, confirmed: bool = False
    ) -> Edition:
        """Replace `on`, which must still be the newest, by a schedule that was found valid; plan, and serve it here.

        `confirmed` says that a person looked at this very change: then those it concerns hear of it at once.
        Raises OutdatedError when another revision came first.
        """
        newest = await self._database.read(revisions.newest)
        if newest is None or newest.number != on.revision:
            raise OutdatedError
        await self._turn(await self._publish(schedule, newest, by, because, confirmed=confirmed), schedule)
        return self.current

    async def refresh(self) -> bool:
        """Turn to the newest revision; whether there was one."""
        return await self._turn()

    async def _turn(self, at_hand: int = 0, schedule: Schedule | None = None) -> bool:
        """Turn to the newest revision; the schedule of the one `at_hand` is not read again."""
        async with self._turning:
            number = await self._database.read(revisions.newest_number)
            if self._edition and self._edition.revision == number:
                return False
            newest = await self._database.read(revisions.newest)
            if newest is None:
                return False
            self._edition = await asyncio.to_thread(self._read, newest, schedule if newest.number == at_hand else None)
        _log.info("serving", revision=newest.number, talks=len(self.current.schedule.talks))
        return True

    async def schedule_of(self, revision: int) -> Schedule | None:
        """The schedule as it was then; nothing when that is kept no longer."""
        if revision == self.current.revision:
            return self.current.schedule
        if revision not in self._past:
            old = await self._database.read(revisions.numbered, revision)
            if old is None:
                return None
            while len(self._past) >= PAST_KEPT:
                del self._past[min(self._past)]
            self._past[revision] = await asyncio.to_thread(_loaded, old)
        return self._past[revision]

    async def follow(self) -> None:
        """Turn to whatever any node publishes, for ever."""
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self.refresh()
            except (DBAPIError, OSError, BotError) as error:
                _log.warning("could not look for a newer revision", error=type(error).__name__)

    async def _adopted(self, schedule: Schedule) -> bool:
        """Whether the file's schedule was published, now or before; false when another node came in between."""
        newest = await self._database.read(revisions.newest)  # first: what comes after this is found to be there
        adopted = await self._database.read(revisions.newest, FILE)
        if adopted and adopted.document == await asyncio.to_thread(dump, schedule):
            return True
        try:
            await self._publish(schedule, newest, FILE, "the operator's schedule")
        except OutdatedError:
            return False
        return True

    async def _publish(
        self, schedule: Schedule, before: Revision | None, by: str, because: str, *, confirmed: bool = False
    ) -> int:
        old = await asyncio.to_thread(_loaded, before) if before else None
        document = await asyncio.to_thread(dump, schedule)
        number = before.number + 1 if before else 1

        async def publish_and_plan(tx: Transaction) -> bool:
            published = await revisions.publish(tx, number, document, by, because)
            if published:
                await self._planner.plan(tx, old, schedule, number, confirmed=confirmed)
            return published

        if not await self._database.write(publish_and_plan):
            raise OutdatedError
        return number

    def _read(self, revision: Revision, at_hand: Schedule | None) -> Edition:
        schedule = at_hand or _loaded(revision)
        return Edition(schedule, self._build(schedule), revision.number)


def _loaded(revision: Revision) -> Schedule:
    return load(revision.document, f"revision {revision.number}")
