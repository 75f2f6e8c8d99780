from bot.db.database import Database
from bot.live_schedule import repository


async def test_the_newest_accepted_version_is_served_and_what_was_refused_before_is_past(database: Database) -> None:
    await database.write(repository.accept_source, b"1")
    await database.write(repository.reject_source, b"2", "too few talks")
    refused = await database.read(repository.rejected_version)
    assert refused is not None
    assert (refused.document, refused.because) == (b"2", "too few talks")
    await database.write(repository.accept_source, b"3")
    accepted = await database.read(repository.newest_accepted)
    assert accepted is not None
    assert (accepted.document, accepted.because) == (b"3", "")
    assert await database.read(repository.rejected_version) is None


async def test_a_version_that_is_refused_again_keeps_its_number_and_another_gets_a_new_one(database: Database) -> None:
    first = await database.write(repository.reject_source, b"1", "why")
    assert await database.write(repository.reject_source, b"1", "why") == first
    second = await database.write(repository.reject_source, b"2", "why")
    await database.write(repository.drop_rejected)
    third = await database.write(repository.reject_source, b"1", "why")
    assert len({first, second, third}) == 3
