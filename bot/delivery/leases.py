"""Who is delivering what: leases, each with a slot to post in, and the fence just before posting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, and_, bindparam, literal, select, update

from bot.db.database import Transaction
from bot.db.sql import Moment, add, real_time, values_params, values_table
from bot.db.tables import ACTIVE, DELIVERIES, DELIVERY_TALKS, LEASED, NEWEST_NUMBER, PENDING, POSTING
from bot.delivery import rate_limits
from bot.delivery.models import POST, change_state, is_user_id
from bot.delivery.pauses import is_paused
from bot.delivery.queue import candidates

_D = DELIVERIES.c

_THROTTLE_DELAY = rate_limits.CHANNEL_INTERVAL


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """What a node asks for: deliveries of one workspace that go out by one method."""

    workspace: str
    method: str
    token: str  # the lease's name, new for every request
    limit: int
    interval: timedelta  # between two calls of the method
    lookahead: timedelta  # no slot is taken that is further off
    lease: timedelta
    early: timedelta = timedelta()  # so long before they are due, people may be reminded, when there are many
    only_channel: str = ""  # a rehearsal's: the one channel everything goes to


@dataclass(frozen=True, slots=True)
class DeliveryItem:
    """One session that a delivery tells of; in a notice, `kind` says whether it stands for the reminder too."""

    talk: str
    start: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """A delivery that is leased to us. What it tells is known once it has passed the fence."""

    id: str
    workspace: str
    conversation: str
    kind: str
    original_kind: str  # the kind of message it is, or that it edits
    start: datetime  # conference time, like `due`
    due: datetime
    content: str
    corrects: str
    known_revision: int  # the revision its readers know; 0 where that does not matter
    attempts: int  # with this one
    channel: str  # where to post, or where the message stands that is edited; empty when a person's is not known yet
    ts: str  # of the message that is edited
    wait: timedelta  # from the lease until its slot; below zero when a slot is made up for
    items: tuple[DeliveryItem, ...] = ()


class OutdatedSnapshot(Exception):
    """The schedule has a newer revision than the one that the deliveries would be written from."""


async def lease_deliveries(tx: Transaction, request: LeaseRequest, conference_now: datetime) -> list[LeasedDelivery]:
    """Take what is due, most urgent first, with a slot for each; in order of slots."""
    bucket = await rate_limits.lock_bucket(tx, request.workspace, request.method)
    if bucket.paused or bucket.free_at > bucket.now + request.lookahead:
        return []
    most = min(request.limit, int((bucket.now + request.lookahead - bucket.free_at) / request.interval) + 1)
    parameters = {
        "workspace": request.workspace,
        "conference": conference_now,
        "early": conference_now + request.early,
        "now": bucket.now,
        "most": most,
        "only_channel": request.only_channel,
    }
    found = (await tx.execute(candidates(tx.on_postgresql, request.method), parameters)).all()
    leased, crowded, free = _assign_slots(request, bucket, found)
    if leased:
        parameters = values_params(tx.on_postgresql, id=[one.id for one in leased])
        terms = {"token": request.token, "now": bucket.now, "until": bucket.now + request.lease}
        await tx.execute(_lease_statement(tx.on_postgresql), parameters | terms)
        await rate_limits.set_next_slots(tx, request.workspace, free)
    if crowded:  # so that they do not stand in the way of others meanwhile
        await tx.execute(update(DELIVERIES).where(_D.id.in_(crowded)).values(not_before=bucket.now + _THROTTLE_DELAY))
    return leased


def _assign_slots(
    request: LeaseRequest, bucket: rate_limits.RateBucket, found: Sequence[Row[Any]]
) -> tuple[list[LeasedDelivery], list[str], dict[str, datetime]]:
    """Those that get a slot which both the workspace and their channel allow soon; the others; the buckets' next slots."""
    next_slot, furthest = bucket.free_at, bucket.now + request.lookahead
    channels: dict[str, datetime] = {}
    leased, crowded = [], []
    for row in found:
        channel = channels.get(row.bucket) or rate_limits.valid_slot(row.free_at, bucket.now) or next_slot
        slot = max(next_slot, channel) if request.method == POST else next_slot
        if slot > furthest:
            crowded.append(row.id)
            continue
        next_slot += request.interval
        if request.method == POST:  # editing has no limit of a channel
            channels[row.bucket] = slot + rate_limits.CHANNEL_INTERVAL
        leased.append(_leased_delivery(row, slot - bucket.now))
    leased.sort(key=lambda one: one.wait)
    return leased, crowded, channels | {request.method: next_slot}


def _leased_delivery(row: Row[Any], wait: timedelta) -> LeasedDelivery:
    to_person = is_user_id(row.conversation)
    return LeasedDelivery(
        id=row.id,
        workspace=row.workspace,
        conversation=row.conversation,
        kind=row.kind,
        original_kind=row.tells,
        start=row.start,
        due=row.due,
        content=row.content,
        corrects=row.corrects,
        known_revision=row.since,
        attempts=row.attempts + 1,
        channel=row.address or ("" if to_person else row.conversation),
        ts=row.message,
        wait=wait,
    )


async def recheck(
    tx: Transaction, request: LeaseRequest, leased: Sequence[LeasedDelivery], revision: int, conference_now: datetime
) -> list[LeasedDelivery]:
    """Just before posting: those of our leases that may still go out, marked as being posted, with what they tell.

    Raises OutdatedSnapshot when `revision`, from which they would be written, is not the newest. That is asked
    after the rows are locked: who publishes locks them too, so either we see the revision or it sees us posting.
    """
    terms = {"token": request.token, "edition": revision, "conference": conference_now}
    terms |= {"in_workspace": request.workspace, "by_method": request.method}
    parameters = values_params(tx.on_postgresql, id=[one.id for one in leased]) | terms | tx.now_param
    passed = set((await tx.execute(_recheck_statement(tx.on_postgresql, request.lease), parameters)).scalars())
    if len(passed) < len(leased):
        await _release_paused(tx, request, leased)
    through = [one for one in leased if one.id in passed]
    told, newest = await _items(tx, [one.corrects or one.id for one in through])
    if through and newest != revision:
        raise OutdatedSnapshot
    return [replace(one, items=tuple(told.get(one.corrects or one.id, ()))) for one in through]


async def _items(tx: Transaction, ids: Sequence[str]) -> tuple[dict[str, list[DeliveryItem]], int]:
    """What these deliveries still tell, and the number of the newest revision."""
    told: dict[str, list[DeliveryItem]] = {}
    newest = 0
    for row in await tx.execute(_items_query(tx.on_postgresql), values_params(tx.on_postgresql, id=ids)) if ids else ():
        told.setdefault(row.delivery, []).append(DeliveryItem(row.talk, row.start, row.kind))
        newest = row.newest
    return told, newest


async def _release_paused(tx: Transaction, request: LeaseRequest, leased: Sequence[LeasedDelivery]) -> None:
    now = await tx.now()
    ours = and_(_D.id.in_([one.id for one in leased]), _D.lease == request.token, _D.state == LEASED)
    which = and_(ours, is_paused(literal(request.workspace), literal(request.method), literal(now, Moment)))
    await change_state(tx, which, PENDING, "sending is held", now, lease="", lease_until=None)


async def release_lease(tx: Transaction, token: str, because: str) -> int:
    """Give back what we took under this lease and have not begun to post."""
    ours = and_(_D.lease == token, _D.state == LEASED)
    return len(await change_state(tx, ours, PENDING, because, await tx.now(), lease="", lease_until=None))


@cache
def _lease_statement(on_postgresql: bool) -> Update:
    values = {"state": LEASED, "reason": "", "lease": bindparam("token"), "lease_until": bindparam("until")}
    ids = select(values_table(on_postgresql, "id").c.id)
    return update(DELIVERIES).where(_D.id.in_(ids)).values(values | {"changed_at": bindparam("now")})


@cache
def _recheck_statement(on_postgresql: bool, lease: timedelta) -> Any:
    now = real_time(on_postgresql)
    ours = and_(_D.lease == bindparam("token"), _D.state == LEASED, _D.lease_until > now)
    may_go = and_(
        _D.expires > bindparam("conference"), ~is_paused(bindparam("in_workspace"), bindparam("by_method"), now)
    )
    ids = select(values_table(on_postgresql, "id").c.id)
    values = {"state": POSTING, "revision": bindparam("edition"), "attempts": _D.attempts + 1}
    values |= {"changed_at": now, "posted_at": now, "lease_until": add(now, lease)}
    return update(DELIVERIES).where(_D.id.in_(ids), ours, may_go).values(values).returning(_D.id)


@cache
def _items_query(on_postgresql: bool) -> Any:
    t = DELIVERY_TALKS.c
    ids = select(values_table(on_postgresql, "id").c.id)
    told = select(t.delivery, t.talk, t.start, t.kind, NEWEST_NUMBER.label("newest"))
    return told.where(t.delivery.in_(ids), ACTIVE).order_by(t.start, t.talk)
