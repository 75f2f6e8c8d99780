"""Slack repeats itself, to any node: what has come before is not acted on again.

What Slack has told us already: it repeats itself, and any node may get the repetition."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.db.batching import Batcher
from bot.db.circuit_breaker import DatabaseUnavailable
from bot.db.database import Database, Transaction
from bot.db.tables import SEEN


class Arrival(NamedTuple):
    """One time that Slack told us something."""

    key: str
    token: str  # nobody else's


async def first_arrivals(tx: Transaction, arrivals: Sequence[Arrival]) -> Mapping[Arrival, bool]:
    """Which of these are the first of their key, on any node."""
    at = await tx.now()
    rows = [{"key": one.key, "first_by": one.token, "at": at} for one in arrivals]
    await tx.execute(tx.insert(SEEN).on_conflict_do_nothing(), rows)
    c = SEEN.c
    first = await tx.execute(select(c.key, c.first_by).where(c.key.in_({one.key for one in arrivals})))
    by = {row.key: row.first_by for row in first}
    return {one: by[one.key] == one.token for one in arrivals}


LOOKUP_TIMEOUT_S = 0.3  # with the database, before a request is taken for new

MAX_SEEN = 10_000  # that a node remembers itself; Slack repeats within minutes

_log = telemetry.logger("handlers")


class Deduplicator:
    """One node's door; requests that come at once are looked up at once."""

    def __init__(self, database: Database) -> None:
        self._record_arrivals = Batcher(database, first_arrivals)
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
