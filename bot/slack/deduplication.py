"""Recognise a request that Slack sends a second time, whichever process gets it."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.db.batching import Batcher
from bot.db.database import Database, DatabaseUnavailable, Transaction
from bot.db.tables import SEEN


class Arrival(NamedTuple):
    """A request as it arrived once."""

    key: str
    token: str  # random, so that of several arrivals of a key one is the first


def message_key(channel: str, ts: str) -> str:
    """The key of the answer to a message."""
    return f"answer {channel} {ts}"


async def first_arrivals(tx: Transaction, arrivals: Sequence[Arrival]) -> Mapping[Arrival, bool]:
    """Tell for each arrival whether it is the first of its key, in any process."""
    at = await tx.now()
    rows = [{"key": arrival.key, "first_by": arrival.token, "at": at} for arrival in arrivals]
    await tx.execute(tx.insert(SEEN).on_conflict_do_nothing(), rows)
    c = SEEN.c
    first = await tx.execute(select(c.key, c.first_by).where(c.key.in_({arrival.key for arrival in arrivals})))
    first_by = {row.key: row.first_by for row in first}
    return {arrival: first_by[arrival.key] == arrival.token for arrival in arrivals}


LOOKUP_TIMEOUT_S = 0.3  # for the database; then a request counts as new

MAX_SEEN = 10_000  # keys that a process remembers itself; Slack repeats within minutes

_log = telemetry.logger("handlers")


class Deduplicator:
    """Looks requests up in the database, those that come at the same time in one batch."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._record_arrivals = Batcher(database.write, first_arrivals)
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def is_first(self, key: str) -> bool:
        """Tell whether no process has seen this key before, and remember it.

        Where the database does not answer soon, only the keys that this process has seen count: to act twice is better
        than not at all.
        """
        key_hash = _hash(key)
        if self._seen_locally(key_hash):
            return False
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                return await self._record_arrivals(Arrival(key_hash, secrets.token_hex(8)))
        except (TimeoutError, DatabaseUnavailable, DBAPIError, OSError) as error:
            _log.warning("cannot tell whether another process was told this", error=type(error).__name__)
            return True

    async def forget(self, key: str) -> None:
        """Let this key be the first again, where what it stood for was not done."""
        self._seen.pop(_hash(key), None)
        await self._database.write(_forget, _hash(key))

    def _seen_locally(self, key_hash: str) -> bool:
        seen = key_hash in self._seen
        self._seen[key_hash] = None
        if len(self._seen) > MAX_SEEN:
            self._seen.popitem(last=False)
        return seen


async def _forget(tx: Transaction, key: str) -> None:
    await tx.execute(delete(SEEN).where(SEEN.c.key == key))


def _hash(key: str) -> str:
    """Shorten the key to letters that every database takes, since one bad key would spoil a whole batch."""
    return hashlib.blake2s(key.encode("utf-8", "surrogatepass")).hexdigest()
