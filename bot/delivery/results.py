"""What an answer from Slack means for a delivery.

How deliveries end, or go on: what Slack answered, what nobody knows, what came too late."""

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
from bot.delivery.models import change_state, record_event
from bot.delivery.rate_limits import DeliveryConfig
from bot.slack.call_result import CallResult, RateLimited, Refused, Sent

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """Where one delivery has come to."""

    id: str
    lease: str  # under which it was posted, or read back
    state: str
    because: str = ""
    channel: str = ""  # with `sent`: where the message stands, and its ts
    ts: str = ""
    wait: timedelta = timedelta()  # before anything more is done about it; machine time


@dataclass(frozen=True, slots=True)
class UnknownDelivery:
    """A delivery of which nobody knows whether its message reached Slack."""

    id: str
    kind: str
    conversation: str
    due: datetime  # conference time
    posted_at: datetime  # machine time at which the request was let go
    waited: timedelta  # since then, or since the database was restored
    in_doubt: bool  # it was never posted that we know of, but may have been before a restore


@dataclass(frozen=True, slots=True)
class ExpiredDelivery:
    """A delivery that would have come too late."""

    id: str
    kind: str
    conversation: str
    due: datetime  # conference time


async def workspaces_with_unknown(tx: Transaction) -> list[str]:
    """Where the outcome of some delivery is unknown and its settling delay is over."""
    over = is_past(_D.not_before, literal(await tx.now(), Moment))
    query = select(_D.workspace).where(_D.state == UNKNOWN, over).distinct()
    return list((await tx.execute(query)).scalars())


async def record_results(tx: Transaction, results: Sequence[DeliveryResult]) -> None:
    """Write down what came of posting. A message that stands at Slack is sent, whatever was thought meanwhile."""
    await _record_sent(tx, [result for result in results if result.state == SENT])
    others: dict[tuple[str, str, str, timedelta], list[str]] = {}
    for result in results:
        if result.state != SENT:
            others.setdefault((result.lease, result.state, result.because, result.wait), []).append(result.id)
    for (lease, state, because, wait), ids in others.items():
        now = await tx.now()
        ours = and_(_D.id.in_(ids), _D.lease == lease, _D.state.in_((POSTING, UNKNOWN)))
        moved = await change_state(tx, ours, state, because, now, not_before=now + wait, **NO_LEASE)
        if state == CANCELLED:  # what it told may become true again
            lines = and_(DELIVERY_TALKS.c.delivery.in_(moved), ACTIVE)
            await tx.execute(update(DELIVERY_TALKS).where(lines).values(withdrawn=because))


async def _record_sent(tx: Transaction, sent: Sequence[DeliveryResult]) -> None:
    if not sent:
        return
    parameters = values_params(
        tx.on_postgresql,
        id=[one.id for one in sent],
        channel=[one.channel for one in sent],
        ts=[one.ts for one in sent],
        because=[one.because for one in sent],
    )
    changed = (await tx.execute(_sent_statement(tx.on_postgresql), parameters | tx.now_param)).rowcount
    if changed < len(sent):
        each = values_table(tx.on_postgresql, "id", "channel", "ts", "because").c
        again = select(_D.id).where(_D.id == each.id, _D.ts != each.ts)
        twice = list((await tx.execute(again, parameters)).scalars())
        await record_event(tx, twice, SENT, "posted a second time", await tx.now())


@cache
def _sent_statement(on_postgresql: bool) -> Update:
    each = values_table(on_postgresql, "id", "channel", "ts", "because").c
    values = {"state": SENT, "reason": each.because, "channel": each.channel, "ts": each.ts}
    change = update(DELIVERIES).where(_D.id == each.id, _D.state != SENT)
    return change.values(values | NO_LEASE | {"changed_at": real_time(on_postgresql)})


async def recover_abandoned(tx: Transaction, settle: timedelta) -> int:
    """Take back what silent nodes held: what they had not begun can begin anew, the rest is unknown."""
    now = await tx.now()
    silent = is_past(_D.lease_until, literal(now, Moment))
    back = await change_state(tx, and_(_D.state == LEASED, silent), PENDING, "its node fell silent", now, **NO_LEASE)
    lost = await change_state(
        tx,
        and_(_D.state == POSTING, silent),
        UNKNOWN,
        "its node fell silent while posting",
        now,
        not_before=now + settle,
        **NO_LEASE,
    )
    return len(back) + len(lost)


async def expire_late(tx: Transaction, conference_now: datetime) -> list[ExpiredDelivery]:
    """End what would come too late to be useful: which that was."""
    late = and_(_D.state == PENDING, _D.expires <= conference_now)
    values = {"state": EXPIRED, "reason": "too late to be useful", "changed_at": await tx.now()}
    ended = update(DELIVERIES).where(late).values(values).returning(_D.id, _D.kind, _D.conversation, _D.due)
    return [ExpiredDelivery(row.id, row.kind, row.conversation, row.due) for row in await tx.execute(ended)]


async def lease_unknown(
    tx: Transaction, workspace: str, token: str, lease: timedelta, limit: int
) -> list[UnknownDelivery]:
    """Take some of those whose outcome nobody knows and whose settling delay is over, to read Slack's history."""
    now = await tx.now()
    free = and_(is_past(_D.not_before, literal(now, Moment)), is_past(_D.lease_until, literal(now, Moment)))
    waiting = and_(_D.workspace == workspace, _D.state == UNKNOWN, free)
    chosen = select(_D.id).where(waiting).order_by(_D.start, _D.conversation).limit(limit)
    chosen = chosen.with_for_update(skip_locked=True) if tx.on_postgresql else chosen
    take = update(DELIVERIES).where(_D.id.in_(chosen.scalar_subquery())).values(lease=token, lease_until=now + lease)
    parts = (
        _D.id,
        _D.kind,
        _D.conversation,
        _D.due,
        _D.posted_at,
        _D.attempts,
        restore_guard.RESTORE_SETTLED.label("settled"),
    )
    return [_unknown_delivery(row, now) for row in await tx.execute(take.returning(*parts))]


def _unknown_delivery(row: Row[Any], now: datetime) -> UnknownDelivery:
    silent_for = now - max(row.posted_at, row.settled or row.posted_at)
    in_doubt = row.attempts == 0
    return UnknownDelivery(row.id, row.kind, row.conversation, row.due, row.posted_at, silent_for, in_doubt)


MAX_RETRY_DELAY = timedelta(seconds=60)


def result_of(delivery: LeasedDelivery, lease: str, outcome: CallResult, config: DeliveryConfig) -> DeliveryResult:
    """Where the delivery has come to by this outcome of posting it."""
    if isinstance(outcome, Sent):
        return DeliveryResult(delivery.id, lease, SENT, channel=outcome.channel, ts=outcome.ts)
    if isinstance(outcome, RateLimited):
        return DeliveryResult(delivery.id, lease, PENDING, "rate limited", wait=timedelta(seconds=outcome.retry_after))
    if isinstance(outcome, Refused):
        if outcome.scope:
            return DeliveryResult(delivery.id, lease, DEAD, outcome.error)
        return DeliveryResult(delivery.id, lease, PENDING, outcome.error, wait=_retry_delay(delivery.attempts))
    if delivery.corrects:  # an edit may be made twice, so nobody needs to know
        return DeliveryResult(delivery.id, lease, PENDING, outcome.reason, wait=_retry_delay(delivery.attempts))
    return DeliveryResult(delivery.id, lease, UNKNOWN, outcome.reason, wait=config.settle_delay)


def _retry_delay(attempts: int) -> timedelta:
    """Longer from try to try: 1 s, 2 s, 4 s …"""
    return min(timedelta(seconds=2 ** min(attempts - 1, 6)), MAX_RETRY_DELAY)
