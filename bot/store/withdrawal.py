"""Taking back what was not posted yet: a talk moved, a person unsaved it, a channel turned its reminders off."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, select, tuple_, update

from bot.store.columns import given, later, rows
from bot.store.database import Transaction
from bot.store.deliveries import (
    CANCELLED,
    DELIVERIES,
    DELIVERY_TALKS,
    NOT_POSTED,
    PENDING,
    REMINDER,
    STILL_TOLD,
)

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c


async def withdraw(tx: Transaction, lines: ColumnElement[bool], because: str) -> list[str]:
    """Let these lines untold where they are not being posted; the ids of the deliveries that had some.

    A delivery without any line left is cancelled. Later the same session may be planned for the same people again.
    """
    touched = await _hold_unposted(tx, lines)
    if not touched:
        return []
    ids, these = select(given(tx.on_postgresql, "id").c.id), rows(tx.on_postgresql, id=touched)
    untold = update(DELIVERY_TALKS).where(_T.delivery.in_(ids), lines, STILL_TOLD)
    await tx.execute(untold.values(withdrawn=because), these)
    nothing_left = and_(_D.id.in_(ids), ~exists().where(_T.delivery == _D.id, STILL_TOLD))
    ended = {"state": CANCELLED, "reason": because, "changed_at": await tx.machine(), "lease": "", "lease_until": None}
    await tx.execute(update(DELIVERIES).where(nothing_left).values(ended), these)
    return touched


async def _hold_unposted(tx: Transaction, lines: ColumnElement[bool]) -> list[str]:
    """The fence waits for us from here on, so that what is not posted now will not be before we are done."""
    which = select(_T.delivery).where(lines, STILL_TOLD)
    unposted = select(_D.id).where(_D.id.in_(which), _D.state.in_(NOT_POSTED)).order_by(_D.id)
    held = unposted.with_for_update() if tx.on_postgresql else unposted
    return list((await tx.execute(held)).scalars())


def reminders_of(workspace: str, conversation: str) -> ColumnElement[bool]:
    """In SQL: the reminders for this channel or person."""
    return and_(_T.workspace == workspace, _T.conversation == conversation, _T.kind == REMINDER)


def anything_of(workspace: str, conversation: str, talk: str) -> ColumnElement[bool]:
    """In SQL: whatever this channel or person is told of one talk."""
    return and_(_T.workspace == workspace, _T.conversation == conversation, _T.talk == talk)


def reminders_at(sessions: Sequence[tuple[str, datetime]]) -> ColumnElement[bool]:
    """In SQL: the reminders of these talks at these starts, whomever they are for; not the notices that stand for one."""
    itself = exists().where(_D.id == _T.delivery, _D.kind == REMINDER)
    return and_(tuple_(_T.talk, _T.start).in_(sessions), _T.kind == REMINDER, itself)


async def follow_lead(tx: Transaction, workspace: str, conversation: str, lead: int, since: datetime) -> None:
    """A new lead time, in minutes, says when what waits already is due."""
    mine = and_(_D.workspace == workspace, _D.conversation == conversation, _D.kind == REMINDER)
    waiting = and_(mine, _D.state == PENDING, _D.start > since)
    await tx.execute(update(DELIVERIES).where(waiting).values(due=later(_D.start, timedelta(minutes=-lead))))
