"""Workspaces are opened and closed by a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.exc import TimeoutError as NoConnectionError

from bot.app import workspace_repository
from bot.app.process import Process
from bot.app.workspace import RunningWorkspace
from bot.app.workspace_manager import IDLE_S, RETRY_AFTER_S, RETRY_DATABASE_S, VISIT_S, WorkspaceManager
from bot.app.workspace_repository import HELD_FOR, ClosedWorkspace
from bot.db.database import Database
from bot.errors import BotError
from bot.settings import Settings
from bot.web.installations import InstallationStore, InstalledBot
from tests.benchmarks import copies
from tests.conftest import MachineTime
from tests.end_to_end.several import CLIENT_ID, KEY, SlackWithWorkspaces

ONE, TWO = "T0ONE", "T0TWO"


class Running:
    """A running workspace, as far as the manager looks at it."""

    def __init__(self, id: str, machine: MachineTime) -> None:
        self.id = id
        self.work_at: datetime | None = None
        self.clock = SimpleNamespace(real_now=machine)
        self.worker = SimpleNamespace(next_work_at=self._next_work_at)
        self.live_schedule = SimpleNamespace(
            current=SimpleNamespace(
                revision=1, schedule=SimpleNamespace(conference=SimpleNamespace(name="QCon London 2019"))
            ),
            refresh=self._nothing,
        )
        self.source_watcher = SimpleNamespace(is_settled=True, served_digest="digest")
        self.supervisor = SimpleNamespace(dead=(), start=lambda *_, **__: None)
        self.database = SimpleNamespace(close=self._nothing)

    async def _next_work_at(self) -> datetime | None:
        return self.work_at

    async def _nothing(self) -> None:
        pass


class Trial:
    """A manager, the workspaces that it has opened, and what happens when it opens one."""

    def __init__(self, database: Database, settings: Settings, machine: MachineTime) -> None:
        self.seconds = 0.0  # monotonic
        self.machine = machine
        self.opened: list[str] = []
        self.work_at: datetime | None = None
        self.failing: set[str] = set()
        self.refused: set[str] = set()  # by the database
        self.hanging: dict[str, asyncio.Event] = {}
        self.database = database
        store = InstallationStore(CLIENT_ID, (KEY,), database)
        process = Process(database=database)
        self.manager = WorkspaceManager(settings, store, process, database, self._run, now=lambda: self.seconds)

    @asynccontextmanager
    async def _run(self, process: Process, id: str, _bot: InstalledBot, _served: str) -> AsyncIterator[Any]:
        self.opened.append(id)
        if id in self.hanging:
            await self.hanging[id].wait()
        if id in self.refused:
            raise BotError("schedule: no connection to it is free") from NoConnectionError()
        if id in self.failing:
            raise BotError("The schedule has no talks.")
        running = Running(id, self.machine)
        running.work_at = self.work_at
        yield cast("RunningWorkspace", running)

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds
        self.machine.now += timedelta(seconds=seconds)

    @property
    def open(self) -> set[str]:
        return {workspace.id for workspace in self.manager.running_workspaces()}

    async def refresh(self) -> None:
        """Look once, as the manager does every few seconds, and wait for every task that this starts."""
        await self.manager.refresh()
        await self.settle()

    async def settle(self) -> None:
        """Wait for every task that opens a workspace."""
        async with asyncio.timeout(30):
            while under_way := [task for task in asyncio.all_tasks() if task.get_coro().__name__ in _UNDER_WAY]:  # type: ignore[union-attr]
                await asyncio.wait(under_way)


_UNDER_WAY = {"_open_in_turn", "run_safely"}


@pytest.fixture
async def trial(database_url: str, machine: MachineTime) -> AsyncIterator[Trial]:
    """Two workspaces that nobody has open, and nothing due for a day."""
    database = Database(database_url, machine, shared_clock=False)
    async with SlackWithWorkspaces.serving(ONE, TWO) as slack:
        await copies.install(database_url, list(slack.workspaces.values()))
        await database.write(workspace_repository.add_missing, [ONE, TWO])
        await database.write(workspace_repository.lease_due, 10)
        later = machine.now + workspace_repository.LOOK_AGAIN
        for id in (ONE, TWO):
            await database.write(workspace_repository.note_opened, "before", id, "QCon London 2019", 1)
            await database.write(workspace_repository.release, "before", [ClosedWorkspace(id, later, 1)])
        settings = Settings(
            client_id=CLIENT_ID, slack_api_url=f"{slack.url}/api/", public_url="https://bot.example.org"
        )
        trial = Trial(database, settings, machine)
        yield trial
        await trial.manager.stop_looking()
        await trial.manager.stop()
    await database.close()


async def _make_due(trial: Trial, *ids: str) -> None:
    for id in ids:
        later = ClosedWorkspace(id, trial.machine.now, 1)
        await trial.database.write(workspace_repository.release, "before", [later])


async def test_no_workspace_is_open_while_nothing_is_due_and_nobody_asks(trial: Trial) -> None:
    await trial.refresh()
    assert trial.open == set()


async def test_a_request_opens_a_workspace_and_it_is_closed_when_idle(trial: Trial) -> None:
    await trial.refresh()
    assert await trial.manager.find(ONE)
    trial.pass_time(IDLE_S - 1)
    await trial.refresh()
    assert trial.open == {ONE}
    assert await trial.manager.find(ONE)
    trial.pass_time(IDLE_S - 1)
    await trial.refresh()
    assert trial.open == {ONE}
    trial.pass_time(1)
    await trial.refresh()
    assert (trial.open, trial.opened) == (set(), [ONE])


async def test_a_due_workspace_is_opened_and_soon_closed_again(trial: Trial) -> None:
    await _make_due(trial, ONE)
    await trial.refresh()
    assert trial.open == {ONE}
    trial.pass_time(VISIT_S)
    await trial.refresh()
    assert trial.open == set()


async def test_a_workspace_stays_open_while_something_is_due_soon(trial: Trial) -> None:
    trial.work_at = trial.machine.now + timedelta(minutes=5)
    await _make_due(trial, ONE)
    await trial.refresh()
    trial.pass_time(VISIT_S)
    await trial.refresh()
    assert trial.open == set()  # it is opened again in time
    trial.work_at = trial.machine.now + timedelta(minutes=1)
    assert await trial.manager.find(ONE, by_people=False)
    trial.pass_time(VISIT_S)
    await trial.refresh()
    assert trial.open == {ONE}


async def test_a_workspace_that_fails_to_open_is_retried_ever_less_often_and_delays_no_other(trial: Trial) -> None:
    trial.failing = {ONE}
    await _make_due(trial, ONE, TWO)
    await trial.refresh()
    assert trial.open == {TWO}
    assert await trial.manager.find(ONE) is None  # a request does not try again at once
    assert trial.opened.count(ONE) == 1
    tried = []
    for minute in range(1, 16):
        trial.pass_time(60)
        before = trial.opened.count(ONE)
        await trial.refresh()
        if trial.opened.count(ONE) > before:
            tried.append(minute)
    assert tried == [1, 3, 7, 15]
    trial.failing = set()
    trial.pass_time(RETRY_AFTER_S)
    assert await trial.manager.find(ONE)


async def test_a_workspace_that_hangs_while_it_opens_delays_no_other(trial: Trial) -> None:
    trial.hanging = {ONE: asyncio.Event()}
    await _make_due(trial, ONE, TWO)
    await trial.manager.refresh()
    async with asyncio.timeout(30):
        while trial.open != {TWO}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await trial.manager.find(ONE, wait_s=0.1) is None
    trial.hanging.pop(ONE).set()
    assert await trial.manager.find(ONE)
    assert trial.opened.count(ONE) == 1


async def test_a_manager_that_looks_no_more_opens_what_people_ask_for_but_nothing_that_is_due(trial: Trial) -> None:
    trial.failing = {ONE, TWO}  # such workspaces are opened one by one
    await _make_due(trial, ONE, TWO)
    await trial.refresh()
    trial.failing, trial.hanging = set(), dict.fromkeys((ONE, TWO), asyncio.Event())
    trial.pass_time(RETRY_AFTER_S)
    await trial.manager.refresh()
    async with asyncio.timeout(30):
        while len(trial.opened) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await trial.manager.stop_looking()
    first = trial.opened[-1]
    trial.hanging[first].set()
    assert await trial.manager.find(first)
    await trial.settle()
    assert trial.open == {first}
    (other,) = {ONE, TWO} - {first}
    assert await trial.manager.find(other)


async def test_a_workspace_that_another_process_has_open_is_opened_only_when_that_process_dies(trial: Trial) -> None:
    await trial.database.write(workspace_repository.note_opened, "another process", ONE, "QCon London 2019", 1)
    await trial.database.write(workspace_repository.make_due, [ONE])
    await trial.refresh()
    assert trial.open == set()
    trial.pass_time(HELD_FOR.total_seconds())
    await trial.refresh()
    assert trial.open == {ONE}


async def test_an_open_workspace_stays_with_its_process_while_the_process_lives(trial: Trial) -> None:
    await trial.refresh()
    assert await trial.manager.find(ONE)
    for _ in range(8):
        trial.pass_time(HELD_FOR.total_seconds() / 2)
        await trial.refresh()
        assert await trial.database.write(workspace_repository.lease_due, 10) == []


async def test_a_newly_installed_workspace_is_opened_at_once(trial: Trial) -> None:
    assert await trial.manager.wait_until_running(TWO)
    assert trial.open == {TWO}


async def test_a_workspace_that_found_no_database_connection_is_retried_soon(trial: Trial) -> None:
    await trial.refresh()
    trial.refused = {ONE}
    assert await trial.manager.find(ONE) is None
    trial.refused = set()
    assert await trial.manager.find(ONE) is None
    trial.pass_time(RETRY_DATABASE_S)
    assert await trial.manager.find(ONE)
