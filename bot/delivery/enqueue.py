"""Deliveries made one by one: alerts to organisers, and whatever else does not come from the plan.

From the plan to deliveries: whom a reminder is for, and in which message it comes; all inside the database."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, insert, literal, or_, select, text

from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, add, minute_of
from bot.db.tables import ACTIVE, AGENDA, DELIVERIES, DELIVERY_TALKS, REMINDERS, SUBSCRIPTIONS, UNIQUE_ITEM
from bot.delivery import models, restore_guard
from bot.delivery.models import CHANNELS, REMINDER, USEFUL_AFTER_START, rank_by_audience
from bot.delivery.plan import claim, lock_unclaimed

NO_TALK = ""

NO_EXPIRY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to one conversation about something that is told once: `occasion` names it."""

    workspace: str
    conversation: str  # a channel's id or a person's
    kind: str
    occasion: str
    rank: int
    due: datetime  # conference time
    expires: datetime  # conference time
    content: str = ""  # small JSON


async def enqueue(tx: Transaction, new: NewDelivery, because: str) -> bool:
    """Have it delivered; false when this conversation was told of this occasion before."""
    told = hashlib.blake2s(new.occasion.encode(), digest_size=6).hexdigest()
    delivery = f"{secrets.token_hex(6)}.{new.workspace}.{new.conversation}.{new.kind}-{told}"
    here = {"workspace": new.workspace, "conversation": new.conversation, "kind": new.kind, "occasion": new.occasion}
    line = here | {"delivery": delivery, "talk": NO_TALK, "start": NO_EXPIRY, "due": new.due}
    lines = tx.insert(DELIVERY_TALKS).values(line)
    kept = lines.on_conflict_do_nothing(index_elements=UNIQUE_ITEM, index_where=ACTIVE)
    if (await tx.execute(kept)).rowcount == 0:
        return False
    row = here | {"id": delivery, "rank": new.rank, "start": new.due, "due": new.due}
    row |= {"expires": new.expires, "content": new.content, "changed_at": await tx.now()}
    await tx.execute(
        insert(DELIVERIES).values(row | restore_guard.initial_state(restore_guard.was_restored(), because))
    )
    return True


SWEEP_AHEAD = timedelta(minutes=15)  # so early deliveries are made, that a big crowd can be begun in time

PLANNED, REQUESTED_LATE = "planned", "asked for after it was begun"  # why a delivery is made

_COLUMNS = ("delivery", "workspace", "conversation", "kind", "talk", "start", "due")

_R, _T = REMINDERS.c, DELIVERY_TALKS.c


async def enqueue_due_reminders(tx: Transaction, conference_now: datetime) -> int | None:
    """Begin the reminders that share the next start and lead time; the number of deliveries made, nothing if none is due."""
    batch = _new_batch_id()
    if not await claim(tx, batch, conference_now + SWEEP_AHEAD):
        return None
    if tx.on_postgresql:
        await tx.execute(text("SET LOCAL work_mem = '64MB'"))  # with its usual 4 MB, 100,000 are sorted in files
        # It takes them for a handful, since it knows nothing of the batch, and would look each person up by itself.
        await tx.execute(text("SET LOCAL enable_nestloop = off"))
    return await _insert_deliveries(tx, batch, PLANNED, _R.begun_by == batch)


async def enqueue_for_conversation(
    tx: Transaction, workspace: str, conversation: str, conference_now: datetime, talk: str | None = None
) -> int:
    """Make the deliveries of what was begun before this channel or person asked for it: those sessions still to start.

    To be called after the change, in its transaction: what is not begun yet will be, and will see the change.
    """
    await lock_unclaimed(tx, conference_now + 2 * SWEEP_AHEAD, talk=talk)
    begun = [_R.begun_by.is_not(None), _R.start > conference_now]
    begun += [_R.talk == talk] if talk is not None else []
    return await _insert_deliveries(tx, _new_batch_id(), REQUESTED_LATE, *begun, only=(workspace, conversation))


def _new_batch_id() -> str:
    """The beginning of its deliveries' ids. Another one when the work runs again: batches never share a message."""
    return secrets.token_hex(6)


async def _insert_deliveries(
    tx: Transaction, batch: str, because: str, *which: ColumnElement[bool], only: tuple[str, str] | None = None
) -> int:
    """Lines first, where each session is told once; then an envelope for those that were new."""
    for source in (_channel_lines(batch, *which), _person_lines(batch, *which)):
        told = source.selected_columns
        narrowed = source.where(told.workspace == only[0], told.conversation == only[1]) if only else source
        lines = tx.insert(DELIVERY_TALKS).from_select(_COLUMNS, narrowed)
        await tx.execute(lines.on_conflict_do_nothing(index_elements=UNIQUE_ITEM, index_where=ACTIVE))
    return await _reminder_deliveries(tx, batch, because)


def _channel_lines(batch: str, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    s = SUBSCRIPTIONS.c
    of_track, of_room = or_(s.track == "", s.track == _R.track), or_(s.room == "", s.room == _R.room)
    wanted = [s.active, s.lead == _R.lead, of_track, of_room, _R.announced]
    return select(*_reminder_line(batch, s.workspace, s.conversation)).where(*which, *wanted)


def _person_lines(batch: str, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    a, p = AGENDA.c, tables.PEOPLE.c
    wanted = [a.talk == _R.talk, p.workspace == a.workspace, p.person == a.person, p.lead == _R.lead, p.reminded]
    return select(*_reminder_line(batch, p.workspace, p.person.label("conversation"))).where(*which, *wanted)


def _reminder_line(
    batch: str, workspace: ColumnElement[str], conversation: ColumnElement[str]
) -> tuple[ColumnElement[Any], ...]:
    """Its envelope's id says which batch, whom and what start: parallel sessions of a batch come to the same."""
    envelope = literal(batch) + "." + workspace + "." + conversation + "." + cast(minute_of(_R.start), String)
    return (envelope.label("delivery"), workspace, conversation, literal(REMINDER), _R.talk, _R.start, _R.due)


async def _reminder_deliveries(tx: Transaction, batch: str, because: str) -> int:
    """The deliveries of this batch's lines; how many these are."""
    of_batch = [_T.delivery > f"{batch}.", _T.delivery < f"{batch}/"]  # "/" comes after "." byte by byte
    grouped = (_T.delivery, _T.workspace, _T.conversation, _T.kind)
    values = {
        "start": _T.start,
        "due": func.min(_T.due, type_=Moment),
        "expires": add(_T.start, USEFUL_AFTER_START),
        "rank": rank_by_audience(_T.conversation, CHANNELS, models.PEOPLE),
        "changed_at": literal(await tx.now(), Moment),
        **restore_guard.initial_state(restore_guard.starts_before_restore(_T.start), because),
    }
    # In order, so that each index grows at its end: put in anywhere, many cost more each than few.
    envelopes = select(*grouped, *values.values()).where(*of_batch).group_by(*grouped, _T.start).order_by(_T.delivery)
    columns = ("id", "workspace", "conversation", "kind", *values)
    return (await tx.execute(insert(DELIVERIES).from_select(columns, envelopes))).rowcount
