import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

from bot.live_schedule.repository import StoredVersion
from bot.live_schedule.version_cache import VersionCache
from bot.live_schedule.versions import Revision
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
    return StoredVersion(number, document, "file", "", datetime(2019, 3, 5, tzinfo=UTC))


def test_workspaces_that_start_together_with_one_document_share_it(qcon: Schedule) -> None:
    builder = CountingBuilder()
    cache, document = VersionCache(builder), dump(qcon)
    with ThreadPoolExecutor(8) as threads:
        indexed = list(threads.map(lambda number: cache.indexed(cache.revision(stored(number, document))), range(1, 9)))
    assert builder.built == 1
    assert all(schedule is indexed[0][0] and index is indexed[0][1] for schedule, index in indexed)
    assert cache.schedule(stored(99, document)) is indexed[0][0]


def test_a_cached_revision_is_not_parsed_again_when_it_is_read_from_the_database(qcon: Schedule) -> None:
    cache, document = VersionCache(build), dump(qcon)
    cache.remember(Revision(1, sha256(document).digest(), qcon))
    assert cache.schedule(stored(1, document)) is qcon


def test_another_document_is_another_version(qcon: Schedule) -> None:
    builder = CountingBuilder()
    cache = VersionCache(builder)
    other = Schedule(qcon.conference, qcon.rooms, qcon.tracks, qcon.speakers, qcon.talks[1:], qcon.info)
    served = [cache.indexed(cache.revision(stored(number, dump(each)))) for number, each in ((1, qcon), (2, other))]
    assert [len(schedule.talks) for schedule, _ in served] == [len(qcon.talks), len(qcon.talks) - 1]
    assert builder.built == 2


def test_a_version_that_is_no_longer_served_is_dropped_from_the_cache(qcon: Schedule) -> None:
    builder = CountingBuilder()
    cache, version = VersionCache(builder), stored(1, dump(qcon))
    served = cache.indexed(cache.revision(version))
    del served
    gc.collect()
    kept = cache.indexed(cache.revision(version))
    assert builder.built == 2
    assert kept[0] == qcon
