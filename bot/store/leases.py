"""Who is delivering what: leases with slots, and the fence just before posting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select, update

from bot.store import pacing
from bot.store.columns import passed
from bot.store.database import Transaction
from bot.store.deliveries import (
    CHANNEL_CORRECTIONS,
    DELIVERIES,
    DELIVERY_TALKS,
    LEASED,
    NOTICE,
    PENDING,
    PEOPLE,
    PEOPLE_CORRECTIONS,
    POSTING,
    SENT,
    STILL_TOLD,
    move,
    note,
)
from bot.store.holds import held
from bot.store.people import PEOPLE as PEOPLE_TABLE
from bot.store.revisions import newest_number

POST, UPDATE = "chat.postMessage", "chat.update"

_D = DELIVERIES.c


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
class Leased:
    id: str
    conversation: str
    wait: timedelta  # until it may be posted; below zero when a slot is made up for
    due: datetime  # conference time


@dataclass(frozen=True, slots=True)
class Line:
    """One session that a delivery tells of; in a notice, `kind` says whether it stands for the reminder too."""

    talk: str
    start: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivery past the fence: to be written and posted now, by us alone."""

    id: str
    workspace: str
    conversation: str
    kind: str
    tells: str  # the kind of message it is, or that it edits
    start: datetime
    content: str
    corrects: str
    since: int  # the revision its readers know; 0 where that does not matter
    attempts: int
    channel: str  # where to post, or where the message stands that is edited; empty when a person's is not known yet
    ts: str  # of the message that is edited
    lines: tuple[Line, ...]


async def lease(tx: Transaction, request: Request, conference_now: datetime) -> list[Leased]:
    """Take what is due, most urgent first, with a slot for each; in order of its wait."""
    now = await tx.machine()
    free_at = await pacing.lock(tx, request.workspace, request.method, now)
    if free_at > now + request.ahead or await _held(tx, request.workspace, request.method, now):
        return []
    most = min(request.most, int((now + request.ahead - free_at) / request.every) + 1)
    chosen = _ready(request, conference_now, now).limit(most)
    chosen = chosen.with_for_update(skip_locked=True) if tx.on_postgresql else chosen
    values = {"state": LEASED, "reason": "", "lease": request.token, "lease_until": now + request.lease}
    take = update(DELIVERIES).where(_D.id.in_(chosen.scalar_subquery())).values(values)
    rows = (await tx.execute(take.returning(_D.id, _D.conversation, _D.rank, _D.start, _D.due))).all()
    if not rows:
        return []
    rows = sorted(rows, key=lambda row: (row.rank, row.start, row.due, row.id))
    leased = await _with_slots(tx, request, rows, free_at, now)
    await note(tx, [one.id for one in leased], LEASED, "", now)
    return leased


def _ready(request: Request, conference_now: datetime, now: datetime) -> Select[tuple[str]]:
    """What may be taken, most urgent first."""
    original = DELIVERIES.alias("original")
    posted = exists().where(original.c.id == _D.corrects, original.c.state == SENT)
    by_method = (
        and_(_D.corrects != "", posted, ~_notice_goes_first(now)) if request.method == UPDATE else _D.corrects == ""
    )
    due = or_(_D.due <= conference_now, and_(_D.rank == PEOPLE, _D.due <= conference_now + request.early))
    ready = (_D.workspace == request.workspace, _D.state == PENDING, _D.expires > conference_now)
    which = select(_D.id).where(*ready, due, by_method, passed(_D.not_before, now))
    return which.order_by(_D.rank, _D.start, _D.due, _D.id)


def _notice_goes_first(now: datetime) -> ColumnElement[bool]:
    """In SQL: whether the same people are about to get a notice, which does not settle any more."""
    notice = DELIVERIES.alias("notice").c
    same = and_(notice.workspace == _D.workspace, notice.conversation == _D.conversation, notice.kind == NOTICE)
    return exists().where(same, notice.state.in_((PENDING, LEASED, POSTING)), passed(notice.not_before, now))


async def _with_slots(
    tx: Transaction, request: Request, rows: Sequence[Row[Any]], free_at: datetime, now: datetime
) -> list[Leased]:
    """A slot for each that both the workspace and its channel allow soon; the others go back until theirs."""
    channel = {row.id: request.only_channel or row.conversation for row in rows}
    posting = request.method == POST  # editing has no limit of a channel
    channel_free = (
        await pacing.channels_free_at(tx, request.workspace, sorted(set(channel.values()))) if posting else {}
    )
    leased, put_back = [], []
    for row in rows:
        slot = max(free_at, channel_free.get(channel[row.id], free_at))
        if slot > now + request.ahead:
            put_back.append(row.id)
            continue
        free_at += request.every
        if posting:
            channel_free[channel[row.id]] = slot + pacing.EVERY_CHANNEL
        leased.append(Leased(row.id, row.conversation, slot - now, row.due))
    await pacing.free(tx, request.workspace, request.method, free_at)
    taken = {channel[one.id] for one in leased} if posting else set()
    await pacing.free_channels(tx, request.workspace, {one: channel_free[one] for one in taken})
    later = {"state": PENDING, "lease": "", "lease_until": None, "not_before": now + pacing.EVERY_CHANNEL}
    if put_back:
        await tx.execute(update(DELIVERIES).where(_D.id.in_(put_back)).values(later))
    return sorted(leased, key=lambda one: one.wait)


async def fence(
    tx: Transaction, request: Request, ids: Sequence[str], revision: int, conference_now: datetime
) -> list[Envelope] | None:
    """Just before posting: those of our leases that may still go out, marked as being posted from here on.

    Nothing at all when the schedule has a newer revision than the one we would write from.
    """
    if await newest_number(tx) != revision:
        return None
    now = await tx.machine()
    ours = and_(_D.id.in_(ids), _D.lease == request.token, _D.state == LEASED, _D.lease_until > now)
    if await _held(tx, request.workspace, request.method, now):
        await move(tx, ours, PENDING, "sending is held", now, lease="", lease_until=None)
        return []
    values = {"revision": revision, "posted_at": now, "attempts": _D.attempts + 1, "lease_until": now + request.lease}
    passed_it = await move(tx, and_(ours, _D.expires > conference_now), POSTING, "", now, **values)
    return await envelopes(tx, passed_it)


async def envelopes(tx: Transaction, ids: Sequence[str]) -> list[Envelope]:
    """These deliveries with the lines they still tell, or that the message tells which they edit."""
    rows = (await tx.execute(_addressed().where(_D.id.in_(ids)))).all()
    told: dict[str, list[Line]] = {row.corrects or row.id: [] for row in rows}
    t = DELIVERY_TALKS.c
    lines = select(t.delivery, t.talk, t.start, t.kind).where(t.delivery.in_(list(told)), STILL_TOLD)
    for row in await tx.execute(lines.order_by(t.start, t.talk)):
        told[row.delivery].append(Line(row.talk, row.start, row.kind))
    return [_envelope(row, told[row.corrects or row.id]) for row in rows]


def _addressed() -> Select[*tuple[Any, ...]]:
    """Deliveries with where they go: a correction to its original, what is for a person to their direct message."""
    original, person = DELIVERIES.alias("original"), PEOPLE_TABLE.c
    both = and_(person.workspace == _D.workspace, person.person == _D.conversation)
    known = DELIVERIES.outerjoin(original, original.c.id == _D.corrects).outerjoin(PEOPLE_TABLE, both)
    channel = func.coalesce(original.c.channel, person.channel, "").label("where")
    message, tells = func.coalesce(original.c.ts, ""), func.coalesce(original.c.kind, _D.kind)
    return select(DELIVERIES, channel, message.label("message"), tells.label("tells")).select_from(known)


def _envelope(row: Row[Any], lines: Sequence[Line]) -> Envelope:
    to_person = row.conversation[:1] in ("U", "W")
    return Envelope(
        id=row.id,
        workspace=row.workspace,
        conversation=row.conversation,
        kind=row.kind,
        tells=row.tells,
        start=row.start,
        content=row.content,
        corrects=row.corrects,
        since=row.since,
        attempts=row.attempts,
        channel=row.where or ("" if to_person else row.conversation),
        ts=row.message,
        lines=tuple(lines),
    )


async def release(tx: Transaction, token: str, because: str) -> int:
    """Give back what we took under this lease and have not begun to post."""
    now = await tx.machine()
    ours = and_(_D.lease == token, _D.state == LEASED)
    return len(await move(tx, ours, PENDING, because, now, lease="", lease_until=None))


async def _held(tx: Transaction, workspace: str, method: str, now: datetime) -> bool:
    return bool((await tx.execute(select(held(workspace, method, now)))).scalar())


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries of one workspace wait for one method, due or not."""

    workspace: str
    method: str
    count: int


async def waiting(tx: Transaction) -> list[Waiting]:
    """Where there is something to deliver now or later."""
    method = case((_D.rank.in_((CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS)), UPDATE), else_=POST)
    query = select(_D.workspace, method.label("method"), func.count().label("number"))
    rows = await tx.execute(query.where(_D.state == PENDING).group_by(_D.workspace, method))
    return [Waiting(row.workspace, row.method, row.number) for row in rows]


async def next_due(tx: Transaction, conference_now: datetime) -> datetime | None:
    """When the next pending delivery falls due that is not due yet; conference time."""
    query = select(func.min(_D.due)).where(_D.state == PENDING, _D.due > conference_now)
    due: datetime | None = (await tx.execute(query)).scalar_one()
    return due
