"""The results of deliveries: what Slack's answer means for each, and how the states in the database follow.

A result may also be unknown, when a request or a process was lost; and a delivery expires when it would come too late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, and_, literal, select, update

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
from bot.delivery import restore_guard
from bot.delivery.leases import LeasedDelivery
from bot.delivery.models import DELIVERY_COLUMNS, Delivery, change_state, record_event
from bot.delivery.rate_limits import DeliveryConfig
from bot.slack.posting import CallResult, RateLimited, Refused, Sent

MAX_RETRY_DELAY = timedelta(seconds=60)

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


@dataclass(frozen=True, slots=True)
class UnknownDelivery(Delivery):
    """A delivery whose message may have reached Slack."""

    posted_at: datetime  # when the request was sent; real time
    waited: timedelta  # since then, or since the database was restored
    in_doubt: bool  # it was not posted as far as the database knows, but may have been before a restore


async def workspaces_with_unknown(tx: Transaction) -> list[str]:
    """The workspaces with a delivery whose outcome is unknown and whose settling delay is over."""
    over = is_past(_D.not_before, real_time(tx.on_postgresql))
    query = select(_D.workspace).where(_D.state == UNKNOWN, over).distinct()
    return list((await tx.execute(query, tx.now_param)).scalars())


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


async def lease_unknown(
    tx: Transaction, workspace: str, token: str, lease: timedelta, limit: int
) -> list[UnknownDelivery]:
    """Lease some deliveries whose outcome is unknown and whose settling delay is over, in order to read them back."""
    now = await tx.now()
    free = and_(is_past(_D.not_before, literal(now, Moment)), is_past(_D.lease_until, literal(now, Moment)))
    waiting = and_(_D.workspace == workspace, _D.state == UNKNOWN, free)
    chosen = select(_D.id).where(waiting).order_by(_D.start, _D.conversation).limit(limit)
    chosen = chosen.with_for_update(skip_locked=True)
    change = update(DELIVERIES).where(_D.id.in_(chosen.scalar_subquery())).values(lease=token, lease_until=now + lease)
    columns = (*DELIVERY_COLUMNS, _D.posted_at, _D.attempts, restore_guard.RESTORE_SETTLED.label("settled"))
    return [_unknown_delivery(row, now) for row in await tx.execute(change.returning(*columns))]


def _unknown_delivery(row: Row[Any], now: datetime) -> UnknownDelivery:
    fields = row._asdict()
    settled, in_doubt = fields.pop("settled"), fields.pop("attempts") == 0
    waited = now - max(row.posted_at, settled or row.posted_at)
    return UnknownDelivery(**fields, waited=waited, in_doubt=in_doubt)


def result_of(delivery: LeasedDelivery, lease: str, outcome: CallResult, config: DeliveryConfig) -> DeliveryResult:
    """The result of a delivery that was posted under this lease with this outcome."""
    if isinstance(outcome, Sent):
        return DeliveryResult(delivery.id, lease, SENT, channel=outcome.channel, ts=outcome.ts)
    if isinstance(outcome, RateLimited):
        return DeliveryResult(delivery.id, lease, PENDING, "rate limited", wait=timedelta(seconds=outcome.retry_after))
    if isinstance(outcome, Refused):
        return _result_of_refusal(delivery, lease, outcome)
    if delivery.corrects:  # an edit may be made twice, so it need not be known whether it was
        return DeliveryResult(delivery.id, lease, PENDING, outcome.reason, wait=_retry_delay(delivery.attempts))
    return DeliveryResult(delivery.id, lease, UNKNOWN, outcome.reason, wait=config.settle_delay)


def _result_of_refusal(delivery: LeasedDelivery, lease: str, refused: Refused) -> DeliveryResult:
    if refused.scope == "workspace":  # all sending stops, and this delivery waits with the others
        return DeliveryResult(delivery.id, lease, PENDING, refused.error)
    if refused.scope:
        return DeliveryResult(delivery.id, lease, DEAD, refused.error)
    return DeliveryResult(delivery.id, lease, PENDING, refused.error, wait=_retry_delay(delivery.attempts))


def _retry_delay(attempts: int) -> timedelta:
    """A delay that doubles from try to try: 1 s, 2 s, 4 s …"""
    return min(timedelta(seconds=2 ** min(attempts - 1, 6)), MAX_RETRY_DELAY)
