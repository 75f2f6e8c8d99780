import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.app import workspace_repository
from bot.db import postgresql
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.db.postgresql import CONNECTIONS
from bot.errors import SettingsError
from bot.settings import workspace_database_url
from tests.conftest import MachineTime


async def _note(tx: Transaction) -> None:
    await tx.execute(text("INSERT INTO seen (key, first_by, at) VALUES ('k', 'me', 0)"))


async def _seen(tx: Transaction) -> int:
    return int((await tx.execute(text("SELECT count(*) FROM seen"))).scalar_one())


async def test_a_workspaces_database_sees_no_other_and_is_deleted_completely(
    database_url: str, machine: MachineTime
) -> None:
    shared, one, other = (Database(url, machine) for url in (database_url, *_homes(database_url)))
    for each in (shared, one, other):
        await migrate(each)
    await one.write(_note)
    assert [await each.read(_seen) for each in (shared, one, other)] == [0, 1, 0]
    await one.close()
    for _ in range(2):  # nothing is there the second time
        await workspace_repository.delete_data(_homes(database_url)[0], machine)
    assert await other.read(_seen) == 0
    anew = Database(_homes(database_url)[0], machine)
    await migrate(anew)
    assert await anew.read(_seen) == 0
    for each in (shared, anew, other):
        await each.close()


async def test_workspaces_share_connections_and_threads_and_no_data(database_url: str, machine: MachineTime) -> None:
    shared = Database(database_url, machine)
    workspaces = [shared.beside(workspace_database_url(database_url, f"T0{number}")) for number in range(8)]
    for workspace in workspaces:
        await migrate(workspace)
    await asyncio.gather(*(workspace.write(_note) for workspace in workspaces[1:]))
    for _ in range(3):
        seen = await asyncio.gather(*(workspace.read(_seen) for workspace in workspaces for _ in range(20)))
        assert seen == [0] * 20 + [1] * 140
    if shared.on_postgresql:
        assert await shared.read(_connections) <= CONNECTIONS
    for workspace in workspaces[1:]:
        await workspace.close()
    assert await workspaces[0].read(_seen) == 0
    await workspaces[0].close()
    await shared.close()


async def test_each_sqlite_file_has_one_connection_whose_transactions_take_turns(
    tmp_path: Path, machine: MachineTime
) -> None:
    shared = Database(f"sqlite:///{tmp_path}/bot.sqlite3", machine)
    workspace = shared.beside(f"sqlite:///{tmp_path}/one.sqlite3")
    await migrate(workspace)
    await asyncio.gather(workspace.write(_note), *(workspace.read(_seen) for _ in range(20)))
    opened = Counter(file.path for file in psutil.Process().open_files() if file.path.startswith(str(tmp_path / "one")))
    assert opened
    assert set(opened.values()) == {1}
    await workspace.close()
    await shared.close()


async def test_a_failed_transaction_leaves_no_connection_in_the_wrong_schema(
    postgresql_url: str, machine: MachineTime
) -> None:
    """A commit after an error that was caught is a rollback, and nobody is told."""
    shared = Database(postgresql_url, machine)
    one, other = (shared.beside(url) for url in _homes(postgresql_url))
    for each in (shared, one, other):
        await migrate(each)
    for fail in (_note_twice, _catch_an_error):
        for failing, unharmed in ((one, other), (other, one), (one, shared), (shared, one)):
            with suppress(IntegrityError):
                await failing.write(fail)
            assert await unharmed.read(_schema) != await failing.read(_schema)
            await unharmed.write(_note_other)
            assert (await failing.read(_seen), await unharmed.read(_seen)) == (0, 1)
            await unharmed.write(_delete_seen)
    assert await shared.read(_connections) == 1
    await shared.close()


async def _note_twice(tx: Transaction) -> None:
    await _note(tx)
    await _note(tx)


async def _catch_an_error(tx: Transaction) -> None:
    with suppress(IntegrityError):
        await _note_twice(tx)


async def _note_other(tx: Transaction) -> None:
    await tx.execute(text("INSERT INTO seen (key, first_by, at) VALUES ('l', 'me', 0)"))


async def _delete_seen(tx: Transaction) -> None:
    await tx.execute(text("DELETE FROM seen"))


async def _schema(tx: Transaction) -> str:
    return str((await tx.execute(text("SELECT current_schema()"))).scalar_one())


async def test_an_abandoned_read_gives_its_connection_back(postgresql_url: str, machine: MachineTime) -> None:
    shared = Database(postgresql_url, machine)
    before = await shared.read(_session)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await shared.read(_sleep, 0.2)
    async with asyncio.timeout(30):  # it is free again once the last read has ended, unless it was lost
        while await shared.read(_session) != before:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await shared.read(_sleep, 60)
    async with asyncio.timeout(30):  # the rest is cancelled
        await shared.close()


async def test_abandoned_reads_leave_connections_for_other_reads(
    postgresql_url: str, machine: MachineTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "ABANDONED_S", 60)
    shared = Database(postgresql_url, machine)
    for _ in range(CONNECTIONS):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await shared.read(_sleep, 60)
    async with asyncio.timeout(30):
        await shared.read(_session)
        await shared.close()


async def _sleep(tx: Transaction, seconds: float) -> None:
    await tx.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


async def _session(tx: Transaction) -> int:
    return int((await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def _connections(tx: Transaction) -> int:
    own = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    return int((await tx.execute(text(own))).scalar_one())


def _homes(database_url: str) -> tuple[str, str]:
    return workspace_database_url(database_url, "T0ONE"), workspace_database_url(database_url, "T0OTHER")


def test_a_schema_name_with_a_quote_is_refused(machine: MachineTime) -> None:
    with pytest.raises(SettingsError, match="schema's name"):
        Database('postgresql://x@y/z?schema=a"b', machine)
