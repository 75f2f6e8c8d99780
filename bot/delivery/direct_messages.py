"""Open the direct messages that pending deliveries need, before these are leased.

`conversations.open` has a rate limit of its own, far below that of posting, so no post may wait for it. A delivery to a
person is leased only once the id of their direct message is known. Most are opened when the person asks for reminders;
the others are opened from the moment their deliveries are enqueued.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select, update

from bot.db.database import Transaction
from bot.db.sql import Moment, is_past
from bot.db.tables import DEAD, DELIVERIES, PENDING, PEOPLE
from bot.delivery import pauses, rate_limits, recipients_repository
from bot.delivery.context import DeliveryContext
from bot.delivery.models import DELIVERY_COLUMNS, OPEN, Delivery, change_state, is_user
from bot.delivery.monitoring import run_safely
from bot.delivery.queue import SWEEP_AHEAD
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import handle_failure
from bot.slack.posting import Failure, RateLimited, Refused

# As many are opened together as have slots within this time, so that a slow answer costs no rate.
LOOKAHEAD = timedelta(seconds=5)

RETRY_DELAY = timedelta(seconds=10)

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person whose direct message this process is to open."""

    workspace: str
    person: str
    claimed_until: datetime  # real time, to the microsecond: it also marks the deliveries that were claimed


async def open_needed(ctx: DeliveryContext) -> int:
    """Open those whose slots come next. Return how many; there may be more.

    Processes share the work through the database.
    """
    until = ctx.clock.conference_now() + SWEEP_AHEAD
    if not await ctx.database.read(needs_opening, ctx.workspace, until):
        return 0
    recipients = await ctx.database.write(claim_recipients, ctx.workspace, ctx.config, until)
    await asyncio.gather(*(run_safely("opening", _open, ctx, recipient) for recipient in recipients))
    return len(recipients)


async def _open(ctx: DeliveryContext, recipient: Recipient) -> None:
    opened = await ctx.poster.open(recipient.person)
    if isinstance(opened, str):
        await ctx.database.write(record_opened, recipient, opened)
        return
    for delivery in await ctx.database.write(_record_failure, ctx, recipient, opened):
        ctx.log.state_changed(delivery, DEAD, opened.error if isinstance(opened, Refused) else "")


async def _record_failure(
    tx: Transaction, ctx: DeliveryContext, recipient: Recipient, failure: Failure
) -> list[Delivery]:
    """Schedule another attempt; where none can succeed, end the waiting deliveries and return them."""
    if isinstance(failure, RateLimited):
        await pauses.pause(tx, recipient.workspace, OPEN, "rate limited", seconds=failure.retry_after)
    waiting = await _deliveries(tx, recipient)
    ended: list[Delivery] = []
    if isinstance(failure, Refused) and failure.scope not in ("", "workspace"):
        await change_state(tx, _claimed(recipient), DEAD, failure.error, await tx.now())
        ended = waiting
    else:
        retry_at = await tx.now() + RETRY_DELAY
        await tx.execute(update(DELIVERIES).where(_claimed(recipient)).values(not_before=retry_at))
    if waiting and isinstance(failure, Refused):
        await handle_failure(tx, ctx, waiting[0], failure)  # they are for the same person, so one is enough
    return ended


async def _deliveries(tx: Transaction, recipient: Recipient) -> list[Delivery]:
    """The deliveries that wait for this direct message."""
    rows = await tx.execute(select(*DELIVERY_COLUMNS).where(_claimed(recipient)).order_by(_D.id))
    return [Delivery(**row._asdict()) for row in rows]


async def needs_opening(tx: Transaction, workspace: str, until: datetime) -> bool:
    """Tell whether a delivery that is due by `until`, in conference time, needs a direct message opened."""
    query = select(exists().where(_unopened(workspace, until, await tx.now())))
    return bool((await tx.execute(query)).scalar())


async def claim_recipients(tx: Transaction, workspace: str, config: DeliveryConfig, until: datetime) -> list[Recipient]:
    """Claim the people whose deliveries are the most urgent, so that other processes leave these alone for a while."""
    bucket = await rate_limits.lock_bucket(tx, workspace, OPEN)
    slots = int((bucket.now + LOOKAHEAD - bucket.next_slot) / config.interval(OPEN))
    if bucket.paused or slots < 1:
        return []
    ready = _unopened(workspace, until, bucket.now)
    most_urgent = (func.min(_D.rank), func.min(_D.start), func.min(_D.due), _D.conversation)
    query = select(_D.conversation).where(ready).group_by(_D.conversation).order_by(*most_urgent).limit(slots)
    people = list((await tx.execute(query)).scalars())

    claimed_until = bucket.now + config.lease
    mine = and_(ready, _D.conversation.in_(people))
    await tx.execute(update(DELIVERIES).where(mine).values(not_before=claimed_until))
    return [Recipient(workspace, person, claimed_until) for person in people]


async def record_opened(tx: Transaction, recipient: Recipient, channel: str) -> None:
    """Keep the id of the direct message. The deliveries that waited for it can be leased now."""
    await recipients_repository.remember_direct_channel(tx, recipient.workspace, recipient.person, channel)
    # Not everyone who gets messages has settings to keep it in: organisers get alerts.
    values = {"channel": channel, "not_before": case((_claimed(recipient), None), else_=_D.not_before)}
    await tx.execute(update(DELIVERIES).where(_waits(recipient)).values(values))


def _unopened(workspace: str, until: datetime, now: datetime) -> ColumnElement[bool]:
    known = exists().where(
        PEOPLE.c.workspace == _D.workspace, PEOPLE.c.person == _D.conversation, PEOPLE.c.channel != ""
    )
    to_person = and_(_D.workspace == workspace, is_user(_D.conversation), ~known)
    waiting = and_(_D.state == PENDING, _D.channel == "", _D.corrects == "")
    return and_(to_person, waiting, _D.due <= literal(until, Moment), is_past(_D.not_before, literal(now, Moment)))


def _waits(recipient: Recipient) -> ColumnElement[bool]:
    to_person = and_(_D.workspace == recipient.workspace, _D.conversation == recipient.person)
    return and_(to_person, _D.state == PENDING, _D.channel == "", _D.corrects == "")


def _claimed(recipient: Recipient) -> ColumnElement[bool]:
    return and_(_waits(recipient), _D.not_before == literal(recipient.claimed_until, Moment))
