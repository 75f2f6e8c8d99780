"""Probes for health: whether the bot's clocks are within a minute of Slack's, and whether the database takes writes."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count

from bot.clock import MAX_STEP, Clock
from bot.db.database import Database, Transaction
from bot.db.tables import SEEN
from bot.slack.call_result import call_result
from bot.slack.client import SlackClient
from bot.supervisor import Part, Supervisor

CHECK_INTERVAL_S = 15.0

ASK_AFTER_S = 600.0  # Slack gives its time with every answer; after so long without one, it is asked

WRITE_INTERVAL_S, WRITE_LIMIT_S = 15.0, 10.0

CANARY_KEY = "canary"  # the other keys are hashes


class SlackClock:
    """Compares the machine's clock and those of the conferences with Slack's."""

    def __init__(self, machine: Clock, conferences: Callable[[], Iterable[Clock]]) -> None:
        self._machine = machine
        self._conferences = conferences

    def compare(self, slack_now: datetime) -> None:
        """Note the time that Slack gives for every clock."""
        for clock in self._clocks():
            clock.compare(slack_now)

    @property
    def problem(self) -> str:
        """The difference in words; empty while the clocks agree."""
        behind = max((lag for clock in self._clocks() for lag in clock.behind_slack), key=abs, default=timedelta())
        if abs(behind) <= MAX_STEP:
            return ""
        seconds = round(behind.total_seconds())
        return f"{abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} Slack's; set the clock of the machine or the database"

    def start(self, supervisor: Supervisor, client: SlackClient) -> None:
        """Ask Slack from time to time, and at once where a clock is in doubt."""
        supervisor.start("clock", self._check, client, interval_s=CHECK_INTERVAL_S)

    async def _check(self, client: SlackClient) -> None:
        doubtful = bool(self.problem) and self._machine.slack_age_s > CHECK_INTERVAL_S
        if doubtful or self._machine.slack_age_s > ASK_AFTER_S:
            await call_result(client.api_test())  # the client notes the time that comes with the answer

    def _clocks(self) -> set[Clock]:
        return {self._machine, *self._conferences()}


class Canary:
    """Writes one small row to the databases of a process in turn, since only a write shows that a database takes writes.

    So it costs the same for one workspace and for a thousand.
    """

    def __init__(self, databases: Callable[[], Sequence[Database]]) -> None:
        self._databases = databases
        self._turn = count()
        self._part: Part | None = None

    def start(self, supervisor: Supervisor) -> None:
        """Write from now on."""
        self._part = supervisor.start(
            "canary", self._write, interval_s=WRITE_INTERVAL_S, delay_s=0, limit_s=WRITE_LIMIT_S
        )

    @property
    def problem(self) -> str:
        """The reason why the last write failed; empty after a success."""
        return self._part.problem if self._part else ""

    async def _write(self) -> None:
        if databases := self._databases():
            await databases[next(self._turn) % len(databases)].write(_write_canary)


async def _write_canary(tx: Transaction) -> None:
    row = {"key": CANARY_KEY, "first_by": secrets.token_hex(4), "at": await tx.now()}
    await tx.execute(tx.insert(SEEN).values(row).on_conflict_do_update(index_elements=("key",), set_=row))
