import asyncio

import pytest

from bot.errors import BotError, SettingsError
from bot.live_schedule.fetch import FetchError
from bot.live_schedule.repository import StoredVersion
from bot.live_schedule.shared_source import FollowedSource, SharedSource
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.importers.models import OWN_FORMAT, ImportResult
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import dump
from bot.search.index import build
from tests.live_schedule.sources import GivenSource
from tests.schedules import a_schedule, a_talk

TEA, COFFEE = a_schedule(a_talk("Tea")), a_schedule(a_talk("Coffee"))


class CountedSource(GivenSource):
    """A source that counts how often it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.error: BotError | None = None

    async def read_if_changed(self, _max_age_s: float = 0) -> ImportResult | None:
        self.reads += 1
        if self.error:
            raise self.error
        return self.version


def _version(schedule: Schedule) -> ImportResult:
    return ImportResult(schedule, OWN_FORMAT, entries=1)


async def test_a_shared_source_is_read_once_for_all_its_followers() -> None:
    source = CountedSource()
    shared = SharedSource(source, VersionCache(build).remember)
    followers = [FollowedSource(shared) for _ in range(20)]
    source.version = _version(TEA)
    seen = [await follower.read_if_changed(60) for follower in followers]
    assert [result and result.schedule for result in seen] == [TEA] * 20
    assert [await follower.read_if_changed(60) for follower in followers] == [None] * 20
    assert source.reads == 1


async def test_a_second_read_finds_a_new_version_with_another_digest() -> None:
    source = CountedSource()
    follower = FollowedSource(SharedSource(source, VersionCache(build).remember))
    source.version = _version(TEA)
    await follower.read_if_changed(60)
    first = follower.digest
    assert await follower.read_if_changed(0) is None  # it was read again, and is the same
    assert (source.reads, follower.digest) == (2, first)
    source.version = _version(COFFEE)
    seen = await follower.read_if_changed(0)
    assert seen is not None
    assert seen.schedule == COFFEE
    assert follower.digest not in ("", first)


async def test_every_follower_is_told_that_the_source_cannot_be_used() -> None:
    source = CountedSource()
    shared = SharedSource(source, VersionCache(build).remember)
    source.error = SettingsError("no time zone")
    for follower in [FollowedSource(shared) for _ in range(2)]:
        with pytest.raises(SettingsError, match="no time zone"):
            await follower.read_if_changed(60)
        assert follower.digest == ""
        assert await follower.read_if_changed(60) is None


async def test_a_source_that_fails_for_a_while_keeps_its_version() -> None:
    source = CountedSource()
    follower = FollowedSource(SharedSource(source, VersionCache(build).remember))
    source.version = _version(TEA)
    await follower.read_if_changed(60)
    first, source.error = follower.digest, FetchError("no answer")
    for max_age_s in (0, 60):  # read again, and told again without reading
        with pytest.raises(FetchError, match="no answer"):
            await follower.read_if_changed(max_age_s)
    source.error = None
    assert await follower.read_if_changed(0) is None
    assert (source.reads, follower.digest) == (3, first)


async def test_a_source_shares_its_schedule_with_the_workspaces_that_serve_it() -> None:
    cache, source = VersionCache(build), CountedSource()
    source.version = _version(a_schedule(a_talk("Tea")))
    served, _ = await cache.indexed(StoredVersion(1, dump(TEA), "file", ""))
    seen = await SharedSource(source, cache.remember).read(60)
    assert isinstance(seen, ImportResult)
    assert seen.schedule is served


class SlowSource(CountedSource):
    """A source that answers when it may, and tells each version once."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def read_if_changed(self, _max_age_s: float = 0) -> ImportResult | None:
        self.reads += 1
        told, self.version = self.version, None
        await self.may_answer.wait()
        return told


async def test_a_version_is_not_lost_if_its_first_reader_leaves() -> None:
    source = SlowSource()
    source.version = _version(TEA)
    shared = SharedSource(source, VersionCache(build).remember)
    leaving = asyncio.create_task(FollowedSource(shared).read_if_changed(0))
    await asyncio.sleep(0)
    staying = asyncio.create_task(FollowedSource(shared).read_if_changed(0))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    source.may_answer.set()
    seen = await staying
    assert seen is not None
    assert (seen.schedule, source.reads) == (TEA, 1)


async def test_a_version_is_known_by_its_digest_until_the_next_one_is_ready() -> None:
    source, digests = CountedSource(), list[str]()

    def remember(_: bytes, schedule: Schedule) -> Schedule:
        digests.append(follower.digest)
        return schedule

    follower = FollowedSource(SharedSource(source, remember))
    for schedule in (TEA, COFFEE):
        source.version = _version(schedule)
        await follower.read_if_changed(0)
        digests.append(follower.digest)
    assert digests[2] == digests[1] != digests[3]
