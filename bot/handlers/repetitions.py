"""Slack repeats itself, to any node: what has come before is not acted on again."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict

from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.store import seen
from bot.store.database import Database
from bot.store.impatient import AwayError
from bot.store.seen import Coming
from bot.store.together import Together

PATIENCE_S = 0.3  # with the database, before a request is taken for new
MOST_MET = 10_000  # that a node remembers itself; Slack repeats within minutes

_log = telemetry.logger("handlers")


class Repetitions:
    """One node's door; requests that come at once are looked up at once."""

    def __init__(self, database: Database) -> None:
        self._first_times = Together(database, seen.first_times)
        self._met: OrderedDict[str, None] = OrderedDict()

    async def first_time(self, key: str) -> bool:
        """Whether no node has been told this before; from now on one has.

        While the database does not say so soon, a node goes by what it was told itself: rather twice than not at all.
        """
        kept = _kept(key)
        if self._is_met(kept):
            return False
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._first_times(Coming(kept, secrets.token_hex(8)))
        except (TimeoutError, AwayError, DBAPIError, OSError) as error:
            _log.warning("cannot tell whether another node was told this", error=type(error).__name__)
            return True

    def _is_met(self, kept: str) -> bool:
        met = kept in self._met
        self._met[kept] = None
        if len(self._met) > MOST_MET:
            self._met.popitem(last=False)
        return met


def _kept(key: str) -> str:
    """Short, and of letters that every database takes: who goes along must not suffer from what somebody sent."""
    return hashlib.blake2s(key.encode("utf-8", "surrogatepass")).hexdigest()
