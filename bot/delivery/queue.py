"""The queue of deliveries in the database: creating them, how many wait, and when there is something to do.

A delivery is one message to one conversation. What it tells is kept as items, one for each session or occasion. A
unique index over the items keeps any process from telling the same conversation the same thing twice, so the items are
inserted first, and then one delivery for each group of new items that share a delivery id.

A delivery's id begins with the id of the batch that made it, and a dot. The rest says whom it is for and what it tells.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    true,
    union_all,
)

from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, add, minute_of
from bot.db.tables import (
    DELIVERIES,
    DELIVERY_TALKS,
    LEASED,
    PAUSES,
    PENDING,
    POSTING,
    REMINDERS,
    SUBSCRIPTIONS,
    UNFINISHED,
    UNKNOWN,
)
from bot.delivery import models, reminder_plan, restore_guard
from bot.delivery.models import (
    CHANNEL_CORRECTIONS,
    CHANNELS,
    PEOPLE_CORRECTIONS,
    POST,
    REMINDER,
    UPDATE,
    USEFUL_AFTER_START,
    rank_by_audience,
)
from bot.delivery.pauses import PAUSE, STOPPED

# Reminders are enqueued this long before they are due: people's may be posted early where there are many of them.
SWEEP_AHEAD = timedelta(minutes=15)

PLANNED, REQUESTED_LATE = "planned", "asked for after it was begun"  # the reasons that deliveries are created with

NO_TALK = ""  # the talk of an item that is about no talk

NO_START = datetime(1970, 1, 1, tzinfo=UTC)  # the start of an item that is about no session

PAUSED = (PAUSE, STOPPED)  # the reasons why nothing is sent in a workspace

Text = str | ColumnElement[str]

Time = datetime | ColumnElement[datetime]

Items = Select[*tuple[Any, ...]]

_D, _R, _T = DELIVERIES.c, REMINDERS.c, DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to one conversation about an occasion, which that conversation hears of only once."""

    workspace: str
    conversation: str  # a channel's id or a person's
    kind: str
    occasion: str
    rank: int
    due: datetime  # conference time
    expires: datetime  # conference time
    content: str = ""  # small JSON


async def enqueue(tx: Transaction, new: NewDelivery, reason: str) -> bool:
    """Enqueue a single message. Return false when this conversation has had this occasion before."""
    batch = new_batch_id()
    occasion_hash = hashlib.blake2s(new.occasion.encode(), digest_size=6).hexdigest()
    delivery = f"{batch}.{new.workspace}.{new.conversation}.{new.kind}-{occasion_hash}"
    items = select_items(delivery, new.workspace, new.conversation, kind=new.kind, due=new.due, occasion=new.occasion)
    await insert_items(tx, items)
    created = await insert_deliveries(
        tx,
        batch,
        reason,
        in_doubt=restore_guard.was_restored(),
        start=_T.due,
        group_by=(_T.due,),
        occasion=literal(new.occasion),
        expires=literal(new.expires, Moment),
        rank=literal(new.rank),
        content=literal(new.content),
    )
    return created > 0


async def enqueue_due_reminders(tx: Transaction, conference_now: datetime) -> int | None:
    """Enqueue the reminders that share the earliest due start and lead time.

    Return the number of deliveries created, or nothing when no reminder is due.
    """
    batch = new_batch_id()
    if not await reminder_plan.claim(tx, batch, conference_now + SWEEP_AHEAD):
        return None
    if tx.on_postgresql:
        await tx.execute(text("SET LOCAL work_mem = '64MB'"))  # with the usual 4 MB, 100,000 rows are sorted on disk
        # PostgreSQL has no statistics on the new batch, expects a handful of rows, and would look up people one by one.
        await tx.execute(text("SET LOCAL enable_nestloop = off"))
    return await _enqueue_reminders(tx, batch, PLANNED, [_R.begun_by == batch])


async def enqueue_for_conversation(
    tx: Transaction, workspace: str, conversation: str, conference_now: datetime, talk: str | None = None
) -> int:
    """Enqueue the reminders that were enqueued for others before this channel or person asked for them.

    Only sessions that are still to start count. Call this after the change and in its transaction: reminders that are
    not enqueued yet will be later, and will see the change.
    """
    await reminder_plan.lock_unclaimed(tx, conference_now + 2 * SWEEP_AHEAD, talk)
    claimed = [_R.begun_by.is_not(None), _R.start > conference_now]
    claimed += [_R.talk == talk] if talk is not None else []
    return await _enqueue_reminders(tx, new_batch_id(), REQUESTED_LATE, claimed, only=(workspace, conversation))


def new_batch_id() -> str:
    """A new id for each run, so that a transaction that is run again does not add to the messages of another batch."""
    return secrets.token_hex(6)


def items_of_batch(batch: str) -> tuple[ColumnElement[bool], ...]:
    """In SQL: the items whose delivery's id begins with the batch's."""
    return _T.delivery > f"{batch}.", _T.delivery < f"{batch}/"  # "/" is the next character after "."


def select_items(
    delivery: Text,
    workspace: Text,
    conversation: Text,
    *,
    kind: str,
    due: Time,
    talk: Text = NO_TALK,
    start: Time = NO_START,
    occasion: str = "",
) -> Items:
    """In SQL: items to insert, one for each row of the tables that these values are from."""
    recipient = {"delivery": delivery, "workspace": workspace, "conversation": conversation}
    values: dict[str, Any] = recipient | {"kind": kind, "talk": talk, "start": start, "due": due, "occasion": occasion}
    types = DELIVERY_TALKS.c
    return select(
        *(
            (value if isinstance(value, ColumnElement) else literal(value, types[name].type)).label(name)
            for name, value in values.items()
        )
    )


async def insert_items(tx: Transaction, items: Items, parameters: Mapping[str, Any] | None = None) -> None:
    """Insert these items, apart from those that their conversation has already."""
    # SQLite takes the ON of ON CONFLICT for a join's when the SELECT before it has no WHERE.
    rows = tx.insert(DELIVERY_TALKS).from_select(items.selected_columns.keys(), items.where(true()))
    await tx.execute(rows.on_conflict_do_nothing(), parameters)


async def insert_deliveries(
    tx: Transaction,
    batch: str,
    reason: str,
    *,
    in_doubt: ColumnElement[bool],
    start: ColumnElement[datetime],
    group_by: Iterable[ColumnElement[Any]] = (),
    not_before: datetime | None = None,
    **values: ColumnElement[Any],
) -> int:
    """Create a delivery for each group of the batch's items that share a delivery id. Return how many there are.

    `in_doubt` says in SQL which of them may have been sent before the database was restored. `values` are further
    columns. `group_by` are the columns of items, apart from those that are always the same, that these values use
    unaggregated.
    """
    same = {"id": _T.delivery, "workspace": _T.workspace, "conversation": _T.conversation, "kind": _T.kind}
    columns = same | {"start": start, "due": func.min(_T.due, type_=Moment)} | values
    columns["changed_at"] = literal(await tx.now(), Moment)
    columns |= restore_guard.initial_state(in_doubt, reason, not_before)
    # In the order of their ids, so that each index grows at its end, which is cheaper than inserting at random.
    rows = (
        select(*columns.values())
        .where(*items_of_batch(batch))
        .group_by(*same.values(), *group_by)
        .order_by(_T.delivery)
    )
    return (await tx.execute(insert(DELIVERIES).from_select(list(columns), rows))).rowcount


async def _enqueue_reminders(
    tx: Transaction,
    batch: str,
    reason: str,
    reminders: Iterable[ColumnElement[bool]],
    only: tuple[str, str] | None = None,
) -> int:
    """Enqueue these reminders for everyone who wants them, or for `only` one workspace and conversation."""
    s, p = SUBSCRIPTIONS.c, tables.PEOPLE.c
    for workspace, conversation, is_wanted in (
        (s.workspace, s.conversation, reminder_plan.wanted_by_channel()),
        (p.workspace, p.person, reminder_plan.wanted_by_person()),
    ):
        # Sessions of a batch that start together get the same delivery id, so they share a message.
        delivery = literal(batch) + "." + workspace + "." + conversation + "." + cast(minute_of(_R.start), String)
        items = select_items(delivery, workspace, conversation, kind=REMINDER, due=_R.due, talk=_R.talk, start=_R.start)
        recipient = [workspace == only[0], conversation == only[1]] if only else []
        await insert_items(tx, items.where(is_wanted, *reminders, *recipient))
    return await insert_deliveries(
        tx,
        batch,
        reason,
        in_doubt=restore_guard.starts_before_restore(_T.start),
        start=_T.start,
        group_by=(_T.start,),
        expires=add(_T.start, USEFUL_AFTER_START),
        rank=rank_by_audience(_T.conversation, CHANNELS, models.PEOPLE),
    )


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The deliveries that have not ended, in figures."""

    states: Mapping[str, int]  # how many are in each state of UNFINISHED
    overdue: int  # how many have expired
    due: datetime | None  # when the one that has waited longest was due; conference time
    # How many workspaces send nothing, by each reason of PAUSED.
    paused: Mapping[str, int] = field(default_factory=dict)


async def queue_status(tx: Transaction, conference_now: datetime) -> QueueStatus:
    """Count the deliveries that have not ended. This is cheap: indexes that hold nothing else answer it."""
    rows = (await tx.execute(queue_counts_query(conference_now))).all()
    states = dict.fromkeys(UNFINISHED, 0) | {row.state: row.number for row in rows}
    due = min((row.due for row in rows if row.due is not None), default=None)
    return QueueStatus(states, sum(row.overdue for row in rows), due, await _paused_counts(tx))


def queue_counts_query(conference_now: datetime) -> CompoundSelect[tuple[str, int, int, datetime | None]]:
    """The query for the figures, in parts that one partial index each can answer alone."""
    parts = (_D.state == PENDING, _D.state.in_((LEASED, POSTING)), _D.state == UNKNOWN)
    return union_all(*(_count_part(part, conference_now) for part in parts))


def _count_part(which: ColumnElement[bool], conference_now: datetime) -> Select[tuple[str, int, int, datetime | None]]:
    now = literal(conference_now, Moment)
    overdue = func.sum(case((_D.expires <= now, 1), else_=0))
    due = func.min(case((_D.due <= now, _D.due)), type_=Moment)
    columns = (_D.state, func.count().label("number"), overdue.label("overdue"), due.label("due"))
    return select(*columns).where(which).group_by(_D.state)


async def _paused_counts(tx: Transaction) -> dict[str, int]:
    query = select(PAUSES.c.what, func.count().label("number")).where(PAUSES.c.what.in_(PAUSED)).group_by(PAUSES.c.what)
    return dict.fromkeys(PAUSED, 0) | {row.what: row.number for row in await tx.execute(query)}


async def count_waiting(tx: Transaction, workspace: str) -> dict[str, int]:
    """Count the pending deliveries, due or not, by the method that they go out by."""
    method = case((_D.rank.in_((CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS)), UPDATE), else_=POST)
    query = select(method.label("method"), func.count().label("number"))
    rows = await tx.execute(query.where(_D.workspace == workspace, _D.state == PENDING).group_by(method))
    return {row.method: row.number for row in rows}


async def next_due_delivery(tx: Transaction, conference_now: datetime) -> datetime | None:
    """When the next pending delivery falls due that is not due yet; conference time."""
    query = select(func.min(_D.due)).where(_D.state == PENDING, _D.due > conference_now)
    due: datetime | None = (await tx.execute(query)).scalar_one()
    return due


async def next_step_at(tx: Transaction) -> datetime | None:
    """When something can be done next for a delivery that has not ended.

    This is for a rehearsal, where conference time and real time are the same. The moment is in the past for deliveries
    that are being sent; nothing when all have ended.
    """
    waits = case((_D.not_before > _D.due, _D.not_before), else_=_D.due)
    step = case((_D.state == PENDING, waits), (_D.state == UNKNOWN, _D.not_before), else_=_D.changed_at)
    not_ended = _D.state.in_(UNFINISHED)
    moment: datetime | None = (await tx.execute(select(func.min(step, type_=Moment)).where(not_ended))).scalar_one()
    return moment


@dataclass(frozen=True, slots=True)
class NextWork:
    """The next things to do in a workspace. All moments are conference time; None where there is nothing."""

    sending: int  # deliveries that are leased or being posted
    unknown: int  # deliveries whose outcome is unknown
    pending: int
    due: datetime | None  # when the first of the pending deliveries is due
    reminder: datetime | None  # when the next planned reminder is due, whether or not somebody wants it
    wanted: datetime | None  # when the next one is due that somebody wants
    daily: datetime | None  # when the next daily message is due

    def begins(self, now: datetime, interval: timedelta) -> datetime | None:
        """The time when an open workspace has something to do: `now` while something is under way.

        Many deliveries begin to be sent ahead of time, so that with this interval between two of them none is late.
        """
        return self._earliest(now, self.reminder, min(SWEEP_AHEAD, self.pending * interval))

    def opens(self, now: datetime) -> datetime | None:
        """The time when a closed workspace has to be open: as soon as its next delivery could be sent."""
        return self._earliest(now, self.wanted, SWEEP_AHEAD)

    def _earliest(self, now: datetime, reminder: datetime | None, ahead: timedelta) -> datetime | None:
        moments = (
            now if self.sending or self.unknown else None,
            self.due - ahead if self.due else None,
            reminder - SWEEP_AHEAD if reminder else None,  # it is created this long before it is due
            self.daily,
        )
        return min((moment for moment in moments if moment), default=None)


async def next_work(tx: Transaction, daily: datetime | None) -> NextWork:
    """Find the next things to do. `daily` is when the next daily message is due."""
    row = (await tx.execute(_NEXT_WORK)).one()
    return NextWork(row.sending, row.unknown, row.pending, row.due, row.reminder, row.wanted, daily)


def _next_work() -> Select[*tuple[Any, ...]]:
    """One statement: between two of them, a reminder could become a delivery and be seen in neither."""
    is_pending, is_unknown = _D.state == PENDING, _D.state == UNKNOWN
    return select(
        func.count(case((~(is_pending | is_unknown), 1))).label("sending"),
        func.count(case((is_unknown, 1))).label("unknown"),
        func.count(case((is_pending, 1))).label("pending"),
        func.min(case((is_pending, _D.due)), type_=Moment).label("due"),
        reminder_plan.NEXT_DUE.scalar_subquery().label("reminder"),
        reminder_plan.NEXT_DUE_WITH_AUDIENCE.scalar_subquery().label("wanted"),
    ).where(_D.state.in_(UNFINISHED))


_NEXT_WORK = _next_work()
