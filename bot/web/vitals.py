"""How the bot is, looked at from outside: for `/readyz`, for `/metrics`, and for who waits for its heartbeat."""

import asyncio
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.conference.running import Edition
from bot.store.queue import Queue
from bot.telemetry.metrics import Metrics
from bot.web.doors import Doors
from bot.web.health import Readiness

PATIENCE_S = 1.0  # with the database: who asks how the bot is does not wait for long either
SWEEP_S = 30.0  # sweeps come every two seconds, and one over 100,000 subscriptions takes six


class Served(Protocol):
    """The running conference, as far as it is looked at."""

    @property
    def current(self) -> Edition: ...


class Followed(Protocol):
    """What follows the schedule's source."""

    @property
    def age_s(self) -> float: ...


class Swept(Protocol):
    """The reminders."""

    @property
    def sweep_age_s(self) -> float: ...

    async def next_due(self) -> datetime | None: ...

    async def queue(self) -> Queue: ...


class Vitals:
    """Asks each part how it is, and is put off by none of them."""

    def __init__(
        self,
        clock: Clock,
        conference: Served,
        follower: Followed,
        reminders: Swept,
        metrics: Metrics,
        doors: Doors,
    ) -> None:
        self._clock = clock
        self._conference = conference
        self._follower = follower
        self._reminders = reminders
        self._metrics = metrics
        self._doors = doors

    async def readiness(self) -> Readiness:
        """What `/readyz` tells; a stop comes first, and needs no other reason."""
        edition, due, problems = self._conference.current, "", []
        if self._doors.closing:
            problems.append("stop: this node was told to")
        if not edition.schedule.talks:
            problems.append("schedule: it has no talks")
        try:
            async with asyncio.timeout(PATIENCE_S):
                due = _written(await self._reminders.next_due())
        except (DBAPIError, OSError, TimeoutError) as error:
            problems.append(f"database: {type(error).__name__}")
        if self._doors.socket and not await self._doors.socket():
            problems.append("socket: not connected to Slack")
        if self._reminders.sweep_age_s > SWEEP_S:
            problems.append(f"sweep: the last good one was {self._reminders.sweep_age_s:.0f} s ago")
        return Readiness(len(edition.schedule.talks), edition.revision, due, tuple(problems))

    async def look(self) -> None:
        """Bring up to date the figures that are only known when one looks."""
        self._metrics.node(self._conference.current.revision, self._follower.age_s, self._reminders.sweep_age_s)
        try:
            async with asyncio.timeout(PATIENCE_S):
                queue = await self._reminders.queue()
        except (DBAPIError, OSError, TimeoutError):
            self._metrics.database_away()
            return
        waited = self._clock.conference() - queue.due if queue.due else None
        age_s = self._clock.machine_seconds(waited) if waited else 0.0
        self._metrics.queue(queue.states, queue.overdue, age_s, queue.held)


def _written(due: datetime | None) -> str:
    return due.isoformat(timespec="minutes") if due else ""
