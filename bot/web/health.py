"""Health: whether the process lives, whether it can answer, and whether all is well; and its figures for Prometheus.

`/healthz` fails when restarting the process may help. `/answerz` says whether requests should be sent here. `/readyz`
says whether all is well, and if not, what is the matter. For hosts without monitoring, an address of the operator's is
called while all is well.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

import aiohttp
from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bot import telemetry
from bot.clock import Clock
from bot.db.database import DATABASE_ERRORS, passing_reason
from bot.delivery.monitoring import ProgressMonitor
from bot.delivery.queue import QueueStatus
from bot.delivery.worker import Worker
from bot.live_schedule.current import LiveSchedule
from bot.live_schedule.watcher import SourceWatcher
from bot.supervisor import Part, Supervisor
from bot.telemetry.metrics import Metrics


class Shutdown:
    """The stop of a process: first it drains (not ready, still answering), then it is closed (nothing new)."""

    def __init__(self) -> None:
        self.draining = False
        self.closed = False

    async def drain(self, grace_s: float) -> None:
        """Drain for so many real seconds, then close."""
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
    warnings: tuple[str, ...] = ()  # of the same form: what lasts until somebody acts, while the bot works well

    @property
    def line(self) -> str:
        """`5 talks, revision 1, next reminder 2019-03-05T10:25+00:00`."""
        return f"{self.talks} talks, revision {self.revision}, next reminder {self.next_reminder or 'none'}"

    def is_ready(self, without: Collection[str] = ()) -> bool:
        """Tell whether there is no problem, apart from those that begin with these words."""
        return all(problem.partition(":")[0] in without for problem in self.problems)


CHECK_TIMEOUT_S = 1.0  # of the database's answer, so that health is told soon in any case

MAX_SWEEP_AGE_S = 30.0  # sweeps come every two seconds, and one over 100,000 subscriptions takes six

HEARTBEAT_INTERVAL_S, HEARTBEAT_TIMEOUT_S = 60.0, 10.0

# The words that problems begin with, in the order in which they are reported.
PROBLEMS = (
    "stop",
    "start",
    "part",
    "workspaces",
    "socket",
    "clock",
    "sweep",
    "schedule",
    "database",
    "sending",
    "deliveries",
)

WARNINGS = ("schedule",)  # the words that warnings begin with

_log = telemetry.logger("web")


class MonitoredWorkspace(Protocol):
    """A workspace that is open."""

    @property
    def clock(self) -> Clock: ...

    @property
    def live_schedule(self) -> LiveSchedule: ...

    @property
    def source_watcher(self) -> SourceWatcher: ...

    @property
    def worker(self) -> Worker: ...

    @property
    def progress(self) -> ProgressMonitor: ...

    @property
    def supervisor(self) -> Supervisor: ...


# Gives problems that are no workspace's, such as `socket: not connected to Slack for 20 s`.
OtherProblems = Callable[[], Awaitable[Sequence[str]]]


class HealthChecks:
    """Checks every part, and waits for none of them for long. For many workspaces it reports the sum, or the worst."""

    def __init__(
        self,
        workspaces: Callable[[], Sequence[MonitoredWorkspace]],
        metrics: Metrics,
        shutdown: Shutdown,
        supervisor: Supervisor,
        other_problems: OtherProblems,
        *,
        judged: bool = True,
    ) -> None:
        """`supervisor` has the parts that are no workspace's.

        Where `judged` is false, the process is alive and ready whatever is the matter in a workspace.
        """
        self._judged = judged
        self._workspaces = workspaces
        self._metrics = metrics
        self._shutdown = shutdown
        self._supervisor = supervisor
        self._other_problems = other_problems
        self._check: asyncio.Task[Readiness] | None = None
        self._starting = "the process is starting"  # the phase of the start, and why it lasts; empty after the start

    def set_starting(self, phase: str) -> None:
        """Report this phase of the start, or with an empty one that the bot is at work."""
        self._starting = phase

    def dead(self) -> Sequence[str]:
        """The parts that stay dead: the process's, and its workspace's.

        One of many workspaces is opened anew instead.
        """
        judged = self._workspaces() if self._judged else ()
        return [*self._supervisor.dead, *(part for workspace in judged for part in workspace.supervisor.dead)]

    def is_answering(self) -> bool:
        """Tell whether people who ask get an answer, even if it is that the database is away."""
        return not (self._starting or self._shutdown.draining)

    async def readiness(self) -> Readiness:
        """Check everything for `/readyz`. Those who ask at the same time share one check."""
        if self._check is None or self._check.done():
            self._check = asyncio.create_task(self._check_everything())
        return await asyncio.shield(self._check)

    async def _check_everything(self) -> Readiness:
        """Check each part. Of several alike problems, the first is reported."""
        workspaces = self._workspaces()
        looked_at = await asyncio.gather(*map(_check_workspace, workspaces)) if self._judged else []
        problems = [*self._own_problems(), *await self._other_problems()]
        of_workspaces = [problem for workspace in workspaces for problem in known_problems(workspace)]
        of_workspaces += [problem for _, found in looked_at for problem in found]
        kinds = {problem.partition(":")[0] for problem in (*problems, *of_workspaces)}
        warnings = tuple(dict.fromkeys(warning for workspace in workspaces for warning in _warnings(workspace)))
        warned = {warning.partition(":")[0] for warning in warnings}
        for kind in PROBLEMS:
            self._metrics.problems.labels(kind).set(kind in kinds)
        for kind in WARNINGS:
            self._metrics.warnings.labels(kind).set(kind in warned)
        problems += of_workspaces if self._judged else []
        by_kind = {problem.partition(":")[0]: problem for problem in reversed(problems)}
        snapshots = [workspace.live_schedule.current for workspace in workspaces]
        return Readiness(
            sum(len(snapshot.schedule.talks) for snapshot in snapshots),
            sum(snapshot.revision for snapshot in snapshots),
            _format_due(min((due for due, _ in looked_at if due), default=None)),
            tuple(by_kind[kind] for kind in PROBLEMS if kind in by_kind),
            warnings,
        )

    def source_problems(self) -> Sequence[str]:
        """The reasons why versions that the sources have now are not served, for the operator."""
        return [
            workspace.source_watcher.problem for workspace in self._workspaces() if workspace.source_watcher.problem
        ]

    def _own_problems(self) -> Iterator[str]:
        if self._shutdown.draining:
            yield "stop: this process is shutting down"
        if self._starting:
            yield f"start: {self._starting}"
        if dead := self._supervisor.dead:
            yield f"part: not working for minutes: {', '.join(dead)}"
        worst = max((workspace.worker.sweep_age_s for workspace in self._workspaces()), default=0.0)
        if self._judged and worst > MAX_SWEEP_AGE_S:
            yield f"sweep: the last good one was {worst:.0f} s ago"

    async def refresh_gauges(self) -> None:
        """Update the gauges that are only known by asking."""
        workspaces, metrics = self._workspaces(), self._metrics
        await self.readiness()
        self._refresh_parts()
        metrics.revision.set(sum(workspace.live_schedule.current.revision for workspace in workspaces))
        metrics.schedule_age.set(max((workspace.source_watcher.age_s for workspace in workspaces), default=0.0))
        metrics.sweep_age.set(max((workspace.worker.sweep_age_s for workspace in workspaces), default=0.0))
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                busy = [workspace for workspace in workspaces if workspace.worker.is_busy]
                queues = await asyncio.gather(*(workspace.worker.queue_status() for workspace in busy))
        except DATABASE_ERRORS:
            metrics.database_up.set(0)
            return
        metrics.database_up.set(1)
        states, held = Counter[str](), Counter[str]()
        for queue in queues:
            states.update(queue.states)
            held.update(queue.paused)
        for state, number in states.items():
            metrics.deliveries.labels(state).set(number)
        for by, number in held.items():
            metrics.held.labels(by).set(number)
        ages = (_age_s(workspace.clock, queue) for workspace, queue in zip(busy, queues, strict=True))
        metrics.overdue.set(sum(queue.overdue for queue in queues))
        metrics.queue_age.set(max(ages, default=0.0))

    def _refresh_parts(self) -> None:
        supervisors = [self._supervisor, *(workspace.supervisor for workspace in self._workspaces())]
        alike: dict[str, list[Part]] = {}
        for part in (part for supervisor in supervisors for part in supervisor.parts):
            alike.setdefault(part.name, []).append(part)
        for name, parts in alike.items():
            up = not any(part.problem or part.is_dead for part in parts)
            self._metrics.part_up.labels(name).set(up)
            self._metrics.part_age.labels(name).set(max(part.success_age_s for part in parts))


def known_problems(workspace: MonitoredWorkspace) -> Iterator[str]:
    """The problems of a workspace that are known without asking its database."""
    if not workspace.live_schedule.current.schedule.talks:
        yield "schedule: it has no talks"
    if dead := workspace.supervisor.dead:
        yield f"part: not working for minutes: {', '.join(dead)}"
    yield from workspace.progress.problems


def _warnings(workspace: MonitoredWorkspace) -> Iterator[str]:
    """The warnings of a workspace that works well."""
    if why := workspace.source_watcher.warning:
        yield f"schedule: the last good version is served, not the source's: {why}"


async def _check_workspace(workspace: MonitoredWorkspace) -> tuple[datetime | None, Sequence[str]]:
    """When the next reminder is due, and whether the database answers."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await workspace.worker.next_due(), ()
    except DATABASE_ERRORS as error:
        return None, [f"database: {passing_reason(error) or type(error).__name__}"]


def _age_s(clock: Clock, queue: QueueStatus) -> float:
    return clock.real_seconds(clock.conference_now() - queue.due) if queue.due else 0.0


def _format_due(due: datetime | None) -> str:
    return due.isoformat(timespec="minutes") if due else ""


def health_routes(checks: HealthChecks) -> list[web.RouteDef]:
    """The three questions that an operator's machines ask."""

    async def healthz(_: web.Request) -> web.Response:
        dead = checks.dead()
        return web.json_response({"alive": not dead} | ({"dead": dead} if dead else {}), status=503 if dead else 200)

    async def answerz(_: web.Request) -> web.Response:
        answering = checks.is_answering()
        return web.json_response({"answering": answering}, status=200 if answering else 503)

    async def readyz(request: web.Request) -> web.Response:
        readiness = await checks.readiness()
        ready = readiness.is_ready(without=request.query.getall("exclude", ()))
        return web.json_response({"ready": ready} | asdict(readiness), status=200 if ready else 503)

    return [web.get("/healthz", healthz), web.get("/answerz", answerz), web.get("/readyz", readyz)]


def metrics_routes(metrics: Metrics, refresh: Callable[[], Awaitable[None]]) -> list[web.RouteDef]:
    """`refresh` updates the gauges that are only known by asking; it is cheap and never waits for long."""

    async def tell(request: web.Request) -> web.Response:
        await refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        written = await asyncio.to_thread(encode, metrics.registry)  # a thousand lines take 20 ms
        return web.Response(body=written, headers={"Content-Type": content_type})

    return [web.get("/metrics", tell)]


@asynccontextmanager
async def run_heartbeat(
    supervisor: Supervisor,
    url: str,
    readiness: Callable[[], Awaitable[Readiness]],
    interval_s: float = HEARTBEAT_INTERVAL_S,
) -> AsyncIterator[None]:
    """Call the address while the block is open, at once and then every minute. Silence says that something is wrong.

    A call that fails is only logged, and without the address, which is often a secret.
    """
    timeout = aiohttp.ClientTimeout(total=min(HEARTBEAT_TIMEOUT_S, interval_s))
    async with aiohttp.ClientSession(timeout=timeout) as session:
        part = supervisor.start("heartbeat", _beat, session, url, readiness, interval_s=interval_s, delay_s=0)
        try:
            yield
        finally:
            await part.stop()


async def _beat(session: aiohttp.ClientSession, url: str, readiness: Callable[[], Awaitable[Readiness]]) -> None:
    state = await readiness()
    if not state.is_ready():
        _log.warning("no heartbeat", problems=state.problems)
        return
    try:
        async with session.get(url) as response:
            if response.status >= 400:
                _log.warning("the heartbeat was not taken", status=response.status)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("the heartbeat did not get through", error=type(error).__name__)
