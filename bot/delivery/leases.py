"""Leases: which process delivers what, with a slot to post in, and the recheck just before posting.

A process leases what is due, and before it posts it rechecks in one update that the lease still holds and that the
message may still go out. The update marks the delivery as being posted: from then on its outcome is unknown until it is
recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Update, and_, bindparam, exists, func, literal, or_, select, update

from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, add, is_past, real_time, values_params, values_table
from bot.db.tables import (
    ACTIVE,
    DELIVERIES,
    DELIVERY_TALKS,
    LEASED,
    NEWEST_NUMBER,
    NO_LEASE,
    PACING,
    PENDING,
    POSTING,
    SENT,
)
from bot.delivery import models, rate_limits, recipients_repository
from bot.delivery.models import DELIVERY_COLUMNS, EVENING, NOTICE, POST, Delivery, change_state, is_user, is_user_id
from bot.delivery.pauses import is_paused
from bot.delivery.rate_limits import DeliveryConfig
from bot.planning.interests import Profile

_D = DELIVERIES.c

SUGGESTING = (NOTICE, EVENING)  # the kinds that suggest talks to their reader

NOBODY = Profile()


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """A process's request for deliveries of one workspace that go out by one method."""

    workspace: str
    method: str
    token: str  # the lease's name, new for every request
    limit: int
    config: DeliveryConfig
    # When there are many, people may be reminded this long before the time; conference time.
    early: timedelta = timedelta()

    @property
    def interval(self) -> timedelta:
        return self.config.interval(self.method)


@dataclass(frozen=True, slots=True)
class DeliveryItem:
    """One session that a delivery tells of. In a notice, `kind` says whether it stands for the reminder too."""

    talk: str
    start: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class LeasedDelivery(Delivery):
    """A delivery that is leased to this process. Its items are known once it has passed the recheck."""

    lease: str  # the token of the lease
    original_kind: str  # the kind of the message, or of the message that it edits
    start: datetime  # conference time
    content: str
    known_revision: int  # the revision that its readers know; 0 where that does not matter
    attempts: int  # with this one
    channel: str  # where to post or edit; a person's direct message
    zone: str  # the name of the recipient's time zone; empty for a channel, and where it is not known
    ts: str  # the timestamp of the message to edit
    wait: timedelta  # from the lease until its slot; below zero when a missed slot is made up for
    items: tuple[DeliveryItem, ...] = ()
    profile: Profile = NOBODY  # of the person who reads it, where the message depends on that

    @property
    def needs_profile(self) -> bool:
        """Tell whether the message suggests talks to a person."""
        return self.kind in SUGGESTING and self.is_personal


class OutdatedSnapshot(Exception):
    """The schedule has a newer revision than the one that the messages would be rendered from."""


async def lease_deliveries(tx: Transaction, request: LeaseRequest, conference_now: datetime) -> list[LeasedDelivery]:
    """Lease what is due, the most urgent first, with a slot for each. Return them in the order of their slots."""
    bucket = await rate_limits.lock_bucket(tx, request.workspace, request.method)
    furthest = bucket.now + request.config.lookahead
    if bucket.paused or bucket.next_slot > furthest:
        return []

    parameters = {
        "workspace": request.workspace,
        "conference": conference_now,
        "early": conference_now + request.early,
        "now": bucket.now,
        "most": min(request.limit, int((furthest - bucket.next_slot) / request.interval) + 1),
        "only_channel": request.config.only_channel,
    }
    rows = (await tx.execute(_candidates(request.method), parameters)).all()
    leased, postponed = _assign_slots(request, bucket, rows)
    if leased:
        ids = values_params(tx.on_postgresql, id=[delivery.id for delivery in leased])
        terms = {"token": request.token, "now": bucket.now, "until": bucket.now + request.config.lease}
        await tx.execute(_lease_statement(tx.on_postgresql), ids | terms)
        await rate_limits.set_next_slots(tx, request.workspace, bucket.slots)
    if postponed:  # otherwise they would keep their places in the queue from others meanwhile
        later = bucket.now + rate_limits.CHANNEL_INTERVAL
        await tx.execute(update(DELIVERIES).where(_D.id.in_(postponed)).values(not_before=later))
    return leased


def _assign_slots(
    request: LeaseRequest, bucket: rate_limits.RateBucket, rows: Sequence[Row[Any]]
) -> tuple[list[LeasedDelivery], list[str]]:
    """Give a slot to each delivery that both the workspace and its channel allow soon.

    Return these, and the ids of those whose channels are busy.
    """
    furthest = bucket.now + request.config.lookahead
    leased, postponed = [], []
    for row in rows:
        next_slot = bucket.next_slot
        if next_slot > furthest:
            break
        channel_slot = bucket.channels.get(row.bucket) or rate_limits.valid_slot(row.free_at, bucket.now) or next_slot
        slot = max(next_slot, channel_slot) if request.method == POST else next_slot
        if slot > furthest:
            postponed.append(row.id)
            continue
        bucket.take(request.interval)
        if request.method == POST:  # edits are not limited by channel
            bucket.channels[row.bucket] = slot + rate_limits.CHANNEL_INTERVAL
        leased.append(_leased_delivery(row, request.token, slot - bucket.now))
    leased.sort(key=lambda delivery: delivery.wait)
    return leased, postponed


def _leased_delivery(row: Row[Any], lease: str, wait: timedelta) -> LeasedDelivery:
    fields = row._asdict()
    del fields["bucket"], fields["free_at"]
    channel = row.channel or ("" if is_user_id(row.conversation) else row.conversation)
    return LeasedDelivery(**fields | {"lease": lease, "channel": channel, "attempts": row.attempts + 1, "wait": wait})


async def recheck(
    tx: Transaction, request: LeaseRequest, leased: Sequence[LeasedDelivery], revision: int, conference_now: datetime
) -> list[LeasedDelivery]:
    """Mark those of our leases that may still go out as being posted. Return them with their items.

    Raises OutdatedSnapshot when `revision`, from which they would be rendered, is not the newest. That is checked after
    the rows are locked. Publishing locks them too, so either we see the new revision, or it sees that we are posting.
    """
    terms = {"token": request.token, "newest_revision": revision, "conference": conference_now}
    terms |= {"in_workspace": request.workspace, "by_method": request.method}
    parameters = values_params(tx.on_postgresql, id=[delivery.id for delivery in leased]) | terms | tx.now_param
    passed_ids = set(
        (await tx.execute(_recheck_statement(tx.on_postgresql, request.config.lease), parameters)).scalars()
    )
    if len(passed_ids) < len(leased):
        await _release_paused(tx, request, leased)

    passed = [delivery for delivery in leased if delivery.id in passed_ids]
    items, newest = await _items(tx, [delivery.corrects or delivery.id for delivery in passed])
    if passed and newest != revision:
        raise OutdatedSnapshot
    return [replace(delivery, items=tuple(items.get(delivery.corrects or delivery.id, ()))) for delivery in passed]


async def with_profiles(tx: Transaction, workspace: str, leased: Sequence[LeasedDelivery]) -> Sequence[LeasedDelivery]:
    """Add the profiles of the people who read these. It is done before the recheck, which locks rows."""
    profiles = await recipients_repository.profiles_of(
        tx, workspace, [delivery.conversation for delivery in leased if delivery.needs_profile]
    )
    return [replace(delivery, profile=profiles.get(delivery.conversation, NOBODY)) for delivery in leased]


async def _items(tx: Transaction, ids: Sequence[str]) -> tuple[dict[str, list[DeliveryItem]], int]:
    """The items that these deliveries still tell, by delivery, and the number of the newest revision."""
    items: dict[str, list[DeliveryItem]] = {}
    newest = 0
    if ids:
        for row in await tx.execute(_items_query(tx.on_postgresql), values_params(tx.on_postgresql, id=ids)):
            items.setdefault(row.delivery, []).append(DeliveryItem(row.talk, row.start, row.kind))
            newest = row.newest
    return items, newest


async def _release_paused(tx: Transaction, request: LeaseRequest, leased: Sequence[LeasedDelivery]) -> None:
    now = await tx.now()
    ours = and_(_D.id.in_([delivery.id for delivery in leased]), _D.lease == request.token, _D.state == LEASED)
    paused = is_paused(literal(request.workspace), literal(request.method), literal(now, Moment))
    await change_state(tx, and_(ours, paused), PENDING, "sending is held", now, **NO_LEASE)


async def release_lease(tx: Transaction, token: str, because: str) -> int:
    """Give back what was taken under this lease and is not being posted. Return how many deliveries that is."""
    ours = and_(_D.lease == token, _D.state == LEASED)
    return len(await change_state(tx, ours, PENDING, because, await tx.now(), **NO_LEASE))


@cache
def _candidates(method: str) -> Select[*tuple[Any, ...]]:
    """The query for deliveries that are ready, the most urgent first, with their channel and when that is free again.

    A person's direct message must be open (`bot.delivery.direct_messages`). The query passes over deliveries that
    another process has locked. Its parameters: `workspace`; `conference`, the conference time; `early`, the conference
    time until which people may be reminded ahead of time; `now`, the real time; `most`, the limit; and `only_channel`,
    a rehearsal's one channel, or an empty string.
    """
    original, person = DELIVERIES.alias("original"), tables.PEOPLE.c
    to_person = and_(person.workspace == _D.workspace, person.person == _D.conversation)
    bucket = rate_limits.CHANNEL + func.coalesce(func.nullif(bindparam("only_channel"), ""), _D.conversation)
    paced = and_(PACING.c.workspace == _D.workspace, PACING.c.bucket == bucket)
    known = DELIVERIES.outerjoin(original, original.c.id == _D.corrects).outerjoin(tables.PEOPLE, to_person)
    address = func.coalesce(original.c.channel, func.nullif(person.channel, ""), _D.channel)
    columns = (
        *DELIVERY_COLUMNS,
        *(_D.start, _D.content, _D.attempts, _D.since.label("known_revision")),
        func.coalesce(original.c.kind, _D.kind).label("original_kind"),
        address.label("channel"),
        func.coalesce(person.zone, "").label("zone"),
        func.coalesce(original.c.ts, "").label("ts"),
        bucket.label("bucket"),
        PACING.c.free_at,
    )
    reachable = or_(~is_user(_D.conversation), address != "", bindparam("only_channel") != "")
    query = select(*columns).select_from(known.outerjoin(PACING, paced))
    query = query.where(_is_ready(), _is_sendable(method, original), reachable)
    ordered = query.order_by(_D.rank, _D.start, _D.due, _D.id).limit(bindparam("most"))
    return ordered.with_for_update(of=DELIVERIES, skip_locked=True)


def _is_ready() -> ColumnElement[bool]:
    conference = bindparam("conference", type_=Moment)
    due = or_(_D.due <= conference, and_(_D.rank == models.PEOPLE, _D.due <= bindparam("early", type_=Moment)))
    pending = and_(_D.workspace == bindparam("workspace"), _D.state == PENDING)
    return and_(pending, due, _D.expires > conference, is_past(_D.not_before, bindparam("now", type_=Moment)))


def _is_sendable(method: str, original: Any) -> ColumnElement[bool]:
    """In SQL: whether a delivery goes out by this method now.

    A correction waits until its message stands in Slack, and lets a notice for the same people go first.
    """
    if method == POST:
        return _D.corrects == ""
    notice = DELIVERIES.alias("notice").c
    to_same = and_(notice.workspace == _D.workspace, notice.conversation == _D.conversation, notice.kind == NOTICE)
    soon = and_(
        notice.state.in_((PENDING, LEASED, POSTING)), is_past(notice.not_before, bindparam("now", type_=Moment))
    )
    return and_(_D.corrects != "", original.c.state == SENT, ~exists().where(to_same, soon))


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
    values = {"state": POSTING, "revision": bindparam("newest_revision"), "attempts": _D.attempts + 1}
    values |= {"changed_at": now, "posted_at": now, "lease_until": add(now, lease)}
    return update(DELIVERIES).where(_D.id.in_(ids), ours, may_go).values(values).returning(_D.id)


@cache
def _items_query(on_postgresql: bool) -> Any:
    t = DELIVERY_TALKS.c
    ids = select(values_table(on_postgresql, "id").c.id)
    items = select(t.delivery, t.talk, t.start, t.kind, NEWEST_NUMBER.label("newest"))
    return items.where(t.delivery.in_(ids), ACTIVE).order_by(t.start, t.talk)
