"""How the bot is, looked at from outside: for `/readyz`, for `/metrics`, and for who waits for its heartbeat."""

import asyncio
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.conference.following import Follower
from bot.conference.running import RunningConference
from bot.reminders.reminders import Reminders
from bot.telemetry.metrics import Metrics
from bot.web.health import Readiness

PATIENCE_S = 1.0  # with the database: who asks how the bot is does not wait for long either


class Vitals:
    """Asks each part how it is, and is put off by none of them."""

    def __init__(
        self, clock: Clock, conference: RunningConference, follower: Follower, reminders: Reminders, metrics: Metrics
    ) -> None:
        self._clock = clock
        self._conference = conference
        self._follower = follower
        self._reminders = reminders
        self._metrics = metrics

    async def readiness(self) -> Readiness:
        """What `/readyz` tells."""
        edition, due, problems = self._conference.current, None, []
        try:
            async with asyncio.timeout(PATIENCE_S):
                due = await self._reminders.next_due()
        except (DBAPIError, OSError, TimeoutError) as error:
            problems.append(f"database: {type(error).__name__}")
        return Readiness(len(edition.schedule.talks), edition.revision, _written(due), tuple(problems))

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
        self._metrics.queue(queue.states, queue.overdue, self._clock.machine_seconds(waited) if waited else 0.0)


def _written(due: datetime | None) -> str:
    return due.isoformat(timespec="minutes") if due else ""
