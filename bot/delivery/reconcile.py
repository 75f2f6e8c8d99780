"""Find out whether deliveries of unknown outcome were posted, by reading the conversation back.

Nothing is posted again before Slack was asked.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, and_, exists, literal, select, update

from bot.clock import monotonic
from bot.db.database import Transaction
from bot.db.sql import Moment, is_past, real_time
from bot.db.tables import DEAD, DELIVERIES, PENDING, SENT, UNKNOWN
from bot.delivery import pauses, recipients_repository, restore_guard
from bot.delivery.context import DeliveryContext
from bot.delivery.models import DELIVERY_COLUMNS, Delivery, is_user_id, natural_key
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import DeliveryResult, record_results
from bot.slack.posting import Failure, RateLimited, Refused, Unknown

HISTORY_METHOD = "conversations.history"

BATCH_SIZE = 10  # deliveries leased together; those of one conversation are read back together

CLOCK_MARGIN = timedelta(hours=2)  # our clock may differ from Slack's, or may have been put back

AROUND = timedelta(minutes=1)  # a post, where messages are looked for first

GIVE_UP_AFTER = timedelta(days=1)

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class UnknownDelivery(Delivery):
    """A delivery whose message may have reached Slack, leased to be read back."""

    lease: str  # the token of the lease
    posted_at: datetime  # when the request was sent; real time
    waited: timedelta  # since then, or since the database was restored
    in_doubt: bool  # it was not posted as far as the database knows, but may have been before a restore


@dataclass(frozen=True, slots=True)
class PostedDeliveries:
    """Our deliveries that were found in one conversation, with the timestamps of their messages."""

    channel: str
    by_id: Mapping[str, str]
    by_natural_key: Mapping[str, str]  # only those that the database does not have: they were sent before a restore


async def resolve_unknown(ctx: DeliveryContext) -> int:
    """Read back some of the deliveries whose settling delay is over. Return how many; there may be more."""
    if not await ctx.database.read(_may_resolve, ctx.workspace):
        return 0
    lease, began, resolved = secrets.token_hex(8), monotonic(), 0
    leased = await ctx.database.write(lease_unknown, ctx.workspace, lease, ctx.config.lease, BATCH_SIZE)
    of_conversation = attrgetter("conversation")
    limited: RateLimited | None = None  # once one conversation is rate limited, the others need not ask
    for conversation, group in groupby(sorted(leased, key=of_conversation), key=of_conversation):
        deliveries = list(group)
        history = limited or await _read_history(ctx, conversation, deliveries)
        await _record(ctx, deliveries, history)
        resolved += len(deliveries)

        if isinstance(history, RateLimited) and limited is None:
            limited = history
            seconds, because = limited.retry_after, "rate limited"
            await ctx.database.write(pauses.pause, ctx.workspace, HISTORY_METHOD, because, seconds=seconds)
        if monotonic() - began > ctx.config.lease.total_seconds() / 2:
            break  # the lease may run out before more is found; the rest is leased again then
    return resolved


async def _may_resolve(tx: Transaction, workspace: str) -> bool:
    settled = is_past(_D.not_before, real_time(tx.on_postgresql))
    query = select(exists().where(_D.workspace == workspace, _D.state == UNKNOWN, settled))
    there_is_one = (await tx.execute(query, tx.now_param)).scalar()
    return bool(there_is_one) and await pauses.may_call(tx, workspace, HISTORY_METHOD)


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
    return [_unknown_delivery(row, token, now) for row in await tx.execute(change.returning(*columns))]


def _unknown_delivery(row: Row[Any], lease: str, now: datetime) -> UnknownDelivery:
    fields = row._asdict()
    settled, in_doubt = fields.pop("settled"), fields.pop("attempts") == 0
    waited = now - max(row.posted_at, settled or row.posted_at)
    return UnknownDelivery(**fields, lease=lease, waited=waited, in_doubt=in_doubt)


async def _record(
    ctx: DeliveryContext, deliveries: Sequence[UnknownDelivery], history: PostedDeliveries | Failure
) -> None:
    found = [_result(ctx.config, delivery, history) for delivery in deliveries]
    await ctx.database.write(record_results, found)
    for delivery, result in zip(deliveries, found, strict=True):
        ctx.log.state_changed(delivery, result.state, result.because, ctx.clock.conference_at(delivery.posted_at))


async def _read_history(
    ctx: DeliveryContext, conversation: str, deliveries: Sequence[UnknownDelivery]
) -> PostedDeliveries | Failure:
    """Our deliveries in the conversation's recent history, or the reason why it could not be read."""
    channel = await _channel(ctx, conversation)
    if not isinstance(channel, str):
        return channel
    posted = await _find(ctx, channel, deliveries)
    if not isinstance(posted, dict):
        return posted
    in_doubt = any(delivery.in_doubt for delivery in deliveries)
    unknown_ids = await ctx.database.read(restore_guard.unknown_ids, posted) if in_doubt else ()
    return PostedDeliveries(channel, posted, {natural_key(id): posted[id] for id in unknown_ids})


async def _find(ctx: DeliveryContext, channel: str, deliveries: Sequence[UnknownDelivery]) -> dict[str, str] | Failure:
    """Read around the posts first: in a busy channel, Slack gives some apps 15 messages a minute."""
    ids, moments = {delivery.id for delivery in deliveries}, [delivery.posted_at for delivery in deliveries]
    if not deliveries[0].is_personal and not any(delivery.in_doubt for delivery in deliveries):
        since, until = min(moments) - AROUND, max(moments) + ctx.config.timeout + AROUND
        near = await ctx.poster.find_posted(channel, ids, since.timestamp(), until.timestamp())
        if not isinstance(near, dict) or ids <= near.keys():
            return near
    return await ctx.poster.find_posted(channel, ids, (min(moments) - CLOCK_MARGIN).timestamp())


async def _channel(ctx: DeliveryContext, conversation: str) -> str | Failure:
    """The channel that the conversation's messages were posted to."""
    if ctx.config.only_channel or not is_user_id(conversation):
        return ctx.config.only_channel or conversation
    known = await ctx.database.read(recipients_repository.direct_channels, ctx.workspace, [conversation])
    return known.get(conversation) or await ctx.poster.open(conversation)


def _result(config: DeliveryConfig, delivery: UnknownDelivery, history: PostedDeliveries | Failure) -> DeliveryResult:
    result = partial(DeliveryResult, delivery.id, delivery.lease)
    if isinstance(history, PostedDeliveries):
        if ts := history.by_id.get(delivery.id):
            return result(SENT, "found at Slack", history.channel, ts)
        if delivery.in_doubt and (ts := history.by_natural_key.get(natural_key(delivery.id))):
            return result(SENT, "sent before the restore", history.channel, ts)
        return result(PENDING, "not found at Slack")
    if isinstance(history, Refused) and history.scope == "conversation":
        return result(DEAD, f"nobody knows whether it arrived: {history.error}")
    if delivery.waited > GIVE_UP_AFTER:
        return result(DEAD, "nobody knows whether it arrived: Slack could not be read for a day")
    if isinstance(history, RateLimited):
        reason, wait = "rate limited", timedelta(seconds=history.retry_after)
    else:
        reason = history.reason if isinstance(history, Unknown) else history.error
        wait = config.settle_delay
    return result(UNKNOWN, f"reading back: {reason}", wait=wait)
