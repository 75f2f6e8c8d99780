"""A cache of stored versions: parsed and indexed once for all workspaces of a process that serve the same document."""

import threading
from collections.abc import Callable
from hashlib import sha256
from weakref import WeakValueDictionary

from bot.live_schedule.repository import SourceVersion, StoredVersion
from bot.live_schedule.versions import Revision, load_stored
from bot.memory import release_memory
from bot.schedule.models import Schedule
from bot.search.index import Index


class VersionCache:
    """Schedules and their indexes by the hash of the stored document. What nobody serves any more is forgotten.

    Its methods take their time, and are for threads. They run one at a time: workspaces that start together with one
    schedule wait for the first of them.
    """

    def __init__(self, build: Callable[[Schedule], Index]) -> None:
        """`build` builds the search index of a schedule."""
        self._build = build
        self._schedules: WeakValueDictionary[bytes, Schedule] = WeakValueDictionary()
        self._indexes: WeakValueDictionary[bytes, Index] = WeakValueDictionary()
        self._lock = threading.RLock()

    def schedule(self, version: StoredVersion | SourceVersion) -> Schedule:
        """Return the schedule of a stored version."""
        key = sha256(version.document).digest()
        with self._lock:
            return self._schedules.get(key) or self._schedules.setdefault(key, load_stored(version))

    def revision(self, version: StoredVersion) -> Revision:
        """Return a stored revision without its document."""
        return Revision(version.number, sha256(version.document).digest(), self.schedule(version))

    def remember(self, revision: Revision) -> None:
        """Know the schedule of a revision for as long as somebody holds it."""
        with self._lock:
            self._schedules.setdefault(revision.digest, revision.schedule)

    def indexed(self, revision: Revision) -> tuple[Schedule, Index]:
        """Return the schedule of a revision and its index."""
        with self._lock:
            schedule = self._schedules.setdefault(revision.digest, revision.schedule)
            index = self._indexes.get(revision.digest)
            if index is None:
                release_memory()  # of reading and comparing, so that the index does not come on top of it
                index = self._indexes.setdefault(revision.digest, self._build(schedule))
            return schedule, index
