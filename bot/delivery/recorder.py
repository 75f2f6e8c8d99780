"""What follows from refusals: Slack's pauses are kept, what can never work is switched off, organisers hear of it once.

Writing down what came of posting: many outcomes in one transaction, as many as came while the last one ran."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot import telemetry
from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.db.tables import CANCELLED
from bot.delivery import corrections, pauses, recipients_repository
from bot.delivery import results as delivery_results
from bot.delivery.leases import LeasedDelivery
from bot.delivery.models import ALERT, POST, UPDATE, is_user_id
from bot.delivery.monitoring import DeliveryLog, run_safely
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import DeliveryResult, result_of
from bot.slack.call_result import CallResult, RateLimited, Refused, Sent

_log = telemetry.logger("reminders")

MAX_REASON_CHARACTERS = 2_000  # characters of an error


class FailureHandler:
    """Acts on refusals, in the transaction that records them."""

    def __init__(self, organisers: OrganiserAlerts) -> None:
        self._organisers = organisers

    async def handle(
        self, tx: Transaction, delivery: LeasedDelivery, outcome: CallResult, conference_now: datetime
    ) -> None:
        """Whatever must follow from this outcome besides the delivery's own state."""
        if isinstance(outcome, RateLimited):
            method = UPDATE if delivery.corrects else POST
            await pauses.pause(tx, delivery.workspace, method, "rate limited", seconds=outcome.retry_after)
        elif isinstance(outcome, Refused) and outcome.scope:
            await self._disable(tx, delivery, outcome, conference_now)

    async def _disable(self, tx: Transaction, delivery: LeasedDelivery, refused: Refused, now: datetime) -> None:
        _log.warning("refused for good", delivery=delivery.id, error=refused.error, ends=refused.scope)
        if refused.scope == "workspace":
            await pauses.pause(tx, delivery.workspace, pauses.STOPPED, refused.error)
            return
        if delivery.kind == ALERT:
            return  # who would hear of that?
        if refused.scope == "message":
            await self._notify_organisers(
                tx, delivery.workspace, now, "message", delivery.id.partition(".")[0], refused.error
            )
        elif is_user_id(delivery.conversation):
            await recipients_repository.disable_reminders(tx, delivery.workspace, delivery.conversation)
            await self._cancel_pending(tx, delivery, refused.error)
            await self._notify_organisers(tx, delivery.workspace, now, "people", "", refused.error)
        else:
            await recipients_repository.end_subscriptions(tx, delivery.workspace, delivery.conversation, refused.error)
            await self._cancel_pending(tx, delivery, refused.error)
            await self._notify_organisers(tx, delivery.workspace, now, "channel", delivery.conversation, refused.error)

    async def _cancel_pending(self, tx: Transaction, delivery: LeasedDelivery, error: str) -> None:
        lines = corrections.reminders_of(delivery.workspace, delivery.conversation)
        await corrections.cancel_items(tx, lines, error)

    async def notify_rejected_schedule(
        self, tx: Transaction, workspace: str, now: datetime, source: str, why: str, usable: int
    ) -> None:
        """Tell that a new version of the schedule is not served; the same version, or the same reason, once a day."""
        content = {"what": "schedule", "where": source, "error": why[:MAX_REASON_CHARACTERS], "usable": usable}
        await self._organisers.enqueue(tx, workspace, now, f"schedule {source} {usable} {why}", content)

    async def notify_restore(self, tx: Transaction, workspace: str, now: datetime, since: datetime) -> None:
        """Tell that nothing is known of what happened after `since` (machine time)."""
        await self._notify_organisers(tx, workspace, now, "restore", "", since.isoformat(timespec="minutes"))

    async def _notify_organisers(
        self, tx: Transaction, workspace: str, now: datetime, what: str, where: str, error: str
    ) -> None:
        content = {"what": what, "where": where, "error": error[:MAX_REASON_CHARACTERS]}
        await self._organisers.enqueue(tx, workspace, now, f"{what} {where} {error}", content)


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
        await delivery_results.record_results(tx, results)
        now = self._clock.conference_now()
        for posted in batch:
            if posted.outcome is not None and not isinstance(posted.outcome, Sent):
                await self._failures.handle(tx, posted.delivery, posted.outcome, now)

    def _result(self, posted: PostResult) -> DeliveryResult:
        if posted.outcome is None:
            return DeliveryResult(posted.delivery.id, posted.lease, CANCELLED, "nothing of it is true any more")
        return result_of(posted.delivery, posted.lease, posted.outcome, self._config)
