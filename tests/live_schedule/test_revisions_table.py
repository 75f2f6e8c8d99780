from datetime import timedelta

from bot.db.database import Database
from bot.live_schedule import repository
from bot.live_schedule.repository import PublishResult
from tests.conftest import MachineTime

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
