"""Watching the operator's schedule while the bot runs, and checking each new version before it is served."""

import asyncio
from collections.abc import Awaitable, Callable

from bot import telemetry
from bot.clock import monotonic
from bot.db.database import Database
from bot.errors import BotError
from bot.live_schedule import repository
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.source import ScheduleSource
from bot.live_schedule.versions import load_stored
from bot.redaction import redacted
from bot.schedule.models import Schedule
from bot.schedule.overrides import same_conference

FILE_POLL_S = 2.0

URL_POLL_S = 60.0

MAX_MISSING_SHARE = 0.2  # of the talks; if more are missing, the source has probably failed

FAILURES_BEFORE_ALERT = 5  # in a row, of an address

_log = telemetry.logger("conference")

# Gets a sentence about a version that is not served, and the number under which it can be used anyway, or 0.
Alert = Callable[[str, int], Awaitable[None]]


class ShrunkenSchedule(BotError):
    """A new version lacks so many talks that the source has probably failed."""

    def __init__(self, source: str, gone: int, of: int) -> None:
        super().__init__(f"In the new version of {redacted(source)}, {gone} of {of} talks are gone.")


async def load_initial(source: ScheduleSource, database: Database) -> Schedule:
    """Load the schedule with which the bot starts. If an address fails, its last accepted version is used.

    Raises the same errors as `ScheduleSource.read_if_changed` if there is no such version.
    """
    try:
        schedule = await source.read_if_changed()
    except BotError as error:
        last = await database.read(repository.newest_accepted) if source.is_address else None
        if last is None:
            raise
        _log.warning("the schedule's address gives none, its last version serves on", error=type(error).__name__)
        return await asyncio.to_thread(load_stored, last)
    if schedule is None:
        raise FetchError(f"{source.name} gives no schedule. Is the address right?")
    return schedule


class SourceWatcher:
    """Polls the source and serves its new versions. Each problem causes one alert."""

    def __init__(self, source: ScheduleSource, conference: LiveSchedule, alert: Alert) -> None:
        self._source = source
        self._conference = conference
        self._alert = alert
        self._last_alert = ""
        self._failures = 0
        self._pending: Schedule | None = None  # a version that was read while the database was away
        self._unreadable = self._has_rejected = False  # of the version that the source has now
        self._current_at = monotonic()

    @property
    def age_s(self) -> float:
        """Seconds since the served schedule was last known to be the source's current one."""
        return monotonic() - self._current_at

    @property
    def interval_s(self) -> float:
        """Seconds to wait between two polls."""
        return URL_POLL_S if self._source.is_address else FILE_POLL_S

    async def serve_initial(self, schedule: Schedule) -> None:
        """Serve the schedule from `load_initial`, after the usual check. Another conference's schedule needs no check."""
        last = await self._conference.accepted_source()
        if last and same_conference(last, schedule) and await self._should_reject(last, schedule):
            await self._conference.refresh()
        else:
            await self._conference.publish_source(schedule)

    async def poll(self) -> bool:
        """Poll the source once; true if it had a new version that is served now."""
        try:
            self._pending = await self._source.read_if_changed() or self._pending
            self._failures = 0
            served = self._pending is not None and await self._serve(self._pending)
        except FetchError as error:
            self._failures += 1
            if self._failures >= FAILURES_BEFORE_ALERT:
                await self._alert_once(error)
            return False
        except BotError as error:
            self._unreadable = True
            await self._alert_once(error)
            served = False
        self._pending = None
        if await self._is_current():
            self._current_at = monotonic()
        return served

    async def _is_current(self) -> bool:
        """True if the source's current version is served. A rejected one is, once an organiser has used it anyway."""
        if self._has_rejected:
            self._has_rejected = await self._conference.has_rejected_version()
        return not (self._unreadable or self._has_rejected)

    async def _serve(self, schedule: Schedule) -> bool:
        self._unreadable = False
        last = await self._conference.accepted_source()
        if last and await self._should_reject(last, schedule):
            return False
        before = self._conference.current.revision
        after = await self._conference.publish_source(schedule)
        self._last_alert, self._has_rejected = "", False
        return after.revision != before

    async def _should_reject(self, last: Schedule, schedule: Schedule) -> bool:
        """Check a version, and reject it if it lacks too many talks. Then an organiser is asked; true if so."""
        try:
            check_not_shrunken(self._source.name, last, schedule)
        except ShrunkenSchedule as error:
            self._has_rejected = True
            await self._alert_once(error, await self._conference.reject(schedule, str(error)))
            return True
        return False

    async def _alert_once(self, error: BotError, usable: int = 0) -> None:
        if str(error) != self._last_alert:
            self._last_alert = str(error)
            _log.warning("a new version of the schedule is not served", error=type(error).__name__)
            await self._alert(self._last_alert, usable)


def check_not_shrunken(source: str, last: Schedule, schedule: Schedule) -> None:
    """Check that at most MAX_MISSING_SHARE of the talks are gone. Raises ShrunkenSchedule."""
    gone = {talk.id for talk in last.given} - schedule.talk_by_id.keys()
    if len(gone) > MAX_MISSING_SHARE * len(last.given):
        raise ShrunkenSchedule(source, len(gone), len(last.given))
