from datetime import timedelta

from bot.db.database import Database
from bot.db.tables import FIRST_CONFERENCE
from bot.live_schedule import repository
from bot.live_schedule.repository import PublishResult
from bot.schedule.overrides import override_of
from tests.conftest import MachineTime
from tests.schedules import a_talk, london


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


HOUR = timedelta(hours=1)


async def published(database: Database, number: int, document: bytes = b"", by: str = "file") -> PublishResult:
    return await database.write(repository.publish_version, number, document, by, "")


async def test_only_the_next_revision_is_published_and_a_repetition_is_recognised(database: Database) -> None:
    assert await published(database, 1) is PublishResult.NOW
    assert await published(database, 1) is PublishResult.BEFORE
    assert await published(database, 1, b"other") is PublishResult.TOO_LATE
    assert await published(database, 1, by="U1") is PublishResult.TOO_LATE
    assert await published(database, 2) is PublishResult.NOW
    assert await published(database, 1) is PublishResult.TOO_LATE


async def test_the_revision_at_a_moment_is_the_newest_then_or_the_oldest_of_all(
    database: Database, machine: MachineTime
) -> None:
    began = machine()
    for number in (1, 2, 3):
        await published(database, number)
        machine.forward(hours=1)
    assert await database.read(repository.version_number_at, began + HOUR) == (2, began + HOUR)
    assert await database.read(repository.version_number_at, began + 1.5 * HOUR) == (2, began + HOUR)
    assert await database.read(repository.version_number_at, began - HOUR) == (1, began)
