"""How the bot is, looked at from outside: for `/readyz`, for `/metrics`, and for who waits for its heartbeat."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.conference.running import Snapshot
from bot.store.queue import QueueStatus
from bot.telemetry.metrics import Metrics
from bot.web.doors import Shutdown
from bot.web.health import Readiness

CHECK_TIMEOUT_S = 1.0  # with the database: who asks how the bot is does not wait for long either
MAX_SWEEP_AGE_S = 30.0  # sweeps come every two seconds, and one over 100,000 subscriptions takes six
DATABASE_AWAY = (DBAPIError, OSError, TimeoutError)


class MonitoredSchedule(Protocol):
    """The running conference, as far as it is looked at."""

    @property
    def current(self) -> Snapshot: ...


class MonitoredSource(Protocol):
    """What follows the schedule's source."""

    @property
    def age_s(self) -> float: ...


class MonitoredWorker(Protocol):
    """The reminders."""

    @property
    def sweep_age_s(self) -> float: ...

    async def next_due(self) -> datetime | None: ...

    async def queue_status(self) -> QueueStatus: ...


class MonitoredWorkspace(Protocol):
    """One where the bot is at work."""

    @property
    def clock(self) -> Clock: ...

    @property
    def live_schedule(self) -> MonitoredSchedule: ...

    @property
    def source_watcher(self) -> MonitoredSource: ...

    @property
    def worker(self) -> MonitoredWorker: ...


class HealthChecks:
    """Asks each part how it is, and is put off by none of them. Of many workspaces it tells the sum, or the worst."""

    def __init__(
        self,
        workspaces: Callable[[], Sequence[MonitoredWorkspace]],
        metrics: Metrics,
        shutdown: Shutdown,
        other_problems: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`other_problems` are problems that are no workspace's."""
        self._workspaces = workspaces
        self._metrics = metrics
        self._shutdown = shutdown
        self._other_problems = other_problems

    async def readiness(self) -> Readiness:
        """What `/readyz` tells; a stop comes first, and needs no other reason. Of many alike, one problem is told."""
        workspaces = self._workspaces()
        problems = ["stop: this node was told to"] if self._shutdown.draining else []
        problems += self._other_problems()
        if self._shutdown.socket and not await self._shutdown.socket():
            problems.append("socket: not connected to Slack")
        looked_at = await asyncio.gather(*map(_check_workspace, workspaces))
        worst = max((one.worker.sweep_age_s for one in workspaces), default=0.0)
        if worst > MAX_SWEEP_AGE_S:
            problems.append(f"sweep: the last good one was {worst:.0f} s ago")
        problems += dict.fromkeys(problem for _, found in looked_at for problem in found)
        editions = [one.live_schedule.current for one in workspaces]
        return Readiness(
            sum(len(edition.schedule.talks) for edition in editions),
            sum(edition.revision for edition in editions),
            _format_due(min((due for due, _ in looked_at if due), default=None)),
            tuple(problems),
        )

    async def refresh_gauges(self) -> None:
        """Bring up to date the figures that are only known when one looks."""
        workspaces = self._workspaces()
        self._metrics.process(
            sum(one.live_schedule.current.revision for one in workspaces),
            max((one.source_watcher.age_s for one in workspaces), default=0.0),
            max((one.worker.sweep_age_s for one in workspaces), default=0.0),
        )
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                queues = await asyncio.gather(*(one.worker.queue_status() for one in workspaces))
        except DATABASE_AWAY:
            self._metrics.database_unavailable()
            return
        states, held = Counter[str](), Counter[str]()
        for queue in queues:
            states.update(queue.states)
            held.update(queue.paused)
        ages = (_age_s(one.clock, queue) for one, queue in zip(workspaces, queues, strict=True))
        self._metrics.queue(states, sum(queue.overdue for queue in queues), max(ages, default=0.0), held)


async def _check_workspace(workspace: MonitoredWorkspace) -> tuple[datetime | None, Sequence[str]]:
    """When the next reminder is due, and what is the matter."""
    problems = [] if workspace.live_schedule.current.schedule.talks else ["schedule: it has no talks"]
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await workspace.worker.next_due(), problems
    except DATABASE_AWAY as error:
        return None, [*problems, f"database: {type(error).__name__}"]


def _age_s(clock: Clock, queue: QueueStatus) -> float:
    return clock.real_seconds(clock.conference_now() - queue.due) if queue.due else 0.0


def _format_due(due: datetime | None) -> str:
    return due.isoformat(timespec="minutes") if due else ""
