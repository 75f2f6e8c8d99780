"""How deliveries end, or go on: what Slack answered, what nobody knows, what came too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, and_, literal, select, update

from bot.store import restored
from bot.store.columns import Moment, given, machine_time, passed, rows
from bot.store.database import Transaction
from bot.store.deliveries import (
    CANCELLED,
    DELIVERIES,
    DELIVERY_TALKS,
    EXPIRED,
    LEASED,
    NO_LEASE,
    PENDING,
    POSTING,
    SENT,
    STILL_TOLD,
    UNKNOWN,
    move,
    note,
)

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class Result:
    """Where one delivery has come to."""

    id: str
    lease: str  # under which it was posted, or read back
    state: str
    because: str = ""
    channel: str = ""  # with `sent`: where the message stands, and its ts
    ts: str = ""
    wait: timedelta = timedelta()  # before anything more is done about it; machine time


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A delivery of which nobody knows whether its message reached Slack."""

    id: str
    kind: str
    conversation: str
    due: datetime  # conference time
    posted_at: datetime  # machine time at which the request was let go
    silent_for: timedelta  # since then, or since the database was restored
    in_doubt: bool  # it was never posted that we know of, but may have been before a restore


@dataclass(frozen=True, slots=True)
class Expired:
    """A delivery that would have come too late."""

    id: str
    kind: str
    conversation: str
    due: datetime  # conference time


async def workspaces_with_unknown(tx: Transaction) -> list[str]:
    """Where the outcome of some delivery is unknown and its settling delay is over."""
    over = passed(_D.not_before, literal(await tx.machine(), Moment))
    query = select(_D.workspace).where(_D.state == UNKNOWN, over).distinct()
    return list((await tx.execute(query)).scalars())


async def record(tx: Transaction, results: Sequence[Result]) -> None:
    """Write down what came of posting. A message that stands at Slack is sent, whatever was thought meanwhile."""
    await _record_sent(tx, [result for result in results if result.state == SENT])
    others: dict[tuple[str, str, str, timedelta], list[str]] = {}
    for result in results:
        if result.state != SENT:
            others.setdefault((result.lease, result.state, result.because, result.wait), []).append(result.id)
    for (lease, state, because, wait), ids in others.items():
        now = await tx.machine()
        ours = and_(_D.id.in_(ids), _D.lease == lease, _D.state.in_((POSTING, UNKNOWN)))
        moved = await move(tx, ours, state, because, now, not_before=now + wait, **NO_LEASE)
        if state == CANCELLED:  # what it told may become true again
            lines = and_(DELIVERY_TALKS.c.delivery.in_(moved), STILL_TOLD)
            await tx.execute(update(DELIVERY_TALKS).where(lines).values(withdrawn=because))


async def _record_sent(tx: Transaction, sent: Sequence[Result]) -> None:
    if not sent:
        return
    parameters = rows(
        tx.on_postgresql,
        id=[one.id for one in sent],
        channel=[one.channel for one in sent],
        ts=[one.ts for one in sent],
        because=[one.because for one in sent],
    )
    changed = (await tx.execute(_sent(tx.on_postgresql), parameters | tx.at_machine_time)).rowcount
    if changed < len(sent):
        each = given(tx.on_postgresql, "id", "channel", "ts", "because").c
        again = select(_D.id).where(_D.id == each.id, _D.ts != each.ts)
        twice = list((await tx.execute(again, parameters)).scalars())
        await note(tx, twice, SENT, "posted a second time", await tx.machine())


@cache
def _sent(on_postgresql: bool) -> Update:
    each = given(on_postgresql, "id", "channel", "ts", "because").c
    values = {"state": SENT, "reason": each.because, "channel": each.channel, "ts": each.ts}
    change = update(DELIVERIES).where(_D.id == each.id, _D.state != SENT)
    return change.values(values | NO_LEASE | {"changed_at": machine_time(on_postgresql)})


async def recover(tx: Transaction, settle: timedelta) -> int:
    """Take back what silent nodes held: what they had not begun can begin anew, the rest is unknown."""
    now = await tx.machine()
    silent = passed(_D.lease_until, literal(now, Moment))
    back = await move(tx, and_(_D.state == LEASED, silent), PENDING, "its node fell silent", now, **NO_LEASE)
    lost = await move(
        tx,
        and_(_D.state == POSTING, silent),
        UNKNOWN,
        "its node fell silent while posting",
        now,
        not_before=now + settle,
        **NO_LEASE,
    )
    return len(back) + len(lost)


async def expire(tx: Transaction, conference_now: datetime) -> list[Expired]:
    """End what would come too late to be useful: which that was."""
    late = and_(_D.state == PENDING, _D.expires <= conference_now)
    values = {"state": EXPIRED, "reason": "too late to be useful", "changed_at": await tx.machine()}
    ended = update(DELIVERIES).where(late).values(values).returning(_D.id, _D.kind, _D.conversation, _D.due)
    return [Expired(row.id, row.kind, row.conversation, row.due) for row in await tx.execute(ended)]


async def unsettled(tx: Transaction, workspace: str, token: str, lease: timedelta, most: int) -> list[Unsettled]:
    """Take some of those whose outcome nobody knows and whose settling delay is over, to read Slack's history."""
    now = await tx.machine()
    free = and_(passed(_D.not_before, literal(now, Moment)), passed(_D.lease_until, literal(now, Moment)))
    waiting = and_(_D.workspace == workspace, _D.state == UNKNOWN, free)
    chosen = select(_D.id).where(waiting).order_by(_D.start, _D.conversation).limit(most)
    chosen = chosen.with_for_update(skip_locked=True) if tx.on_postgresql else chosen
    take = update(DELIVERIES).where(_D.id.in_(chosen.scalar_subquery())).values(lease=token, lease_until=now + lease)
    parts = (_D.id, _D.kind, _D.conversation, _D.due, _D.posted_at, _D.attempts, restored.SETTLED.label("settled"))
    return [_unsettled(row, now) for row in await tx.execute(take.returning(*parts))]


def _unsettled(row: Row[Any], now: datetime) -> Unsettled:
    silent_for = now - max(row.posted_at, row.settled or row.posted_at)
    in_doubt = row.attempts == 0
    return Unsettled(row.id, row.kind, row.conversation, row.due, row.posted_at, silent_for, in_doubt)
