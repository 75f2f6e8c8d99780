"""A canary: one small row that is written again and again, because only a write shows that the database takes writes."""

import secrets
from collections.abc import Callable, Sequence
from itertools import count

from bot.db.database import Database, Transaction
from bot.db.tables import SEEN
from bot.supervisor import Part, Supervisor

INTERVAL_S = 15.0

LIMIT_S = 10.0

KEY = "canary"  # the other keys are hashes


class Canary:
    """Writes to the databases of a process in turn, so that it costs the same for one workspace and for a thousand."""

    def __init__(self, databases: Callable[[], Sequence[Database]]) -> None:
        self._databases = databases
        self._turn = count()
        self._part: Part | None = None

    def start(self, supervisor: Supervisor) -> None:
        """Write from now on."""
        self._part = supervisor.start("canary", self._write, interval_s=INTERVAL_S, delay_s=0, limit_s=LIMIT_S)

    @property
    def problem(self) -> str:
        """The reason why the last write failed; empty after a success."""
        return self._part.problem if self._part else ""

    async def _write(self) -> None:
        if databases := self._databases():
            await databases[next(self._turn) % len(databases)].write(write_canary)


async def write_canary(tx: Transaction) -> None:
    """Write the row."""
    row = {"key": KEY, "first_by": secrets.token_hex(4), "at": await tx.now()}
    await tx.execute(tx.insert(SEEN).values(row).on_conflict_do_update(index_elements=("key",), set_=row))
