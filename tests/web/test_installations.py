import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import text

from bot.db.database import Database, Transaction
from bot.errors import SettingsError
from bot.web.installations import InstallationStore, Uninstall
from tests.conftest import MachineTime

KEYS = [base64.b64encode(bytes([number] * 32)).decode() for number in range(3)]


@pytest.fixture
async def empty(database_url: str, machine: MachineTime) -> AsyncIterator[Database]:
    database = Database(database_url, machine, shared_clock=False)
    yield database
    await database.close()


async def _prepared(database: Database, *keys: str) -> InstallationStore:
    installations = InstallationStore("1.2", keys or KEYS[:1], database)
    await installations.prepare()
    return installations


def _of(workspace: str, token: str) -> Installation:
    return Installation(
        app_id="A1", team_id=workspace, bot_token=token, bot_id="B1", bot_user_id="U1", user_id="U0SOMEBODY"
    )


async def _tokens(installations: InstallationStore) -> dict[str, str]:
    return {workspace: bot.token for workspace, bot in (await installations.installed()).bots.items()}


async def _kept(tx: Transaction) -> str:
    return str([tuple(row) for row in await tx.execute(text("SELECT * FROM slack_bots"))])


async def test_the_newest_token_is_stored_once_encrypted_and_without_a_persons_name(empty: Database) -> None:
    installations = await _prepared(empty)
    for token in ("xoxb-old", "xoxb-new"):
        await installations.async_save(_of("T1", token))
    await installations.async_save(_of("T2", "xoxb-other"))
    assert await _tokens(installations) == {"T1": "xoxb-new", "T2": "xoxb-other"}
    kept = await empty.read(_kept)
    assert kept.count("'T1'") == 1
    assert "xoxb" not in kept
    assert "U0SOMEBODY" not in kept


async def test_a_new_key_encrypts_all_tokens_so_that_the_old_one_can_be_removed(empty: Database) -> None:
    await (await _prepared(empty, KEYS[0])).async_save(_of("T1", "xoxb-1"))
    assert await _tokens(await _prepared(empty, KEYS[1], KEYS[0])) == {"T1": "xoxb-1"}
    assert await _tokens(await _prepared(empty, KEYS[1])) == {"T1": "xoxb-1"}
    with pytest.raises(SettingsError, match="add the previous key after the new one"):
        await _prepared(empty, KEYS[2])


ROTATION = [(KEYS[0],), (KEYS[0], KEYS[1]), (KEYS[1], KEYS[0]), (KEYS[1],)]  # as docs/workspaces.md has it


async def test_every_process_can_read_every_token_while_the_key_is_rotated(empty: Database) -> None:
    tokens = {"T0": "xoxb-0"}
    await (await _prepared(empty, *ROTATION[0])).async_save(_of("T0", "xoxb-0"))
    for step, (before, after) in enumerate(pairwise(ROTATION)):
        processes = [await _prepared(empty, *keys) for keys in (before, after, before, after)]  # in any order, again
        for number, process in enumerate(processes):
            workspace = f"T{step}{number}"
            tokens[workspace] = f"xoxb-{workspace}"
            await process.async_save(_of(workspace, tokens[workspace]))
            assert [await _tokens(reader) for reader in processes] == [tokens] * len(processes)
        for _ in range(2):
            await _prepared(empty, *after)  # by the end of a step, each has been restarted
    assert await _tokens(await _prepared(empty, KEYS[1])) == tokens


@pytest.mark.parametrize(
    "spoilt",
    ["", "nonsense", "gAAAAAB\u00e9", Fernet(KEYS[2]).encrypt(b"x").decode()],
    ids=["nothing", "nonsense", "not ASCII", "of another key"],
)
async def test_an_unreadable_token_affects_neither_the_start_nor_other_workspaces(empty: Database, spoilt: str) -> None:
    installations = await _prepared(empty)
    for workspace in ("T1", "T2", "T3"):
        await installations.async_save(_of(workspace, f"xoxb-{workspace}"))
    await empty.write(_spoil, "T2", spoilt)
    for keys in ((KEYS[0],), (KEYS[1], KEYS[0]), (KEYS[1],)):
        found = await (await _prepared(empty, *keys)).installed()
        assert {workspace: bot.token for workspace, bot in found.bots.items()} == {"T1": "xoxb-T1", "T3": "xoxb-T3"}
        assert found.unreadable == {"T2"}


async def _spoil(tx: Transaction, workspace: str, sealed: str) -> None:
    statement = text("UPDATE slack_bots SET bot_token = :sealed WHERE team_id = :workspace")
    await tx.execute(statement, {"sealed": sealed, "workspace": workspace})


async def test_an_uninstalled_workspace_loses_its_token_at_once_and_is_deleted_later(
    empty: Database, machine: MachineTime
) -> None:
    installations = await _prepared(empty)
    await installations.async_save(_of("T1", "xoxb-1"))
    for _ in range(2):  # every node may hear of it
        await installations.uninstall("T1", datetime.now(UTC))
    assert "T1" not in await empty.read(_kept)
    assert await installations.uninstalls() == [Uninstall("T1", due=False)]
    await installations.async_save(_of("T1", "xoxb-back"))
    assert await _tokens(installations) == {}  # not before what it left is deleted
    machine.now += timedelta(minutes=2)
    assert await installations.uninstalls() == [Uninstall("T1", due=True)]
    await installations.forget_uninstall("T1")
    assert await _tokens(installations) == {"T1": "xoxb-back"}


async def test_an_old_uninstall_event_after_a_new_installation_is_ignored(empty: Database) -> None:
    installations = await _prepared(empty)
    left_at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
    await installations.async_save(_of("T1", "xoxb-back"))
    await installations.uninstall("T1", left_at)
    assert await _tokens(installations) == {"T1": "xoxb-back"}
    assert await installations.uninstalls() == []
    await installations.uninstall("T1", left_at + timedelta(seconds=1))
    assert await _tokens(installations) == {}


async def test_several_nodes_may_prepare_the_installations_at_once(database_url: str, machine: MachineTime) -> None:
    nodes = [Database(database_url, machine) for _ in range(3)]
    for node in nodes:
        assert await _tokens(await _prepared(node)) == {}
        await node.close()


async def test_an_install_state_is_used_once_and_forgotten_after_hours(empty: Database) -> None:
    installations, now = await _prepared(empty), datetime(2019, 3, 5, 10, tzinfo=UTC)
    assert await installations.use_state("one", now)
    assert not await installations.use_state("one", now)
    assert await installations.use_state("two", now + timedelta(minutes=10))
    assert await empty.read(_used) == {"one", "two"}
    assert await installations.use_state("three", now + timedelta(hours=2))
    assert await empty.read(_used) == {"three"}


async def _used(tx: Transaction) -> set[str]:
    return set((await tx.execute(text("SELECT state FROM used_install_states"))).scalars())
