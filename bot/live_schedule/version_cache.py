"""A cache of stored versions: parsed and indexed once for all workspaces of a process that serve the same document.

It frees megabytes at a time. The C library keeps them: glibc gives freed memory back only if it is told to.
"""

import asyncio
import ctypes
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakValueDictionary

from bot.live_schedule.repository import SourceVersion, StoredVersion
from bot.live_schedule.versions import Revision, load_stored
from bot.schedule.models import Schedule
from bot.search.index import Index

Indexed = tuple[Schedule, Index]


class VersionCache:
    """Schedules and their indexes by the hash of the stored document. What nobody serves any more is forgotten.

    Its plain methods take their time, and are for threads. They run one at a time, so that nothing is parsed twice.
    """

    def __init__(self, build: Callable[[Schedule], Index]) -> None:
        """`build` builds the search index of a schedule."""
        self._build = build
        self._schedules: WeakValueDictionary[bytes, Schedule] = WeakValueDictionary()
        self._indexes: WeakValueDictionary[bytes, Index] = WeakValueDictionary()
        self._lock = threading.Lock()
        # Two schedules at a time would take twice as long each.
        self._one_thread = ThreadPoolExecutor(1, "versions")

    def schedule(self, version: StoredVersion | SourceVersion) -> Schedule:
        """Return the schedule of a stored version."""
        digest = version.digest
        with self._lock:
            return self._schedules.get(digest) or self._schedules.setdefault(digest, load_stored(version))

    def remember(self, digest: bytes, schedule: Schedule) -> Schedule:
        """Know the schedule of the document with this hash for as long as somebody holds it.

        Return the one that is known.
        """
        with self._lock:
            return self._schedules.setdefault(digest, schedule)

    async def indexed(self, version: StoredVersion | Revision) -> Indexed:
        """Return the schedule of a revision and its index.

        Workspaces that open together with one schedule share it. Schedules are parsed and indexed one after the other.
        """
        digest = version.digest
        if known := self._known(digest):
            return known
        run = asyncio.get_running_loop().run_in_executor
        return await run(self._one_thread, self._parse_and_index, digest, version)

    def _known(self, digest: bytes) -> Indexed | None:
        schedule, index = self._schedules.get(digest), self._indexes.get(digest)
        return (schedule, index) if schedule is not None and index is not None else None

    def _parse_and_index(self, digest: bytes, version: StoredVersion | Revision) -> Indexed:
        if known := self._known(digest):
            return known
        schedule = self.remember(digest, version.schedule) if isinstance(version, Revision) else self.schedule(version)
        release_memory()  # of reading and comparing, so that the index does not come on top of it
        return schedule, self._indexes.setdefault(digest, self._build(schedule))


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # from malloc.h

_BIG = 2**20  # bytes of a block that goes back to the system as soon as it is freed


def share_one_arena() -> None:
    """Let all threads take memory from one place, so that what one has freed is of use to the others.

    Call this before there are threads. Otherwise each would keep what it needed once, to read or index a big schedule.
    Big blocks, such as documents and the arrays of an index, stay apart: glibc would keep them too, once it has seen
    some.
    """
    _call("mallopt", _M_ARENA_MAX, 1)
    _call("mallopt", _M_MMAP_THRESHOLD, _BIG)


def release_memory() -> None:
    """Give freed memory back to the system. This takes milliseconds, and other threads may run meanwhile."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    """Call a function of glibc. Elsewhere this does nothing."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
