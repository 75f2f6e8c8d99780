"""Editing what was posted when it is no longer true.

Taking back what was not posted yet: a talk moved, a person unsaved it, a channel turned its reminders off."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, insert, literal, or_, select, tuple_, update

from bot.db.database import Transaction
from bot.db.sql import Moment, add, values_params, values_table
from bot.db.tables import (
    ACTIVE,
    CANCELLED,
    DEAD,
    DELIVERIES,
    DELIVERY_TALKS,
    EXPIRED,
    PENDING,
    POSSIBLY_POSTED,
    SURELY_NOT_POSTED,
)
from bot.delivery.models import (
    CHANNEL_CORRECTIONS,
    CORRECTION,
    NOTICE,
    PEOPLE_CORRECTIONS,
    REMINDER,
    PublishedChange,
    change_state,
    rank_by_audience,
)

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


async def lock_affected(tx: Transaction, talks: Sequence[str]) -> None:
    """Until this transaction ends, let nothing that tells of these talks and no edit pass the fence with what was true.

    What passed it before is seen to be under way; what comes after sees the new revision (see `leases.recheck`).
    """
    telling = select(_T.delivery).where(_T.talk.in_(talks), ACTIVE)
    which = or_(_D.id.in_(telling), _D.corrects != "")
    held = select(_D.id).where(which, _D.state.in_(SURELY_NOT_POSTED)).order_by(_D.id)
    await tx.execute(held.with_for_update() if tx.on_postgresql else held)


async def enqueue_corrections(tx: Transaction, publication: PublishedChange, talks: Sequence[str]) -> int:
    """An edit of every message that tells of one of these talks, or may; how many these are.

    Who still waits for an edit gets no second one: the first will write how things stand when it is made.
    """
    correction = DELIVERIES.alias("correction").c
    waits = exists().where(correction.corrects == _D.id, correction.state.in_(SURELY_NOT_POSTED))
    told = exists().where(_T.delivery == _D.id, _T.talk.in_(talks), ACTIVE)
    stale = and_(_D.kind.in_((REMINDER, NOTICE)), _D.state.in_(POSSIBLY_POSTED), told, ~waits)
    values = {
        "id": literal(f"{publication.batch}.c.") + _D.id,
        "workspace": _D.workspace,
        "conversation": _D.conversation,
        "kind": literal(CORRECTION),
        "corrects": _D.id,
        "since": case((_D.kind == NOTICE, _D.since), else_=_D.revision),
        "start": _D.start,
        "due": literal(publication.now, Moment),
        "expires": literal(publication.relevant_until, Moment),
        "rank": rank_by_audience(_D.conversation, CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS),
        "state": literal(PENDING),
        "reason": literal(publication.reason),
        "changed_at": literal(await tx.now(), Moment),
    }
    made = insert(DELIVERIES).from_select(list(values), select(*values.values()).where(stale))
    return (await tx.execute(made)).rowcount


async def drop_needless_corrections(tx: Transaction, now: datetime) -> int:
    """End the edits of messages that were never posted after all; `now` in machine time."""
    original = DELIVERIES.alias("original").c
    gone = exists().where(original.id == _D.corrects, original.state.in_((CANCELLED, DEAD, EXPIRED)))
    needless = and_(_D.state == PENDING, _D.corrects != "", gone)
    return len(await change_state(tx, needless, CANCELLED, "there is no message to edit", now))


async def cancel_items(tx: Transaction, items: ColumnElement[bool], because: str) -> list[str]:
    """Let these lines untold where they are not being posted; the ids of the deliveries that had some.

    A delivery without any line left is cancelled. Later the same session may be planned for the same people again.
    """
    touched = await _lock_unposted(tx, items)
    if not touched:
        return []
    ids, these = select(values_table(tx.on_postgresql, "id").c.id), values_params(tx.on_postgresql, id=touched)
    untold = update(DELIVERY_TALKS).where(_T.delivery.in_(ids), items, ACTIVE)
    await tx.execute(untold.values(withdrawn=because), these)
    nothing_left = and_(_D.id.in_(ids), ~exists().where(_T.delivery == _D.id, ACTIVE))
    ended = {"state": CANCELLED, "reason": because, "changed_at": await tx.now(), "lease": "", "lease_until": None}
    await tx.execute(update(DELIVERIES).where(nothing_left).values(ended), these)
    return touched


async def _lock_unposted(tx: Transaction, items: ColumnElement[bool]) -> list[str]:
    """The fence waits for us from here on, so that what is not posted now will not be before we are done."""
    which = select(_T.delivery).where(items, ACTIVE)
    unposted = select(_D.id).where(_D.id.in_(which), _D.state.in_(SURELY_NOT_POSTED)).order_by(_D.id)
    held = unposted.with_for_update() if tx.on_postgresql else unposted
    return list((await tx.execute(held)).scalars())


def reminders_of(workspace: str, conversation: str) -> ColumnElement[bool]:
    """In SQL: the reminders for this channel or person."""
    return and_(_T.workspace == workspace, _T.conversation == conversation, _T.kind == REMINDER)


def items_about(workspace: str, conversation: str, talk: str) -> ColumnElement[bool]:
    """In SQL: whatever this channel or person is told of one talk."""
    return and_(_T.workspace == workspace, _T.conversation == conversation, _T.talk == talk)


def reminders_at(sessions: Sequence[tuple[str, datetime]]) -> ColumnElement[bool]:
    """In SQL: the reminders of these talks at these starts, whomever they are for; not the notices that stand for one."""
    itself = exists().where(_D.id == _T.delivery, _D.kind == REMINDER)
    return and_(tuple_(_T.talk, _T.start).in_(sessions), _T.kind == REMINDER, itself)


async def reschedule(tx: Transaction, workspace: str, conversation: str, lead: int, since: datetime) -> None:
    """A new lead time, in minutes, says when what waits already is due."""
    mine = and_(_D.workspace == workspace, _D.conversation == conversation, _D.kind == REMINDER)
    waiting = and_(mine, _D.state == PENDING, _D.start > since)
    await tx.execute(update(DELIVERIES).where(waiting).values(due=add(_D.start, timedelta(minutes=-lead))))
