"""Whether the bot takes requests: it does until it is to stop, and a little longer, for load balancers to notice.

`/healthz`: the process lives. `/readyz`: it can do its work, or what keeps it from it.

A sign of life for hosts without monitoring: an address of the operator's that is called while all is well.

`GET /metrics`: one node's figures, for Prometheus.

How the bot is, looked at from outside: for `/readyz`, for `/metrics`, and for who waits for its heartbeat."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

import aiohttp
from aiohttp import web
from prometheus_client.exposition import choose_encoder
from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.clock import Clock
from bot.delivery.queue import QueueStatus
from bot.live_schedule.current import Snapshot
from bot.telemetry.metrics import Metrics


class Shutdown:
    """Open, then closing (not ready, and still answering), then shut (nothing new)."""

    def __init__(self) -> None:
        self.draining = False
        self.closed = False
        self.socket: Callable[[], Awaitable[bool]] | None = None  # in Socket Mode: whether it is connected

    async def drain(self, grace_s: float) -> None:
        """Be closing for so many real seconds, then shut."""
        self.draining = True
        await asyncio.sleep(grace_s)
        self.closed = True


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state that `/readyz` and the ready line report."""

    talks: int
    revision: int
    next_reminder: str = ""  # ISO 8601 in UTC; empty where none is planned
    problems: tuple[str, ...] = ()  # `database: TimeoutError`: what was looked at, and what is the matter with it

    @property
    def line(self) -> str:
        """`5 talks, revision 1, next reminder 2019-03-05T10:25+00:00`."""
        return f"{self.talks} talks, revision {self.revision}, next reminder {self.next_reminder or 'none'}"

    def is_ready(self, without: Collection[str] = ()) -> bool:
        """Whether nothing is the matter, but for what is left out."""
        return all(problem.partition(":")[0] in without for problem in self.problems)


def health_routes(readiness: Callable[[], Awaitable[Readiness]]) -> list[web.RouteDef]:
    """The two questions an operator's machines ask."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(request: web.Request) -> web.Response:
        told = await readiness()
        ready = told.is_ready(without=request.query.getall("exclude", ()))
        return web.json_response({"ready": ready} | asdict(told), status=200 if ready else 503)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


HEARTBEAT_INTERVAL_S = 60.0

HEARTBEAT_TIMEOUT_S = 10.0

_log = telemetry.logger("web")


async def run_heartbeat(
    url: str, readiness: Callable[[], Awaitable[Readiness]], interval_s: float = HEARTBEAT_INTERVAL_S
) -> None:
    """Call the address for ever, at once and then every minute; its silence is what tells that something is wrong.

    What comes of a call is logged where it fails, and no more; nor is the address, which often is a secret.
    """
    timeout = aiohttp.ClientTimeout(total=min(HEARTBEAT_TIMEOUT_S, interval_s))
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while True:
            told = await readiness()
            if told.is_ready():
                await _call_url(session, url)
            else:
                _log.warning("no heartbeat", problems=told.problems)
            await asyncio.sleep(interval_s)


async def _call_url(session: aiohttp.ClientSession, url: str) -> None:
    try:
        async with session.get(url) as response:
            if response.status >= 400:
                _log.warning("the heartbeat was not taken", status=response.status)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("the heartbeat did not get through", error=type(error).__name__)


def metrics_routes(metrics: Metrics, refresh: Callable[[], Awaitable[None]]) -> list[web.RouteDef]:
    """`refresh` brings up to date what is only known when one looks; it is cheap and never waits for long."""

    async def tell(request: web.Request) -> web.Response:
        await refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        written = await asyncio.to_thread(encode, metrics.registry)  # a thousand lines take 20 ms
        return web.Response(body=written, headers={"Content-Type": content_type})

    return [web.get("/metrics", tell)]


CHECK_TIMEOUT_S = 1.0  # with the database: who asks how the bot is does not wait for long either

MAX_SWEEP_AGE_S = 30.0  # sweeps come every two seconds, and one over 100,000 subscriptions takes six

DATABASE_AWAY = (DBAPIError, OSError, TimeoutError)


class MonitoredSchedule(Protocol):
    """The running conference, as far as it is looked at."""

    @property
    def current(self) -> Snapshot: ...


class MonitoredSource(Protocol):
    """The watcher of the schedule's source."""

    @property
    def age_s(self) -> float: ...

    @property
    def problem(self) -> str: ...


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
        """Check everything for `/readyz`. A stop is reported alone; of several alike problems, one is reported."""
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

    def source_problems(self) -> Sequence[str]:
        """Why versions that the schedules' sources have now are not served, for the operator."""
        return [one.source_watcher.problem for one in self._workspaces() if one.source_watcher.problem]

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
