"""Writing down what came of posting: many outcomes in one transaction, as many as came while the last one ran."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot import telemetry
from bot.clock import Clock
from bot.reminders.aftermath import FailureHandler
from bot.reminders.boundary import run_safely
from bot.reminders.rhythm import DeliveryConfig
from bot.reminders.tally import DeliveryLog
from bot.reminders.verdicts import result_of
from bot.slack.outcomes import CallResult, Sent
from bot.store import outcomes
from bot.store.database import Database, Transaction
from bot.store.deliveries import CANCELLED
from bot.store.leases import LeasedDelivery
from bot.store.outcomes import DeliveryResult

BATCH_SIZE = 50
BATCH_WINDOW_S = 0.02  # for others to come along
MAX_RETRY_DELAY_S = 0.5  # between tries while the database is away


@dataclass(frozen=True, slots=True)
class PostResult:
    """What came of one envelope."""

    delivery: LeasedDelivery
    lease: str
    outcome: CallResult | None
    at: datetime  # conference time


class ResultWriter:
    """Records until it is told to stop, and keeps trying while the database is away."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        failures: FailureHandler,
        delivery_log: DeliveryLog,
        config: DeliveryConfig,
    ) -> None:
        self._database = database
        self._clock = clock
        self._failures = failures
        self._delivery_log = delivery_log
        self._config = config
        self._waiting: asyncio.Queue[PostResult] = asyncio.Queue()

    def add(self, delivery: LeasedDelivery, lease: str, outcome: CallResult | None) -> None:
        """This came of posting it just now; without an outcome there was nothing left to say."""
        self._waiting.put_nowait(PostResult(delivery, lease, outcome, self._clock.conference_now()))

    async def wait_drained(self) -> None:
        """Return when everything that was added is recorded."""
        await self._waiting.join()

    async def run(self) -> None:
        """Record for ever."""
        while True:
            batch = [await self._waiting.get()]
            await asyncio.sleep(BATCH_WINDOW_S)
            while len(batch) < BATCH_SIZE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._write_with_retry(batch)
            for _ in batch:
                self._waiting.task_done()

    async def _write_with_retry(self, batch: list[PostResult]) -> None:
        """Record it at last. A node that dies before leaves it to be read back from Slack: later, but not lost."""
        while True:
            if await run_safely("recording", self._write, batch):
                return
            await asyncio.sleep(MAX_RETRY_DELAY_S)

    async def _write(self, batch: list[PostResult]) -> None:
        results = [self._result(posted) for posted in batch]
        await self._database.write(self._record, batch, results)
        with telemetry.buffered():
            for posted, result in zip(batch, results, strict=True):
                self._delivery_log.state_changed(posted.delivery, result.state, result.because, posted.at)

    async def _record(self, tx: Transaction, batch: list[PostResult], results: list[DeliveryResult]) -> None:
        await outcomes.record_results(tx, results)
        now = self._clock.conference_now()
        for posted in batch:
            if posted.outcome is not None and not isinstance(posted.outcome, Sent):
                await self._failures.handle(tx, posted.delivery, posted.outcome, now)

    def _result(self, posted: PostResult) -> DeliveryResult:
        if posted.outcome is None:
            return DeliveryResult(posted.delivery.id, posted.lease, CANCELLED, "nothing of it is true any more")
        return result_of(posted.delivery, posted.lease, posted.outcome, self._config)
