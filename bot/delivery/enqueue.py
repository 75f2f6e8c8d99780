"""Create deliveries in the database.

A delivery is one message to one conversation. What it tells is kept as items, one for each session or occasion. A unique
index over the items keeps any process from telling the same conversation the same thing twice, so the items are inserted
first, and then one delivery for each group of new items that share a delivery id.

A delivery's id begins with the id of the batch that made it, and a dot. The rest says whom it is for and what it tells.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, insert, literal, select, text, true

from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, add, minute_of
from bot.db.tables import ACTIVE, DELIVERIES, DELIVERY_TALKS, REMINDERS, SUBSCRIPTIONS, UNIQUE_ITEM
from bot.delivery import models, plan, restore_guard
from bot.delivery.models import CHANNELS, REMINDER, USEFUL_AFTER_START, rank_by_audience

# Reminders are enqueued so long before they are due: people's may be posted early where there are many of them.
SWEEP_AHEAD = timedelta(minutes=15)

PLANNED, REQUESTED_LATE = "planned", "asked for after it was begun"  # the reasons that deliveries are created with

NO_TALK = ""  # the talk of an item that is about no talk

NO_START = datetime(1970, 1, 1, tzinfo=UTC)  # the start of an item that is about no session

_R, _T = REMINDERS.c, DELIVERY_TALKS.c


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
    item = {
        "delivery": f"{batch}.{new.workspace}.{new.conversation}.{new.kind}-{occasion_hash}",
        "workspace": new.workspace,
        "conversation": new.conversation,
        "kind": new.kind,
        "occasion": new.occasion,
        "talk": NO_TALK,
    }
    moments = {"start": literal(NO_START, Moment), "due": literal(new.due, Moment)}
    columns = {name: literal(value) for name, value in item.items()} | moments
    await insert_items(tx, columns, select(*columns.values()))
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
    if not await plan.claim(tx, batch, conference_now + SWEEP_AHEAD):
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
    await plan.lock_unclaimed(tx, conference_now + 2 * SWEEP_AHEAD, talk)
    claimed = [_R.begun_by.is_not(None), _R.start > conference_now]
    claimed += [_R.talk == talk] if talk is not None else []
    return await _enqueue_reminders(tx, new_batch_id(), REQUESTED_LATE, claimed, only=(workspace, conversation))


def new_batch_id() -> str:
    """A new id for each run, so that a transaction that is run again does not add to the messages of another batch."""
    return secrets.token_hex(6)


def items_of_batch(batch: str) -> tuple[ColumnElement[bool], ...]:
    """In SQL: the items whose delivery's id begins with the batch's."""
    return _T.delivery > f"{batch}.", _T.delivery < f"{batch}/"  # "/" is the next character after "."


async def insert_items(
    tx: Transaction,
    columns: Iterable[str],
    items: Select[*tuple[Any, ...]],
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Insert these items, apart from those that their conversation has already."""
    # SQLite takes the ON of ON CONFLICT for a join's when the SELECT before it has no WHERE.
    rows = tx.insert(DELIVERY_TALKS).from_select(list(columns), items.where(true()))
    await tx.execute(rows.on_conflict_do_nothing(index_elements=UNIQUE_ITEM, index_where=ACTIVE), parameters)


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

    `in_doubt` says in SQL which of them may have been sent before the database was restored. `values` are further columns.
    `group_by` are the columns of items, apart from those that are always the same, that these values use unaggregated.
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
    channel, person = (s.workspace, s.conversation), (p.workspace, p.person.label("conversation"))
    for items in (
        select(*_reminder_item(batch, *channel)).where(plan.wanted_by_channel()),
        select(*_reminder_item(batch, *person)).where(plan.wanted_by_person()),
    ):
        item = items.selected_columns
        recipient = [item.workspace == only[0], item.conversation == only[1]] if only else []
        columns = ("delivery", "workspace", "conversation", "kind", "talk", "start", "due")
        await insert_items(tx, columns, items.where(*reminders, *recipient))
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


def _reminder_item(
    batch: str, workspace: ColumnElement[str], conversation: ColumnElement[str]
) -> tuple[ColumnElement[Any], ...]:
    """The columns of an item. Sessions of a batch that start together get the same delivery id, so they share a message."""
    delivery = literal(batch) + "." + workspace + "." + conversation + "." + cast(minute_of(_R.start), String)
    return (delivery.label("delivery"), workspace, conversation, literal(REMINDER), _R.talk, _R.start, _R.due)
