"""Slack repeats itself, to any node: what has come before is not acted on again."""

import hashlib
import secrets

from bot.store import seen
from bot.store.database import Database
from bot.store.seen import Coming
from bot.store.together import Together


class Repetitions:
    """One node's door; requests that come at once are looked up at once."""

    def __init__(self, database: Database) -> None:
        self._first_times = Together(database, seen.first_times)

    async def first_time(self, key: str) -> bool:
        """Whether no node has been told this before; from now on one has."""
        return await self._first_times(Coming(_kept(key), secrets.token_hex(8)))


def _kept(key: str) -> str:
    """Short, and of letters that every database takes: who goes along must not suffer from what somebody sent."""
    return hashlib.blake2s(key.encode("utf-8", "surrogatepass")).hexdigest()
