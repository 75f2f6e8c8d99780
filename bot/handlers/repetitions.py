"""Slack repeats itself, to any node: what has come before is not acted on again."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict

from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.store import seen
from bot.store.database import Database
from bot.store.impatient import DatabaseUnavailable
from bot.store.seen import Arrival
from bot.store.together import Batcher

LOOKUP_TIMEOUT_S = 0.3  # with the database, before a request is taken for new
MAX_SEEN = 10_000  # that a node remembers itself; Slack repeats within minutes

_log = telemetry.logger("handlers")


class Deduplicator:
    """One node's door; requests that come at once are looked up at once."""

    def __init__(self, database: Database) -> None:
        self._record_arrivals = Batcher(database, seen.first_arrivals)
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def is_first(self, key: str) -> bool:
        """Whether no node has been told this before; from now on one has.

        While the database does not say so soon, a node goes by what it was told itself: rather twice than not at all.
        """
        kept = _hash(key)
        if self._seen_locally(kept):
            return False
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                return await self._record_arrivals(Arrival(kept, secrets.token_hex(8)))
        except (TimeoutError, DatabaseUnavailable, DBAPIError, OSError) as error:
            _log.warning("cannot tell whether another node was told this", error=type(error).__name__)
            return True

    def _seen_locally(self, kept: str) -> bool:
        met = kept in self._seen
        self._seen[kept] = None
        if len(self._seen) > MAX_SEEN:
            self._seen.popitem(last=False)
        return met


def _hash(key: str) -> str:
    """Short, and of letters that every database takes: who goes along must not suffer from what somebody sent."""
    return hashlib.blake2s(key.encode("utf-8", "surrogatepass")).hexdigest()
