from bot.store import sources
from bot.store.database import Database


async def test_the_newest_accepted_version_is_served_and_what_was_refused_before_is_past(database: Database) -> None:
    await database.write(sources.accept_source, b"1")
    await database.write(sources.reject_source, b"2", "too few talks")
    refused = await database.read(sources.rejected_version)
    assert refused is not None
    assert (refused.document, refused.because) == (b"2", "too few talks")
    await database.write(sources.accept_source, b"3")
    accepted = await database.read(sources.newest_accepted)
    assert accepted is not None
    assert (accepted.document, accepted.because) == (b"3", "")
    assert await database.read(sources.rejected_version) is None


async def test_a_version_that_is_refused_again_keeps_its_number_and_another_gets_a_new_one(database: Database) -> None:
    first = await database.write(sources.reject_source, b"1", "why")
    assert await database.write(sources.reject_source, b"1", "why") == first
    second = await database.write(sources.reject_source, b"2", "why")
    await database.write(sources.drop_rejected)
    third = await database.write(sources.reject_source, b"1", "why")
    assert len({first, second, third}) == 3
