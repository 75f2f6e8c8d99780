"""How the bot is, looked at from outside: for `/readyz`, for `/metrics`, and for who waits for its heartbeat."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
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
AWAY = (DBAPIError, OSError, TimeoutError)


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


class Workspace(Protocol):
    """One where the bot is at work."""

    @property
    def clock(self) -> Clock: ...

    @property
    def conference(self) -> Served: ...

    @property
    def follower(self) -> Followed: ...

    @property
    def reminders(self) -> Swept: ...


class Vitals:
    """Asks each part how it is, and is put off by none of them. Of many workspaces it tells the sum, or the worst."""

    def __init__(
        self,
        workspaces: Callable[[], Sequence[Workspace]],
        metrics: Metrics,
        doors: Doors,
        others: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`others` are problems that are no workspace's."""
        self._workspaces = workspaces
        self._metrics = metrics
        self._doors = doors
        self._others = others

    async def readiness(self) -> Readiness:
        """What `/readyz` tells; a stop comes first, and needs no other reason. Of many alike, one problem is told."""
        workspaces = self._workspaces()
        problems = ["stop: this node was told to"] if self._doors.closing else []
        problems += self._others()
        if self._doors.socket and not await self._doors.socket():
            problems.append("socket: not connected to Slack")
        looked_at = await asyncio.gather(*map(_looked_at, workspaces))
        worst = max((one.reminders.sweep_age_s for one in workspaces), default=0.0)
        if worst > SWEEP_S:
            problems.append(f"sweep: the last good one was {worst:.0f} s ago")
        problems += dict.fromkeys(problem for _, found in looked_at for problem in found)
        editions = [one.conference.current for one in workspaces]
        return Readiness(
            sum(len(edition.schedule.talks) for edition in editions),
            sum(edition.revision for edition in editions),
            _written(min((due for due, _ in looked_at if due), default=None)),
            tuple(problems),
        )

    async def look(self) -> None:
        """Bring up to date the figures that are only known when one looks."""
        workspaces = self._workspaces()
        self._metrics.node(
            sum(one.conference.current.revision for one in workspaces),
            max((one.follower.age_s for one in workspaces), default=0.0),
            max((one.reminders.sweep_age_s for one in workspaces), default=0.0),
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                queues = await asyncio.gather(*(one.reminders.queue() for one in workspaces))
        except AWAY:
            self._metrics.database_away()
            return
        states, held = Counter[str](), Counter[str]()
        for queue in queues:
            states.update(queue.states)
            held.update(queue.held)
        ages = (_age_s(one.clock, queue) for one, queue in zip(workspaces, queues, strict=True))
        self._metrics.queue(states, sum(queue.overdue for queue in queues), max(ages, default=0.0), held)


async def _looked_at(workspace: Workspace) -> tuple[datetime | None, Sequence[str]]:
    """When the next reminder is due, and what is the matter."""
    problems = [] if workspace.conference.current.schedule.talks else ["schedule: it has no talks"]
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await workspace.reminders.next_due(), problems
    except AWAY as error:
        return None, [*problems, f"database: {type(error).__name__}"]


def _age_s(clock: Clock, queue: Queue) -> float:
    return clock.machine_seconds(clock.conference() - queue.due) if queue.due else 0.0


def _written(due: datetime | None) -> str:
    return due.isoformat(timespec="minutes") if due else ""
