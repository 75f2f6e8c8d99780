from bot.db.database import Database
from bot.delivery import recipients_repository


async def test_saved_talks_of_several_people_are_read_at_once_and_kept_apart(database: Database) -> None:
    for workspace, person, talk in (("T1", "U1", "a"), ("T1", "U1", "b"), ("T1", "U2", "c"), ("T2", "U1", "d")):
        await database.write(recipients_repository.save, workspace, person, talk)
    people = [("T1", "U1"), ("T2", "U2"), ("T2", "U1"), ("T1", "U1")]
    assert await database.read(recipients_repository.saved_by_person, people) == {
        ("T1", "U1"): {"a", "b"},
        ("T2", "U2"): set(),
        ("T2", "U1"): {"d"},
    }
