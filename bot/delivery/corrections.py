"""Correct what was posted when it is no longer true, and withdraw what was not posted yet.

A talk may have moved, a person may have removed it from their agenda, or a channel may have turned reminders off.
"""

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
    NO_LEASE,
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
    """Lock the deliveries that tell of these talks, and all corrections, until this transaction ends.

    They cannot pass the recheck with the old revision meanwhile (see `leases.recheck`). Those that passed it before are
    seen as being posted; those that pass it later see the new revision.
    """
    about_talks = select(_T.delivery).where(_T.talk.in_(talks), ACTIVE)
    await _lock_unposted(tx, or_(_D.id.in_(about_talks), _D.corrects != ""))


async def enqueue_corrections(tx: Transaction, publication: PublishedChange, talks: Sequence[str]) -> int:
    """Enqueue an edit of every message that tells of one of these talks, or may. Return how many there are.

    A message that waits for an edit already gets no second one: the first will show how things stand when it is made.
    """
    correction = DELIVERIES.alias("correction").c
    waits = exists().where(correction.corrects == _D.id, correction.state.in_(SURELY_NOT_POSTED))
    about_talks = select(_T.delivery).where(_T.talk.in_(talks), ACTIVE)
    stale = and_(_D.kind.in_((REMINDER, NOTICE)), _D.state.in_(POSSIBLY_POSTED), _D.id.in_(about_talks), ~waits)
    waiting = and_(_D.corrects.in_(about_talks), _D.state.in_(SURELY_NOT_POSTED))
    await keep_until(tx, waiting, publication.relevant_until)
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
    rows = select(*values.values()).where(stale)
    return (await tx.execute(insert(DELIVERIES).from_select(list(values), rows))).rowcount


async def keep_until(tx: Transaction, waiting: ColumnElement[bool], until: datetime) -> None:
    """Let these deliveries expire no earlier than `until`, in conference time: they tell of one change more."""
    moment = literal(until, Moment)
    await tx.execute(update(DELIVERIES).where(waiting, _D.expires < moment).values(expires=moment))


async def drop_needless_corrections(tx: Transaction, now: datetime) -> int:
    """Cancel the edits of messages that were not posted after all. Return how many; `now` is real time."""
    original = DELIVERIES.alias("original").c
    ended = exists().where(original.id == _D.corrects, original.state.in_((CANCELLED, DEAD, EXPIRED)))
    needless = and_(_D.state == PENDING, _D.corrects != "", ended)
    return len(await change_state(tx, needless, CANCELLED, "there is no message to edit", now))


async def cancel_items(tx: Transaction, items: ColumnElement[bool], because: str) -> list[str]:
    """Withdraw these items, apart from those that are being posted. Return the ids of their deliveries.

    A delivery that has no item left is cancelled. The same sessions may later be planned for the same people again.
    """
    touched = await _lock_unposted(tx, _D.id.in_(select(_T.delivery).where(items, ACTIVE)))
    if not touched:
        return []
    ids, parameters = select(values_table(tx.on_postgresql, "id").c.id), values_params(tx.on_postgresql, id=touched)
    withdrawn = update(DELIVERY_TALKS).where(_T.delivery.in_(ids), items, ACTIVE).values(withdrawn=because)
    await tx.execute(withdrawn, parameters)

    nothing_left = and_(_D.id.in_(ids), ~exists().where(_T.delivery == _D.id, ACTIVE))
    cancelled = {"state": CANCELLED, "reason": because, "changed_at": await tx.now(), **NO_LEASE}
    await tx.execute(update(DELIVERIES).where(nothing_left).values(cancelled), parameters)
    return touched


async def _lock_unposted(tx: Transaction, which: ColumnElement[bool]) -> list[str]:
    """Lock the deliveries that are not posted yet, so that none passes the recheck before this transaction ends."""
    unposted = select(_D.id).where(which, _D.state.in_(SURELY_NOT_POSTED)).order_by(_D.id)
    return list((await tx.execute(unposted.with_for_update())).scalars())


def items_of(workspace: str, conversation: str, *kinds: str) -> ColumnElement[bool]:
    """In SQL: the items of these kinds for this channel or person."""
    return and_(_T.workspace == workspace, _T.conversation == conversation, _T.kind.in_(kinds))


def items_about(workspace: str, conversation: str, talk: str) -> ColumnElement[bool]:
    """In SQL: all items about one talk for this channel or person."""
    return and_(_T.workspace == workspace, _T.conversation == conversation, _T.talk == talk)


def reminders_at(sessions: Sequence[tuple[str, datetime]]) -> ColumnElement[bool]:
    """In SQL: the items that remind anybody of these talks at these starts, apart from those that a notice carries."""
    in_reminder = exists().where(_D.id == _T.delivery, _D.kind == REMINDER)
    return and_(tuple_(_T.talk, _T.start).in_(sessions), _T.kind == REMINDER, in_reminder)


async def reschedule(tx: Transaction, workspace: str, conversation: str, lead: int, since: datetime) -> None:
    """Make the pending reminders of sessions after `since` due by a new lead time, in minutes."""
    reminders = and_(_D.workspace == workspace, _D.conversation == conversation, _D.kind == REMINDER)
    waiting = and_(reminders, _D.state == PENDING, _D.start > since)
    await tx.execute(update(DELIVERIES).where(waiting).values(due=add(_D.start, timedelta(minutes=-lead))))
