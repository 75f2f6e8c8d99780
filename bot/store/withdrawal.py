"""Taking back what was not posted yet: a talk moved, a person unsaved it, a channel turned its reminders off."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select, tuple_, update

from bot.store.columns import add, values_params, values_table
from bot.store.database import Transaction
from bot.store.deliveries import (
    ACTIVE,
    CANCELLED,
    DELIVERIES,
    DELIVERY_TALKS,
    PENDING,
    REMINDER,
    SURELY_NOT_POSTED,
)

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


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
