"""Recording the outcomes of posts: many in one transaction, with what has to follow from them.

When Slack refuses, its pauses are kept, what can never work is turned off, and the organisers hear of it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import telemetry
from bot.clock import Clock
from bot.db.batching import WriteQueue
from bot.db.database import Database, Transaction
from bot.db.tables import CANCELLED
from bot.delivery import corrections, pauses, recipients_repository
from bot.delivery import results as delivery_results
from bot.delivery.leases import LeasedDelivery
from bot.delivery.models import ALERT, POST, UNWANTED, UPDATE, Delivery
from bot.delivery.monitoring import DeliveryLog
from bot.delivery.organiser_alerts import MAX_REASON_CHARACTERS, OrganiserAlerts, channel_subject
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import DeliveryResult, result_of
from bot.slack.posting import CallResult, RateLimited, Refused, Sent
from bot.supervisor import Supervisor

BATCH_SIZE = 50

BATCH_WINDOW_S = 0.02  # to wait for more outcomes

EVENT_LASTS = timedelta(days=1)  # an alert of refusals that have no end: one in a day tells of all

_log = telemetry.logger("reminders")


@dataclass(frozen=True, slots=True)
class PostResult:
    """The outcome of posting one delivery."""

    delivery: LeasedDelivery
    lease: str
    outcome: CallResult | None  # nothing where there was nothing left to say
    at: datetime  # conference time


class ResultWriter:
    """Records outcomes a moment after they are known, and keeps trying while the database is away.

    If the process dies before that, or no database takes an outcome, the delivery is read back from Slack: later, but it
    is not lost.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        organisers: OrganiserAlerts,
        delivery_log: DeliveryLog,
        config: DeliveryConfig,
    ) -> None:
        self._database = database
        self._clock = clock
        self._organisers = organisers
        self._delivery_log = delivery_log
        self._config = config
        self._queue = WriteQueue("results", self._write, window_s=BATCH_WINDOW_S, batch_size=BATCH_SIZE)

    def add(self, delivery: LeasedDelivery, lease: str, outcome: CallResult | None) -> None:
        """Record how posting this delivery ended just now; no outcome means that there was nothing left to say."""
        self._queue.add(PostResult(delivery, lease, outcome, self._clock.conference_now()))

    async def wait_drained(self) -> None:
        """Return when everything that was added is recorded."""
        await self._queue.drained()

    def start(self, supervisor: Supervisor) -> None:
        """Record what is added, from now on."""
        self._queue.start(supervisor)

    async def stop(self) -> None:
        """Record no more."""
        await self._queue.stop()

    async def _write(self, batch: Sequence[PostResult]) -> None:
        results = [self._result(posted) for posted in batch]
        await self._database.write(self._record, batch, results)
        with telemetry.buffered():
            for posted, result in zip(batch, results, strict=True):
                self._delivery_log.state_changed(posted.delivery, result.state, result.because, posted.at)

    async def _record(self, tx: Transaction, batch: Sequence[PostResult], results: Sequence[DeliveryResult]) -> None:
        await delivery_results.record_results(tx, results)
        now = self._clock.conference_now()
        for posted in batch:
            if posted.outcome is not None and not isinstance(posted.outcome, Sent):
                await handle_failure(tx, self._organisers, posted.delivery, posted.outcome, now)

    def _result(self, posted: PostResult) -> DeliveryResult:
        if posted.outcome is None:
            return DeliveryResult(posted.delivery.id, posted.lease, CANCELLED, "none of it is true any more")
        return result_of(posted.delivery, posted.lease, posted.outcome, self._config)


async def handle_failure(
    tx: Transaction, organisers: OrganiserAlerts, delivery: Delivery, outcome: CallResult, conference_now: datetime
) -> None:
    """Do what must follow from this outcome, apart from the delivery's own change of state, and alert the organisers."""
    if isinstance(outcome, RateLimited):
        method = UPDATE if delivery.corrects else POST
        await pauses.pause(tx, delivery.workspace, method, "rate limited", seconds=outcome.retry_after)
    elif isinstance(outcome, Refused) and outcome.scope:
        await _disable(tx, organisers, delivery, outcome, conference_now)


async def _disable(
    tx: Transaction, organisers: OrganiserAlerts, delivery: Delivery, refused: Refused, now: datetime
) -> None:
    """Turn off what Slack will refuse again: the workspace, the person's messages, or the channel's reminders."""
    _log.warning("refused for good", delivery=delivery.id, error=refused.error, ends=refused.scope)
    workspace, conversation, error = delivery.workspace, delivery.conversation, refused.error
    if refused.scope == "workspace":
        await pauses.pause(tx, workspace, pauses.STOPPED, error)
        return
    if delivery.kind == ALERT:
        return  # an alert about an alert would be refused too

    unwanted = corrections.items_of(workspace, conversation, *UNWANTED)
    where = ""
    lasting: timedelta | None = EVENT_LASTS
    if refused.scope == "message":
        subject, what = f"message {delivery.id.partition('.')[0]} {error}", "message"
    elif delivery.is_personal:
        subject, what = f"people {error}", "people"
        await recipients_repository.disable_messages(tx, workspace, conversation)
        await corrections.cancel_items(tx, unwanted, error)
    else:
        subject, what, where, lasting = channel_subject(conversation), "channel", conversation, None
        await recipients_repository.end_subscriptions(tx, workspace, conversation, error)
        await corrections.cancel_items(tx, unwanted, error)
    content = {"what": what, "where": where, "error": error[:MAX_REASON_CHARACTERS]}
    await organisers.open(tx, workspace, now, subject, content, lasting)
