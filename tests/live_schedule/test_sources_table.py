from bot.db.database import Database
from bot.db.tables import FIRST_CONFERENCE
from bot.live_schedule import repository


async def test_an_accepted_version_replaces_the_one_refused_before(database: Database) -> None:
    await database.write(repository.accept_source, b"1", "c1")
    await database.write(repository.reject_source, b"2", "too few talks")
    refused = await database.read(repository.rejected_version)
    assert refused is not None
    assert (refused.document, refused.because) == (b"2", "too few talks")
    await database.write(repository.accept_source, b"3", "c1")
    accepted = await database.read(repository.newest_accepted)
    assert accepted is not None
    assert (accepted.document, accepted.because) == (b"3", "")
    assert await database.read(repository.rejected_version) is None


async def test_a_version_that_is_refused_again_keeps_its_number(database: Database) -> None:
    first = await database.write(repository.reject_source, b"1", "why")
    assert await database.write(repository.reject_source, b"1", "why") == first
    second = await database.write(repository.reject_source, b"2", "why")
    await database.write(repository.drop_rejected)
    third = await database.write(repository.reject_source, b"1", "why")
    assert len({first, second, third}) == 3


async def test_the_newest_version_of_every_other_conference_is_known(database: Database) -> None:
    assert await database.read(repository.conference_id) == FIRST_CONFERENCE
    for document, conference in ((b"1", "c1"), (b"2", "c1"), (b"3", "c2"), (b"4", "c3")):
        await database.write(repository.accept_source, document, conference)
    assert await database.read(repository.conference_id) == "c3"
    others = await database.read(repository.other_conferences)
    assert [(version.document, version.conference) for version in others] == [(b"3", "c2"), (b"2", "c1")]
