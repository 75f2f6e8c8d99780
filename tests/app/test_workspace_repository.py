from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.app import workspace_repository
from bot.app.workspace_repository import HELD_FOR, ClosedWorkspace
from bot.db.database import Database
from bot.web.installations import InstallationStore
from tests.conftest import MachineTime
from tests.web.test_installations import KEYS

DAY = timedelta(days=1)


@pytest.fixture
async def database(database_url: str, machine: MachineTime) -> AsyncIterator[Database]:
    database = Database(database_url, machine, shared_clock=False)
    await InstallationStore("1.2", KEYS[:1], database).prepare()
    await database.write(workspace_repository.add_missing, ["T1", "T2"])
    yield database
    await database.close()


async def _due(database: Database) -> set[str]:
    return set(await database.write(workspace_repository.lease_due, 10))


async def _states(database: Database) -> dict[str, str]:
    return {status.workspace: status.state for status in await database.read(workspace_repository.statuses)}


async def test_a_new_workspace_is_due_once_and_again_if_nobody_opens_it(
    database: Database, machine: MachineTime
) -> None:
    assert await _due(database) == {"T1", "T2"}
    assert await _due(database) == set()
    machine.now += HELD_FOR
    assert await _due(database) == {"T1", "T2"}


async def test_an_open_workspace_is_due_when_its_process_dies(database: Database, machine: MachineTime) -> None:
    await _due(database)
    for workspace in ("T1", "T2"):
        await database.write(workspace_repository.note_opened, "process", workspace, "QCon", 1)
    machine.now += HELD_FOR / 2
    await database.write(workspace_repository.hold, "process", ["T1"], ["T1"])
    machine.now += HELD_FOR / 2
    assert await _due(database) == {"T2"}
    assert await _states(database) == {"T1": "open", "T2": "closed"}


async def test_a_workspace_open_in_two_processes_is_due_when_neither_has_it_open(
    database: Database, machine: MachineTime
) -> None:
    await _due(database)
    for process in ("first", "second"):
        await database.write(workspace_repository.note_opened, process, "T1", "QCon", 1)
    closed = ClosedWorkspace("T1", machine.now + DAY, 2)
    await database.write(workspace_repository.release, "first", [closed])
    machine.now += HELD_FOR  # the second process has died meanwhile
    assert "T1" in await _due(database)
    await database.write(workspace_repository.note_opened, "third", "T1", "QCon", 2)
    await database.write(workspace_repository.release, "third", [ClosedWorkspace("T1", machine.now + DAY, 2)])
    machine.now += HELD_FOR
    assert "T1" not in await _due(database)
    machine.now += DAY
    assert "T1" in await _due(database)


async def test_an_open_workspace_that_becomes_due_is_left_to_its_process(
    database: Database, machine: MachineTime
) -> None:
    await database.write(workspace_repository.note_opened, "process", "T1", "QCon", 1)
    await database.write(workspace_repository.make_due, ["T1"])
    assert await _due(database) == {"T2"}
    machine.now += HELD_FOR / 2
    await database.write(workspace_repository.hold, "process", ["T1"], [])
    machine.now += HELD_FOR * 0.9
    assert await _due(database) == {"T2"}
    await database.write(workspace_repository.release, "process", [ClosedWorkspace("T1", machine.now + DAY, 1)])
    assert await _due(database) == {"T1"}


async def test_a_workspace_that_cannot_be_opened_is_due_less_and_less_often(
    database: Database, machine: MachineTime
) -> None:
    await _due(database)
    waits = []
    for _ in range(8):
        await database.write(workspace_repository.record_failure, "process", "T1", "no schedule")
        waits.append(next(iter(await database.read(workspace_repository.statuses))).due_at - machine.now)
    assert waits[:3] == [timedelta(minutes=minutes) for minutes in (1, 2, 4)]
    assert waits[-1] == timedelta(hours=1)
    assert await _states(database) == {"T1": "failed", "T2": "closed"}
    await database.write(workspace_repository.note_opened, "process", "T1", "QCon", 1)
    assert (await _states(database))["T1"] == "open"


async def test_failures_count_until_a_workspace_is_known_to_work(database: Database, machine: MachineTime) -> None:
    """A workspace whose token is refused opens, and fails right afterwards."""
    waits = []
    for _ in range(3):
        await database.write(workspace_repository.note_opened, "process", "T1", "QCon", 1)
        await database.write(workspace_repository.record_failure, "process", "T1", "the token is refused")
        waits.append(next(iter(await database.read(workspace_repository.statuses))).due_at - machine.now)
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4)]
    await database.write(workspace_repository.forget_failures, "T1")
    await database.write(workspace_repository.record_failure, "process", "T1", "the token is refused")
    assert next(iter(await database.read(workspace_repository.statuses))).due_at - machine.now == waits[0]


async def test_a_source_version_noted_while_a_workspace_is_open_makes_it_due_once_closed(
    database: Database, machine: MachineTime
) -> None:
    await _due(database)
    await database.write(workspace_repository.note_opened, "process", "T1", "QCon", 1)
    await database.write(workspace_repository.note_source, ["T1"], "another version")
    await database.write(
        workspace_repository.release, "process", [ClosedWorkspace("T1", machine.now + DAY / 2, 1, "the first version")]
    )
    assert await _due(database) == {"T1"}
    await database.write(workspace_repository.note_opened, "process", "T1", "QCon", 2)
    await database.write(
        workspace_repository.release, "process", [ClosedWorkspace("T1", machine.now + DAY / 2, 2, "another version")]
    )
    await database.write(workspace_repository.note_source, ["T1"], "another version")  # it serves that already
    assert await _due(database) == set()


async def test_a_workspace_that_left_is_forgotten(database: Database) -> None:
    await database.write(workspace_repository.note_opened, "process", "T1", "QCon", 1)
    await database.write(workspace_repository.forget, "T1")
    assert await _states(database) == {"T2": "closed"}
