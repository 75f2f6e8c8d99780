import pytest
from sqlalchemy import text

from bot.app import multi
from bot.db.database import Database, Transaction
from bot.db.migrations import migrate
from bot.errors import SettingsError
from bot.settings import workspace_database_url
from tests.conftest import MachineTime


async def _note(tx: Transaction) -> None:
    await tx.execute(text("INSERT INTO seen (key, first_by, at) VALUES ('k', 'me', 0)"))


async def _seen(tx: Transaction) -> int:
    return int((await tx.execute(text("SELECT count(*) FROM seen"))).scalar_one())


async def test_a_home_sees_no_other_and_is_wiped_whole(database_url: str, machine: MachineTime) -> None:
    shared, one, other = (Database(url, machine) for url in (database_url, *_homes(database_url)))
    for each in (shared, one, other):
        await migrate(each)
    await one.write(_note)
    assert [await each.read(_seen) for each in (shared, one, other)] == [0, 1, 0]
    await one.close()
    for _ in range(2):  # nothing is there the second time
        await multi.delete_tenant(_homes(database_url)[0], machine)
    assert await other.read(_seen) == 0
    anew = Database(_homes(database_url)[0], machine)
    await migrate(anew)
    assert await anew.read(_seen) == 0
    for each in (shared, anew, other):
        await each.close()


def _homes(database_url: str) -> tuple[str, str]:
    return workspace_database_url(database_url, "T0ONE"), workspace_database_url(database_url, "T0OTHER")


def test_a_schema_needs_a_plain_name(machine: MachineTime) -> None:
    with pytest.raises(SettingsError, match="schema's name"):
        Database('postgresql://x@y/z?schema=a"b', machine)
