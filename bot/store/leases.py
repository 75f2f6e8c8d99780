"""Who is delivering what: leases, each with a slot to post in, and the fence just before posting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, and_, bindparam, literal, select, update

from bot.store import pacing
from bot.store.columns import Moment, given, later, machine_time, rows
from bot.store.database import Transaction
from bot.store.deliveries import DELIVERIES, DELIVERY_TALKS, LEASED, PENDING, POSTING, STILL_TOLD, move
from bot.store.holds import held
from bot.store.ready import POST, Ask, candidates
from bot.store.revisions import NEWEST_NUMBER

_D = DELIVERIES.c
_SOON = pacing.EVERY_CHANNEL


@dataclass(frozen=True, slots=True)
class Request:
    """What a node asks for: deliveries of one workspace that go out by one method."""

    workspace: str
    method: str
    token: str  # the lease's name, new for every request
    most: int
    every: timedelta  # between two calls of the method
    ahead: timedelta  # no slot is taken that is further off
    lease: timedelta
    early: timedelta = timedelta()  # so long before they are due, people may be reminded, when there are many
    only_channel: str = ""  # a rehearsal's: the one channel everything goes to


@dataclass(frozen=True, slots=True)
class Line:
    """One session that a delivery tells of; in a notice, `kind` says whether it stands for the reminder too."""

    talk: str
    start: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivery that is leased to us. What it tells is known once it has passed the fence."""

    id: str
    workspace: str
    conversation: str
    kind: str
    tells: str  # the kind of message it is, or that it edits
    start: datetime  # conference time, like `due`
    due: datetime
    content: str
    corrects: str
    since: int  # the revision its readers know; 0 where that does not matter
    attempts: int  # with this one
    channel: str  # where to post, or where the message stands that is edited; empty when a person's is not known yet
    ts: str  # of the message that is edited
    wait: timedelta  # from the lease until its slot; below zero when a slot is made up for
    lines: tuple[Line, ...] = ()


class OutdatedEditionError(Exception):
    """The schedule has a newer revision than the one that the deliveries would be written from."""


async def lease(tx: Transaction, request: Request, conference_now: datetime) -> list[Envelope]:
    """Take what is due, most urgent first, with a slot for each; in order of slots."""
    bucket = await pacing.lock(tx, request.workspace, request.method)
    if bucket.held or bucket.free_at > bucket.now + request.ahead:
        return []
    most = min(request.most, int((bucket.now + request.ahead - bucket.free_at) / request.every) + 1)
    ask = Ask(request.workspace, conference_now, conference_now + request.early, bucket.now, most, request.only_channel)
    found = (await tx.execute(candidates(tx.on_postgresql, request.method), ask.parameters)).all()
    leased, crowded, free = _in_slots(request, bucket, found)
    if leased:
        parameters = rows(tx.on_postgresql, id=[one.id for one in leased])
        terms = {"token": request.token, "now": bucket.now, "until": bucket.now + request.lease}
        await tx.execute(_lease(tx.on_postgresql), parameters | terms)
        await pacing.free(tx, request.workspace, free)
    if crowded:  # so that they do not stand in the way of others meanwhile
        await tx.execute(update(DELIVERIES).where(_D.id.in_(crowded)).values(not_before=bucket.now + _SOON))
    return leased


def _in_slots(
    request: Request, bucket: pacing.Bucket, found: Sequence[Row[Any]]
) -> tuple[list[Envelope], list[str], dict[str, datetime]]:
    """Those that get a slot which both the workspace and their channel allow soon; the others; the buckets' next slots."""
    next_slot, furthest = bucket.free_at, bucket.now + request.ahead
    channels: dict[str, datetime] = {}
    leased, crowded = [], []
    for row in found:
        channel = channels.get(row.bucket) or pacing.sane(row.free_at, bucket.now) or next_slot
        slot = max(next_slot, channel) if request.method == POST else next_slot
        if slot > furthest:
            crowded.append(row.id)
            continue
        next_slot += request.every
        if request.method == POST:  # editing has no limit of a channel
            channels[row.bucket] = slot + pacing.EVERY_CHANNEL
        leased.append(_envelope(row, slot - bucket.now))
    leased.sort(key=lambda one: one.wait)
    return leased, crowded, channels | {request.method: next_slot}


def _envelope(row: Row[Any], wait: timedelta) -> Envelope:
    to_person = row.conversation[:1] in ("U", "W")
    return Envelope(
        id=row.id,
        workspace=row.workspace,
        conversation=row.conversation,
        kind=row.kind,
        tells=row.tells,
        start=row.start,
        due=row.due,
        content=row.content,
        corrects=row.corrects,
        since=row.since,
        attempts=row.attempts + 1,
        channel=row.address or ("" if to_person else row.conversation),
        ts=row.message,
        wait=wait,
    )


async def fence(
    tx: Transaction, request: Request, leased: Sequence[Envelope], revision: int, conference_now: datetime
) -> list[Envelope]:
    """Just before posting: those of our leases that may still go out, marked as being posted, with what they tell.

    Raises OutdatedEditionError when `revision`, from which they would be written, is not the newest. That is asked
    after the rows are locked: who publishes locks them too, so either we see the revision or it sees us posting.
    """
    terms = {"token": request.token, "edition": revision, "conference": conference_now}
    terms |= {"in_workspace": request.workspace, "by_method": request.method}
    parameters = rows(tx.on_postgresql, id=[one.id for one in leased]) | terms | tx.at_machine_time
    passed = set((await tx.execute(_fence(tx.on_postgresql, request.lease), parameters)).scalars())
    if len(passed) < len(leased):
        await _give_back_held(tx, request, leased)
    through = [one for one in leased if one.id in passed]
    told, newest = await _told(tx, [one.corrects or one.id for one in through])
    if through and newest != revision:
        raise OutdatedEditionError
    return [replace(one, lines=tuple(told.get(one.corrects or one.id, ()))) for one in through]


async def _told(tx: Transaction, ids: Sequence[str]) -> tuple[dict[str, list[Line]], int]:
    """What these deliveries still tell, and the number of the newest revision."""
    told: dict[str, list[Line]] = {}
    newest = 0
    for row in await tx.execute(_lines(tx.on_postgresql), rows(tx.on_postgresql, id=ids)) if ids else ():
        told.setdefault(row.delivery, []).append(Line(row.talk, row.start, row.kind))
        newest = row.newest
    return told, newest


async def _give_back_held(tx: Transaction, request: Request, leased: Sequence[Envelope]) -> None:
    now = await tx.machine()
    ours = and_(_D.id.in_([one.id for one in leased]), _D.lease == request.token, _D.state == LEASED)
    which = and_(ours, held(literal(request.workspace), literal(request.method), literal(now, Moment)))
    await move(tx, which, PENDING, "sending is held", now, lease="", lease_until=None)


async def release(tx: Transaction, token: str, because: str) -> int:
    """Give back what we took under this lease and have not begun to post."""
    ours = and_(_D.lease == token, _D.state == LEASED)
    return len(await move(tx, ours, PENDING, because, await tx.machine(), lease="", lease_until=None))


@cache
def _lease(on_postgresql: bool) -> Update:
    values = {"state": LEASED, "reason": "", "lease": bindparam("token"), "lease_until": bindparam("until")}
    ids = select(given(on_postgresql, "id").c.id)
    return update(DELIVERIES).where(_D.id.in_(ids)).values(values | {"changed_at": bindparam("now")})


@cache
def _fence(on_postgresql: bool, lease: timedelta) -> Any:
    now = machine_time(on_postgresql)
    ours = and_(_D.lease == bindparam("token"), _D.state == LEASED, _D.lease_until > now)
    may_go = and_(_D.expires > bindparam("conference"), ~held(bindparam("in_workspace"), bindparam("by_method"), now))
    ids = select(given(on_postgresql, "id").c.id)
    values = {"state": POSTING, "revision": bindparam("edition"), "attempts": _D.attempts + 1}
    values |= {"changed_at": now, "posted_at": now, "lease_until": later(now, lease)}
    return update(DELIVERIES).where(_D.id.in_(ids), ours, may_go).values(values).returning(_D.id)


@cache
def _lines(on_postgresql: bool) -> Any:
    t = DELIVERY_TALKS.c
    ids = select(given(on_postgresql, "id").c.id)
    told = select(t.delivery, t.talk, t.start, t.kind, NEWEST_NUMBER.label("newest"))
    return told.where(t.delivery.in_(ids), STILL_TOLD).order_by(t.start, t.talk)
