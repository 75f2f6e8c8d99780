"""Writing down what came of posting: many outcomes in one transaction, as many as came while the last one ran."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot import telemetry
from bot.clock import Clock
from bot.reminders.aftermath import Aftermath
from bot.reminders.boundary import safely
from bot.reminders.rhythm import Rhythm
from bot.reminders.tally import Tally
from bot.reminders.verdicts import verdict
from bot.slack.outcomes import Outcome, Sent
from bot.store import outcomes
from bot.store.database import Database, Transaction
from bot.store.deliveries import CANCELLED
from bot.store.leases import Envelope
from bot.store.outcomes import Result

AT_ONCE = 50
LINGER_S = 0.02  # for others to come along
PATIENCE_S = 0.5  # between tries while the database is away


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of one envelope."""

    envelope: Envelope
    lease: str
    outcome: Outcome | None
    at: datetime  # conference time


class Recorder:
    """Records until it is told to stop, and keeps trying while the database is away."""

    def __init__(self, database: Database, clock: Clock, aftermath: Aftermath, tally: Tally, rhythm: Rhythm) -> None:
        self._database = database
        self._clock = clock
        self._aftermath = aftermath
        self._tally = tally
        self._rhythm = rhythm
        self._waiting: asyncio.Queue[Posted] = asyncio.Queue()

    def add(self, envelope: Envelope, lease: str, outcome: Outcome | None) -> None:
        """This came of posting it just now; without an outcome there was nothing left to say."""
        self._waiting.put_nowait(Posted(envelope, lease, outcome, self._clock.conference()))

    async def drained(self) -> None:
        """Return when everything that was added is recorded."""
        await self._waiting.join()

    async def run(self) -> None:
        """Record for ever."""
        while True:
            batch = [await self._waiting.get()]
            await asyncio.sleep(LINGER_S)
            while len(batch) < AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._insist(batch)
            for _ in batch:
                self._waiting.task_done()

    async def _insist(self, batch: list[Posted]) -> None:
        """Record it at last. A node that dies before leaves it to be read back from Slack: later, but not lost."""
        while True:
            if await safely("recording", self._write, batch):
                return
            await asyncio.sleep(PATIENCE_S)

    async def _write(self, batch: list[Posted]) -> None:
        results = [self._result(posted) for posted in batch]
        await self._database.write(self._record, batch, results)
        with telemetry.in_one_go():
            for posted, result in zip(batch, results, strict=True):
                self._tally.came_to(posted.envelope, result.state, result.because, posted.at)

    async def _record(self, tx: Transaction, batch: list[Posted], results: list[Result]) -> None:
        await outcomes.record(tx, results)
        now = self._clock.conference()
        for posted in batch:
            if posted.outcome is not None and not isinstance(posted.outcome, Sent):
                await self._aftermath.of(tx, posted.envelope, posted.outcome, now)

    def _result(self, posted: Posted) -> Result:
        if posted.outcome is None:
            return Result(posted.envelope.id, posted.lease, CANCELLED, "nothing of it is true any more")
        return verdict(posted.envelope, posted.lease, posted.outcome, self._rhythm)
