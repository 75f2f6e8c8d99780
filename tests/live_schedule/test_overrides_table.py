from bot.db.database import Database
from bot.live_schedule import repository
from bot.schedule.overrides import override_of
from tests.conftest import MachineTime
from tests.schedules import a_talk, london

LATER = override_of(a_talk("A"), start=london("11:00"), end=london("11:50"))

FULL = override_of(a_talk("B"), full=True)


async def test_overrides_are_kept_in_order_with_their_author_and_time(database: Database, machine: MachineTime) -> None:
    await database.write(repository.add_override, "U1", "delayed", [LATER])
    machine.forward(minutes=1)
    await database.write(repository.add_override, "U2", "full", [FULL, LATER])
    first, second = await database.read(repository.all_overrides)
    assert (first.by, first.action, first.edits) == ("U1", "delayed", (LATER,))
    assert (second.edits, second.at) == ((FULL, LATER), machine())
    assert await database.read(repository.recent_overrides, 1) == (second,)


async def test_an_override_is_undone_once_and_stays_in_the_history(database: Database) -> None:
    await database.write(repository.add_override, "U1", "delayed", [LATER])
    [made] = await database.read(repository.all_overrides)
    assert await database.write(repository.undo_override, made.id, "U2")
    assert not await database.write(repository.undo_override, made.id, "U3")
    [undone] = await database.read(repository.recent_overrides, 5)
    assert undone.undone_by == "U2"
