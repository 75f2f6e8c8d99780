"""APScheduler wakes the reminders: every two seconds, and when the next one falls due. What is due it does not know."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

TICK_S = 2
CLEANUP_S = 3600


class Timer:
    """Calls `wake` on every tick, and `cleanup` every hour. It keeps no jobs anywhere: truth is in the database."""

    def __init__(self, wake: Callable[[], None], cleanup: Callable[[], Awaitable[None]]) -> None:
        self._wake = wake
        self._cleanup = cleanup
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._next: datetime | None = None

    def start(self) -> None:
        """Tick from now on, in the running loop."""
        # Without a grace time of None, APScheduler silently drops a job that comes a second late.
        self._scheduler.add_job(
            self._wake, IntervalTrigger(seconds=TICK_S), misfire_grace_time=None, coalesce=True, max_instances=1
        )
        self._scheduler.add_job(
            self._cleanup, IntervalTrigger(seconds=CLEANUP_S), misfire_grace_time=None, coalesce=True, max_instances=1
        )
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def wake_at(self, moment: datetime | None) -> None:
        """Tick also when the node's own clock shows this; a later call replaces it. A clock put back is for the heartbeat."""
        if moment is not None and moment != self._next:
            self._next = moment
            self._scheduler.add_job(
                self._wake, DateTrigger(moment), id="next due", replace_existing=True, misfire_grace_time=None
            )
