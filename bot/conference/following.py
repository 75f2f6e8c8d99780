"""Following the operator's schedule while the bot runs: a new version is judged whole before it is served."""

import asyncio
from collections.abc import Awaitable, Callable

from bot import telemetry
from bot.clock import stopwatch
from bot.conference.basis import loaded
from bot.conference.fetch import FetchError
from bot.conference.running import RunningConference
from bot.conference.source import Source
from bot.errors import BotError
from bot.redaction import redacted
from bot.schedule.model import Schedule
from bot.schedule.vanished import share_a_day
from bot.store import sources
from bot.store.database import Database

FILE_S = 2.0
ADDRESS_S = 60.0
MOST_GONE = 0.2  # of the talks; more is rather a mishap at the source than a change of plans
MISSES_TOLD = 5  # so often in a row an address may not answer before anybody is told

_log = telemetry.logger("conference")

# Hears in a sentence why a version is not served, and by which number it can be used anyway; 0 where it cannot.
Tell = Callable[[str, int], Awaitable[None]]


class ShrunkenError(BotError):
    """A new version lacks so many talks that it is rather a mishap."""

    def __init__(self, source: str, gone: int, of: int) -> None:
        super().__init__(f"In the new version of {redacted(source)}, {gone} of {of} talks are gone.")


async def first(source: Source, database: Database) -> Schedule:
    """What the source holds at the start. An address that gives nothing good is no reason not to serve what it gave last.

    Raises as `Source.look` does.
    """
    try:
        schedule = await source.look()
    except BotError as error:
        last = await database.read(sources.accepted) if source.is_address else None
        if last is None:
            raise
        _log.warning("the schedule's address gives none, its last version serves on", error=type(error).__name__)
        return await asyncio.to_thread(loaded, last)
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
        self._untried: Schedule | None = None  # the source has it, and the database was away
        self._unreadable = self._kept_aside = False  # the version that the source has now
        self._agreed_at = stopwatch()

    @property
    def age_s(self) -> float:
        """Since what is served was last seen to be what the source holds."""
        return stopwatch() - self._agreed_at

    @property
    def every_s(self) -> float:
        """How long to wait between two looks."""
        return ADDRESS_S if self._source.is_address else FILE_S

    async def begin(self, schedule: Schedule) -> None:
        """Serve what `first` gave: judged like any other version, but for another conference's, which can only be meant."""
        last = await self._conference.source()
        if last and share_a_day(last, schedule) and await self._is_refused(last, schedule):
            await self._conference.refresh()
        else:
            await self._conference.adopt(schedule)

    async def look(self) -> bool:
        """Look once; whether there was a new version that is good, and is served now."""
        try:
            self._untried = await self._source.look() or self._untried
            self._missed = 0
            served = self._untried is not None and await self._serve(self._untried)
        except FetchError as error:
            self._missed += 1
            if self._missed >= MISSES_TOLD:
                await self._tell_once(error)
            return False
        except BotError as error:
            self._unreadable = True
            await self._tell_once(error)
            served = False
        self._untried = None
        if await self._agrees():
            self._agreed_at = stopwatch()
        return served

    async def _agrees(self) -> bool:
        """Whether what the source holds is served; what was kept aside is, once an organiser used it anyway."""
        if self._kept_aside:
            self._kept_aside = await self._conference.keeps_aside()
        return not (self._unreadable or self._kept_aside)

    async def _serve(self, schedule: Schedule) -> bool:
        self._unreadable = False
        last = await self._conference.source()
        if last and await self._is_refused(last, schedule):
            return False
        before = self._conference.current.revision
        after = await self._conference.adopt(schedule)
        self._told, self._kept_aside = "", False
        return after.revision != before

    async def _is_refused(self, last: Schedule, schedule: Schedule) -> bool:
        """Whether this version lacks so much that it is kept aside, for an organiser to decide."""
        try:
            keep_most(self._source.name, last, schedule)
        except ShrunkenError as error:
            self._kept_aside = True
            await self._tell_once(error, await self._conference.refuse(schedule, str(error)))
            return True
        return False

    async def _tell_once(self, error: BotError, usable: int = 0) -> None:
        if str(error) != self._told:
            self._told = str(error)
            _log.warning("a new version of the schedule is not served", error=type(error).__name__)
            await self._tell(self._told, usable)


def keep_most(source: str, last: Schedule, schedule: Schedule) -> None:
    """Refuse a version in which more than MOST_GONE of the talks are gone. Raises ShrunkenError."""
    gone = {talk.id for talk in last.given} - schedule.talk_by_id.keys()
    if len(gone) > MOST_GONE * len(last.given):
        raise ShrunkenError(source, len(gone), len(last.given))
