from bot.db.database import Database
from bot.delivery import recipients_repository
from bot.delivery.recipients_repository import Preferences


async def test_many_attendees_are_inserted_with_their_preferences_and_saved_talks(database: Database) -> None:
    chosen = Preferences(reminded=True, lead=10, digest=True, channel="D1")
    await database.write(
        recipients_repository.insert_attendees, "T1", {"U1": chosen, "U2": Preferences()}, {"U1": ("a", "b"), "U2": ()}
    )
    assert await database.read(recipients_repository.preferences, "T1", "U1") == chosen
    assert await database.read(recipients_repository.preferences, "T1", "U2") == Preferences()
    assert await database.read(recipients_repository.saved, "T1", "U1") == {"a", "b"}
    assert await database.read(recipients_repository.saved, "T1", "U2") == frozenset()


async def test_inserting_no_attendees_changes_nothing(database: Database) -> None:
    await database.write(recipients_repository.insert_attendees, "T1", {}, {})
    assert await database.read(recipients_repository.preferences, "T1", "U1") is None
