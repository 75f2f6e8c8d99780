import asyncio
import gc
import weakref
from hashlib import sha256

from bot.errors import ScheduleError
from bot.live_schedule.repository import StoredVersion
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.search.index import Index, build


class CountingBuilder:
    """Builds indexes and counts them."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self, schedule: Schedule) -> Index:
        self.built += 1
        return build(schedule)


def stored(number: int, document: bytes) -> StoredVersion:
    return StoredVersion(number, document, "file", "")


async def test_workspaces_that_start_together_with_one_document_share_it(qcon: Schedule) -> None:
    builder = CountingBuilder()
    cache, document = VersionCache(builder), dump(qcon)
    indexed = await asyncio.gather(*(cache.indexed(stored(number, document)) for number in range(1, 9)))
    assert builder.built == 1
    assert all(schedule is indexed[0][0] and index is indexed[0][1] for schedule, index in indexed)
    assert cache.schedule(stored(99, document)) is indexed[0][0]


async def test_a_broken_version_raises_an_error_and_the_next_one_is_indexed(qcon: Schedule) -> None:
    cache = VersionCache(build)
    broken, whole = stored(1, b"talks: 3"), stored(2, dump(qcon))
    *failed, served = await asyncio.gather(
        cache.indexed(broken), cache.indexed(broken), cache.indexed(whole), return_exceptions=True
    )
    assert [type(error) for error in failed] == [ScheduleError] * 2
    assert isinstance(served, tuple)
    assert served[0] == qcon


async def test_cancelling_one_of_two_openings_leaves_the_other_one_its_schedule(qcon: Schedule) -> None:
    cache, version = VersionCache(build), stored(1, dump(qcon))
    leaving, staying = (asyncio.create_task(cache.indexed(version)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying)[0] == qcon


def test_a_cached_revision_is_not_parsed_again_when_it_is_read_from_the_database(qcon: Schedule) -> None:
    cache, document = VersionCache(build), dump(qcon)
    cache.remember(sha256(document).digest(), qcon)
    assert cache.schedule(stored(1, document)) is qcon


async def test_another_document_is_another_version(qcon: Schedule) -> None:
    builder = CountingBuilder()
    cache = VersionCache(builder)
    other = Schedule(qcon.conference, qcon.rooms, qcon.tracks, qcon.speakers, qcon.talks[1:], qcon.info)
    served = [await cache.indexed(stored(number, dump(each))) for number, each in ((1, qcon), (2, other))]
    assert [len(schedule.talks) for schedule, _ in served] == [len(qcon.talks), len(qcon.talks) - 1]
    assert builder.built == 2


async def test_a_version_that_is_no_longer_served_is_dropped_from_the_cache(qcon: Schedule) -> None:
    builder = CountingBuilder()
    cache, version = VersionCache(builder), stored(1, dump(qcon))
    index = weakref.ref((await cache.indexed(version))[1])
    async with asyncio.timeout(30):
        while index():  # the thread that built it may hold it for a moment
            await asyncio.sleep(0.01)
            gc.collect()
    kept = await cache.indexed(version)
    assert builder.built == 2
    assert kept[0] == qcon
