"""Following the operator's schedule while the bot runs: a new version is judged whole before it is served."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.conference.fetch import FetchError
from bot.conference.running import FILE, RunningConference
from bot.conference.source import Source
from bot.errors import BotError
from bot.schedule.load import load
from bot.schedule.model import Schedule
from bot.store import revisions
from bot.store.database import Database

FILE_S = 2.0
ADDRESS_S = 60.0
MOST_GONE = 0.2  # of the talks; more is rather a mishap at the source than a change of plans
MISSES_TOLD = 5  # so often in a row an address may not answer before anybody is told

_log = telemetry.logger("conference")

Tell = Callable[[str], Awaitable[None]]  # hears in a sentence why a version is not served


class ShrunkenError(BotError):
    """A new version lacks so many talks that it is rather a mishap."""

    def __init__(self, source: str, gone: int, of: int) -> None:
        super().__init__(
            f"In the new version of {source}, {gone} of {of} talks are gone, so I go on with the last one. "
            "If that is meant, restart me: then it is used as it is."
        )


async def first(source: Source, database: Database) -> Schedule:
    """What the source holds at the start. An address that gives nothing good is no reason not to serve what it gave last.

    Raises as `Source.look` does.
    """
    try:
        schedule = await source.look()
    except BotError as error:
        last = await database.read(revisions.newest, FILE) if source.is_address else None
        if last is None:
            raise
        _log.warning("the schedule's address gives none, its last version serves on", error=type(error).__name__)
        return await asyncio.to_thread(load, last.document, f"revision {last.number}")
    if schedule is None:
        raise FetchError(f"{source.name} gives no schedule. Is the address right?")
    return schedule


class Follower:
    """Looks at the source again and again; what is wrong with it is told once."""

    def __init__(self, source: Source, conference: RunningConference, tell: Tell) -> None:
        self._source = source
        self._conference = conference
        self._tell = tell
        self._told = ""
        self._missed = 0

    async def follow(self) -> None:
        """Serve whatever becomes of the source, for ever."""
        while True:
            await asyncio.sleep(ADDRESS_S if self._source.is_address else FILE_S)
            try:
                await self.look()
            except (DBAPIError, OSError) as error:
                _log.warning("could not follow the schedule", error=type(error).__name__)

    async def look(self) -> bool:
        """Look once; whether there was a new version that is good, and is served now."""
        try:
            schedule = await self._source.look()
            self._missed = 0
            if schedule is None:
                return False
            keep_most(self._source.name, self._conference.current.schedule, schedule)
        except FetchError as error:
            self._missed += 1
            if self._missed >= MISSES_TOLD:
                await self._refuse(error)
            return False
        except BotError as error:
            await self._refuse(error)
            return False
        self._told = ""
        before = self._conference.current.revision
        return (await self._conference.start(schedule)).revision != before

    async def _refuse(self, error: BotError) -> None:
        if str(error) != self._told:
            self._told = str(error)
            _log.warning("a new version of the schedule is not served", error=type(error).__name__)
            await self._tell(self._told)


def keep_most(source: str, before: Schedule, after: Schedule) -> None:
    """Refuse a version in which more than MOST_GONE of the talks are gone. Raises ShrunkenError."""
    gone = before.talk_by_id.keys() - after.talk_by_id.keys()
    if len(gone) > MOST_GONE * len(before.talks):
        raise ShrunkenError(source, len(gone), len(before.talks))
