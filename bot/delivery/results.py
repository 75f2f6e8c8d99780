"""The results of deliveries: what Slack's answer means for each, and how the states in the database follow.

A result may also be unknown, when a request or a process was lost; and a delivery expires when it would come too late.
When Slack refuses, its pauses are kept, what can never work is turned off, and the organisers hear of it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

from sqlalchemy import Update, and_, literal, select, update

from bot import telemetry
from bot.db.batching import WriteQueue
from bot.db.database import Transaction
from bot.db.sql import Moment, is_past, real_time, values_params, values_table
from bot.db.tables import (
    ACTIVE,
    CANCELLED,
    DEAD,
    DELIVERIES,
    DELIVERY_TALKS,
    EXPIRED,
    LEASED,
    NO_LEASE,
    PENDING,
    POSTING,
    SENT,
    UNKNOWN,
)
from bot.delivery import corrections, pauses, recipients, recipients_repository
from bot.delivery.context import DeliveryContext
from bot.delivery.leases import LeasedDelivery
from bot.delivery.models import ALERT, DELIVERY_COLUMNS, POST, UNWANTED, UPDATE, Delivery, change_state, record_event
from bot.delivery.organiser_alerts import MAX_REASON_CHARACTERS, channel_subject
from bot.delivery.rate_limits import DeliveryConfig
from bot.slack.posting import CallResult, RateLimited, Refused, Sent

MAX_RETRY_DELAY = timedelta(seconds=60)

BATCH_SIZE = 50

BATCH_WINDOW_S = 0.02  # to wait for more results

EVENT_LASTS = timedelta(days=1)  # of an alert about refusals, which have no end of their own: one a day covers them all

_log = telemetry.logger("reminders")

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The new state of one delivery that was posted, or read back."""

    id: str
    lease: str  # the token under which that was done
    state: str
    because: str = ""
    channel: str = ""  # the message's channel and timestamp, with `sent`
    ts: str = ""
    wait: timedelta = timedelta()  # before anything more is done about it; real time


async def record_results(tx: Transaction, results: Sequence[DeliveryResult]) -> None:
    """Record the results of posting or reading back.

    A message that stands in Slack counts as sent, whatever state its delivery has come into meanwhile. Other results
    count only while their lease holds.
    """
    await _record_sent(tx, [result for result in results if result.state == SENT])
    others: dict[tuple[str, str, str, timedelta], list[str]] = {}
    for result in results:  # those that are alike share a statement
        if result.state != SENT:
            others.setdefault((result.lease, result.state, result.because, result.wait), []).append(result.id)
    for (lease, state, because, wait), ids in others.items():
        now = await tx.now()
        ours = and_(_D.id.in_(ids), _D.lease == lease, _D.state.in_((POSTING, UNKNOWN)))
        changed = await change_state(tx, ours, state, because, now, not_before=now + wait, **NO_LEASE)
        if state == CANCELLED:  # its items may become true again, and are then told by another delivery
            items = and_(DELIVERY_TALKS.c.delivery.in_(changed), ACTIVE)
            await tx.execute(update(DELIVERY_TALKS).where(items).values(withdrawn=because))


async def _record_sent(tx: Transaction, sent: Sequence[DeliveryResult]) -> None:
    if not sent:
        return
    parameters = values_params(
        tx.on_postgresql,
        id=[result.id for result in sent],
        channel=[result.channel for result in sent],
        ts=[result.ts for result in sent],
        because=[result.because for result in sent],
    )
    changed = (await tx.execute(_sent_statement(tx.on_postgresql), parameters | tx.now_param)).rowcount
    if changed < len(sent):
        each = values_table(tx.on_postgresql, "id", "channel", "ts", "because").c
        query = select(_D.id).where(_D.id == each.id, _D.ts != each.ts)
        duplicates = list((await tx.execute(query, parameters)).scalars())
        await record_event(tx, duplicates, SENT, "posted a second time", await tx.now())


@cache
def _sent_statement(on_postgresql: bool) -> Update:
    each = values_table(on_postgresql, "id", "channel", "ts", "because").c
    values = {"state": SENT, "reason": each.because, "channel": each.channel, "ts": each.ts}
    change = update(DELIVERIES).where(_D.id == each.id, _D.state != SENT)
    return change.values(values | NO_LEASE | {"changed_at": real_time(on_postgresql)})


async def recover_abandoned(tx: Transaction, settle: timedelta) -> int:
    """Take back expired leases: deliveries that were not begun are pending again, those being posted are unknown.

    Return how many they are. The unknown ones are read back after `settle`.
    """
    now = await tx.now()
    expired = is_past(_D.lease_until, literal(now, Moment))
    released = await change_state(
        tx, and_(_D.state == LEASED, expired), PENDING, "its process stopped responding", now, **NO_LEASE
    )
    unknown = await change_state(
        tx,
        and_(_D.state == POSTING, expired),
        UNKNOWN,
        "its process stopped responding while posting",
        now,
        not_before=now + settle,
        **NO_LEASE,
    )
    return len(released) + len(unknown)


async def expire_late(tx: Transaction, conference_now: datetime) -> list[Delivery]:
    """Expire the pending deliveries that would come too late to be useful, and return them."""
    late = and_(_D.state == PENDING, _D.expires <= conference_now)
    values = {"state": EXPIRED, "reason": "too late to be useful", "changed_at": await tx.now()}
    change = update(DELIVERIES).where(late).values(values).returning(*DELIVERY_COLUMNS)
    return [Delivery(**row._asdict()) for row in await tx.execute(change)]


def result_of(delivery: LeasedDelivery, outcome: CallResult | None, config: DeliveryConfig) -> DeliveryResult:
    """The result of posting a delivery; no outcome means that there was nothing left to say."""
    result = partial(DeliveryResult, delivery.id, delivery.lease)
    if outcome is None:
        return result(CANCELLED, "none of it is true any more")
    if isinstance(outcome, Sent):
        return result(SENT, channel=outcome.channel, ts=outcome.ts)
    if isinstance(outcome, RateLimited):
        return result(PENDING, "rate limited", wait=timedelta(seconds=outcome.retry_after))
    if isinstance(outcome, Refused):
        return _result_of_refusal(delivery, outcome)
    if delivery.corrects:  # an edit may be made twice, so it need not be known whether it was
        return result(PENDING, outcome.reason, wait=_retry_delay(delivery.attempts))
    return result(UNKNOWN, outcome.reason, wait=config.settle_delay)


def _result_of_refusal(delivery: LeasedDelivery, refused: Refused) -> DeliveryResult:
    result = partial(DeliveryResult, delivery.id, delivery.lease, because=refused.error)
    if not refused.scope:  # it may be accepted later
        return result(PENDING, wait=_retry_delay(delivery.attempts))
    if refused.scope == "workspace":  # all sending stops until the token is accepted: it waits with the others
        return result(PENDING)
    return result(DEAD)


def _retry_delay(attempts: int) -> timedelta:
    """A delay that doubles from try to try: 1 s, 2 s, 4 s …"""
    return min(timedelta(seconds=2 ** min(attempts - 1, 6)), MAX_RETRY_DELAY)


@dataclass(frozen=True, slots=True)
class PostResult:
    delivery: LeasedDelivery
    outcome: CallResult | None  # nothing where there was nothing left to say
    result: DeliveryResult
    at: datetime  # conference time


class ResultWriter:
    """Records outcomes a moment after they are known, and keeps trying while the database is away.

    The worker starts and stops its `queue`. If the process dies before an outcome is written, or the database never
    takes it, the delivery is read back from Slack: that takes longer, but nothing is lost.
    """

    def __init__(self, ctx: DeliveryContext) -> None:
        self._ctx = ctx
        self.queue = WriteQueue("results", self._write, window_s=BATCH_WINDOW_S, batch_size=BATCH_SIZE)

    def add(self, delivery: LeasedDelivery, outcome: CallResult | None) -> None:
        """Record how posting this delivery ended just now; no outcome means that there was nothing left to say."""
        result = result_of(delivery, outcome, self._ctx.config)
        self.queue.add(PostResult(delivery, outcome, result, self._ctx.clock.conference_now()))

    async def _write(self, batch: Sequence[PostResult]) -> None:
        await self._ctx.database.write(self._record, batch)
        for posted in batch:
            self._ctx.log.state_changed(posted.delivery, posted.result.state, posted.result.because, posted.at)

    async def _record(self, tx: Transaction, batch: Sequence[PostResult]) -> None:
        await record_results(tx, [posted.result for posted in batch])
        for posted in batch:
            if posted.outcome is not None and not isinstance(posted.outcome, Sent):
                await handle_failure(tx, self._ctx, posted.delivery, posted.outcome)


async def handle_failure(tx: Transaction, ctx: DeliveryContext, delivery: Delivery, outcome: CallResult) -> None:
    """Do what must follow from this outcome, besides the delivery's own change of state, and alert organisers."""
    if isinstance(outcome, RateLimited):
        method = UPDATE if delivery.corrects else POST
        await pauses.pause(tx, delivery.workspace, method, "rate limited", seconds=outcome.retry_after)
    elif isinstance(outcome, Refused) and outcome.scope:
        await _disable(tx, ctx, delivery, outcome)


async def _disable(tx: Transaction, ctx: DeliveryContext, delivery: Delivery, refused: Refused) -> None:
    """Turn off what Slack will refuse again: the workspace, the person's messages, or the channel's reminders."""
    _log.warning("refused for good", delivery=delivery.log_id, error=refused.error, ends=refused.scope)
    workspace, conversation, error = delivery.workspace, delivery.conversation, refused.error
    if refused.scope == "workspace":
        await pauses.pause(tx, workspace, pauses.STOPPED, error)
        return
    if delivery.kind == ALERT:
        return  # an alert about an alert would be refused too

    where = ""
    lasting: timedelta | None = EVENT_LASTS
    if refused.scope == "message":
        subject, what = f"message {delivery.id.partition('.')[0]} {error}", "message"
    elif delivery.is_personal:
        subject, what = f"people {error}", "people"
        await recipients.disable_messages(tx, workspace, conversation, error)
    else:
        subject, what, where, lasting = channel_subject(conversation), "channel", conversation, None
        await recipients_repository.end_subscriptions(tx, workspace, conversation, error)
        await corrections.cancel_items(tx, corrections.items_of(workspace, conversation, *UNWANTED), error)
    content = {"what": what, "where": where, "error": error[:MAX_REASON_CHARACTERS]}
    await ctx.organisers.open(tx, ctx.clock.conference_now(), subject, content, lasting)
