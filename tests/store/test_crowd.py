from bot.store import agenda, crowd, people
from bot.store.database import Database
from bot.store.people import Preferences


async def test_many_people_are_kept_at_once_as_if_each_had_chosen(database: Database) -> None:
    chosen = Preferences(reminded=True, lead=10, digest=True, channel="D1")
    await database.write(
        crowd.insert_attendees, "T1", {"U1": chosen, "U2": Preferences()}, {"U1": ("a", "b"), "U2": ()}
    )
    assert await database.read(people.preferences, "T1", "U1") == chosen
    assert await database.read(people.preferences, "T1", "U2") == Preferences()
    assert await database.read(agenda.saved, "T1", "U1") == {"a", "b"}
    assert await database.read(agenda.saved, "T1", "U2") == frozenset()


async def test_an_empty_crowd_is_none(database: Database) -> None:
    await database.write(crowd.insert_attendees, "T1", {}, {})
    assert await database.read(people.preferences, "T1", "U1") is None
