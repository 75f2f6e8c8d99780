import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import Clock, SimulatedClock
from bot.delivery.queue import QueueStatus
from bot.live_schedule.current import Snapshot
from bot.schedule.models import Schedule
from bot.search.index import build
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics
from bot.web.health import HealthChecks, Shutdown
from tests.figures import figure
from tests.schedules import london

NOW = london("10:20")


class Parts:
    """The parts of a workspace, as healthy as the test sets them."""

    def __init__(self, schedule: Schedule) -> None:
        self.current = Snapshot(schedule, build(schedule), 3)
        self.age_s = 12.0
        self.problem = self.warning = ""
        self.sweep_age_s = 1.0
        self.is_busy = True
        self.waiting = QueueStatus({"pending": 2}, overdue=1, due=NOW - timedelta(seconds=40))
        self.failing: Exception | None = None
        self.slow_s = 0.0
        self.problems: list[str] = []
        self.supervisor = Supervisor(Metrics(), dead_after_s=0)

    async def next_due(self) -> datetime | None:
        await self._answer()
        return NOW

    async def queue_status(self) -> QueueStatus:
        await self._answer()
        return self.waiting

    async def _answer(self) -> None:
        await asyncio.sleep(self.slow_s)
        if self.failing:
            raise self.failing


class Looked:
    """A workspace with such parts, in a conference that runs at double speed."""

    def __init__(self, parts: Parts) -> None:
        self.live_schedule: Any = parts
        self.source_watcher: Any = parts
        self.worker: Any = parts
        self.progress: Any = parts
        self.supervisor = parts.supervisor
        self.clock = Clock()
        self.clock.follow(SimulatedClock(self.clock.real_now(), NOW, speed=2))


@pytest.fixture
def parts(qcon: Schedule) -> Parts:
    return Parts(qcon)


@pytest.fixture
def doors() -> Shutdown:
    return Shutdown()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


class OtherProblems:
    """Problems that belong to no workspace."""

    def __init__(self, *problems: str) -> None:
        self.problems = list(problems)

    async def __call__(self) -> list[str]:
        return self.problems


@pytest.fixture
def others() -> OtherProblems:
    return OtherProblems()


def checks_of(metrics: Metrics, doors: Shutdown, others: OtherProblems, *parts: Parts) -> HealthChecks:
    """The checks of a process that serves workspaces with these parts."""
    checks = HealthChecks(lambda: [Looked(each) for each in parts], metrics, doors, Supervisor(metrics), others)
    checks.set_starting("")
    return checks


@pytest.fixture
def vitals(parts: Parts, doors: Shutdown, metrics: Metrics, others: OtherProblems) -> HealthChecks:
    return checks_of(metrics, doors, others, parts)


async def test_a_healthy_workspace_is_ready(vitals: HealthChecks) -> None:
    told = await vitals.readiness()
    assert told.is_ready()
    assert told.line == "5 talks, revision 3, next reminder 2019-03-05T10:20+00:00"


async def test_a_schedule_that_is_set_aside_is_a_warning_and_no_problem(
    doors: Shutdown, metrics: Metrics, others: OtherProblems, qcon: Schedule
) -> None:
    workspaces = [Parts(qcon) for _ in range(3)]
    checks = checks_of(metrics, doors, others, *workspaces)
    for why in ("3 of 5 talks are gone.", ""):
        workspaces[0].warning = workspaces[1].warning = why
        told = await checks.readiness()
        assert told.is_ready()
        expected = f"schedule: the last good version is served, not the source's: {why}"
        assert told.warnings == ((expected,) if why else ())
        assert figure(metrics, "qcon_warning", warning="schedule") == bool(why)


async def test_each_failing_part_is_reported_as_a_problem(
    vitals: HealthChecks, parts: Parts, doors: Shutdown, others: OtherProblems, metrics: Metrics
) -> None:
    parts.failing = ConnectionRefusedError()
    parts.sweep_age_s = 31
    parts.problems = ["sending: Slack refuses the bot's token (token_revoked)"]
    others.problems = ["clock: 3600 s behind Slack's", "socket: not connected to Slack for 70 s"]
    await doors.drain(0)
    told = await vitals.readiness()
    kinds = [problem.partition(":")[0] for problem in told.problems]
    assert kinds == ["stop", "socket", "clock", "sweep", "database", "sending"]
    assert "31 s ago" in told.problems[3]
    assert told.problems[4] == "database: it cannot be reached (ConnectionRefusedError)"
    assert not vitals.is_answering()
    assert figure(metrics, "qcon_problem", problem="clock") == 1
    assert figure(metrics, "qcon_problem", problem="deliveries") == 0


async def test_a_starting_process_names_its_phase_and_does_not_answer(vitals: HealthChecks) -> None:
    assert vitals.is_answering()
    vitals.set_starting("database: it cannot be reached")
    assert (await vitals.readiness()).problems == ("start: database: it cannot be reached",)
    assert not vitals.is_answering()


@pytest.mark.parametrize("judged", [True, False])
async def test_a_dead_part_restarts_the_process_unless_it_is_one_of_many_workspaces(
    judged: bool, parts: Parts, doors: Shutdown, metrics: Metrics, others: OtherProblems
) -> None:
    vitals = HealthChecks(lambda: [Looked(parts)], metrics, doors, Supervisor(metrics), others, judged=judged)
    vitals.set_starting("")

    async def fail() -> None:
        raise ZeroDivisionError

    part = parts.supervisor.start("sweep", fail, delay_s=0)
    await asyncio.sleep(0.05)
    assert list(vitals.dead()) == (["sweep"] if judged else [])
    told = (await vitals.readiness()).problems
    assert told == (("part: not working for minutes: sweep",) if judged else ())
    await part.stop()


async def test_a_silent_database_is_reported_within_seconds(vitals: HealthChecks, parts: Parts) -> None:
    parts.slow_s = 60
    async with asyncio.timeout(5):
        assert (await vitals.readiness()).problems == ("database: there is no answer",)


async def test_a_refresh_updates_the_gauges(vitals: HealthChecks, parts: Parts, metrics: Metrics) -> None:
    await vitals.refresh_gauges()
    assert figure(metrics, "qcon_schedule_revision") == 3
    assert figure(metrics, "qcon_schedule_age_seconds") == 12
    assert figure(metrics, "qcon_deliveries", state="pending") == 2
    assert figure(metrics, "qcon_deliveries_overdue") == 1
    assert 20 <= figure(metrics, "qcon_queue_age_seconds") < 30  # 40 s of a conference that runs at double speed
    parts.failing = ConnectionRefusedError()
    await vitals.refresh_gauges()
    assert figure(metrics, "qcon_database_up") == 0
    assert figure(metrics, "qcon_deliveries", state="pending") == 2


async def test_many_workspaces_are_reported_by_their_sum_or_their_worst(
    qcon: Schedule, metrics: Metrics, doors: Shutdown
) -> None:
    well, ill = Parts(qcon), Parts(qcon)
    ill.sweep_age_s, ill.age_s = 40, 600
    others = OtherProblems("workspaces: none was looked for or opened")
    vitals = checks_of(metrics, doors, others, well, ill)
    told = await vitals.readiness()
    assert (told.talks, told.revision) == (10, 6)
    assert [problem.partition(":")[0] for problem in told.problems] == ["workspaces", "sweep"]
    await vitals.refresh_gauges()
    assert figure(metrics, "qcon_deliveries", state="pending") == 4
    assert figure(metrics, "qcon_schedule_age_seconds") == 600


async def test_a_process_without_workspaces_is_healthy(metrics: Metrics, doors: Shutdown) -> None:
    vitals = checks_of(metrics, doors, OtherProblems())
    assert (await vitals.readiness()).is_ready()
    await vitals.refresh_gauges()
    assert figure(metrics, "qcon_database_up") == 1
