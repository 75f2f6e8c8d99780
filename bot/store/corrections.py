"""Editing what was posted when it is no longer true."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, exists, insert, literal, or_, select

from bot.store.columns import Moment
from bot.store.database import Transaction
from bot.store.deliveries import (
    ACTIVE,
    CANCELLED,
    CHANNEL_CORRECTIONS,
    CORRECTION,
    DEAD,
    DELIVERIES,
    DELIVERY_TALKS,
    EXPIRED,
    NOTICE,
    PENDING,
    PEOPLE_CORRECTIONS,
    POSSIBLY_POSTED,
    REMINDER,
    SURELY_NOT_POSTED,
    change_state,
    rank_by_audience,
)
from bot.store.notices import PublishedChange

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
        "expires": literal(publication.superseded_id, Moment),
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
