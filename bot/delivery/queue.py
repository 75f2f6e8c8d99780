"""What is going to be sent, before it is: the plan held against who wants to be reminded.

What waits to be delivered, counted: by indexes that hold nothing else, so that anyone may look often.

What is ready to be delivered, most urgent first, and where it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from bot.db import tables
from bot.db.database import Transaction
from bot.db.sql import Moment, is_past
from bot.db.tables import (
    AGENDA,
    DELIVERIES,
    LEASED,
    PACING,
    PAUSES,
    PENDING,
    POSTING,
    REMINDERS,
    SENT,
    SUBSCRIPTIONS,
    UNKNOWN,
)
from bot.delivery import models
from bot.delivery.models import CHANNEL_CORRECTIONS, NOTICE, PEOPLE_CORRECTIONS, POST, UPDATE
from bot.delivery.pauses import PAUSE, STOPPED
from bot.delivery.rate_limits import CHANNEL

_R = REMINDERS.c


@dataclass(frozen=True, slots=True)
class ForecastItem:
    """A session that so many people, or one channel, will be told of."""

    due: datetime  # conference time, like the start
    start: datetime
    talk: str
    lead: int  # minutes
    channel: str = ""  # empty for people
    people: int = 0


async def forecast_sends(tx: Transaction, since: datetime, until: datetime) -> list[ForecastItem]:
    """Everything that starts in this stretch of conference time, in order of when it is due."""
    found = [*await _forecast_for_channels(tx, since, until), *await _forecast_for_people(tx, since, until)]
    return sorted(found, key=lambda one: (one.due, one.start, one.people > 0, one.channel, one.talk))


async def _forecast_for_channels(tx: Transaction, since: datetime, until: datetime) -> list[ForecastItem]:
    s = SUBSCRIPTIONS.c
    fits = and_(or_(s.track == "", s.track == _R.track), or_(s.room == "", s.room == _R.room))
    wanted = and_(s.active, s.lead == _R.lead, fits, _R.announced, _R.start >= since, _R.start < until)
    rows = await tx.execute(select(_R.due, _R.start, _R.talk, _R.lead, s.conversation).where(wanted).distinct())
    return [ForecastItem(row.due, row.start, row.talk, row.lead, row.conversation) for row in rows]


async def _forecast_for_people(tx: Transaction, since: datetime, until: datetime) -> list[ForecastItem]:
    a, p = AGENDA.c, tables.PEOPLE.c
    same = and_(p.workspace == a.workspace, p.person == a.person, p.reminded, p.lead == _R.lead, a.talk == _R.talk)
    columns = (_R.due, _R.start, _R.talk, _R.lead)
    query = select(*columns, func.count().label("people")).where(same, _R.start >= since, _R.start < until)
    rows = await tx.execute(query.group_by(*columns))
    return [ForecastItem(row.due, row.start, row.talk, row.lead, people=row.people) for row in rows]


UNFINISHED = (PENDING, LEASED, POSTING, UNKNOWN)

PAUSED = (PAUSE, STOPPED)

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The deliveries that have not ended."""

    states: Mapping[str, int]  # all of UNFINISHED
    overdue: int  # those whose time is over
    due: datetime | None  # since when the one has been due that waits longest; conference time
    paused: Mapping[str, int] = field(default_factory=dict)  # workspaces where nothing is sent, by why: all of PAUSED


async def queue_status(tx: Transaction, conference_now: datetime) -> QueueStatus:
    """As it is now."""
    rows = (await tx.execute(queue_counts_query(conference_now))).all()
    states = dict.fromkeys(UNFINISHED, 0) | {row.state: row.number for row in rows}
    due = min((row.due for row in rows if row.due is not None), default=None)
    return QueueStatus(states, sum(row.overdue for row in rows), due, await _paused_counts(tx))


def queue_counts_query(conference_now: datetime) -> CompoundSelect[tuple[str, int, int, datetime | None]]:
    """The question to the database: in parts, each of which one index answers alone."""
    parts = (_D.state == PENDING, _D.state.in_((LEASED, POSTING)), _D.state == UNKNOWN)
    return union_all(*(_count_part(part, conference_now) for part in parts))


def _count_part(which: ColumnElement[bool], conference_now: datetime) -> Select[tuple[str, int, int, datetime | None]]:
    now = literal(conference_now, Moment)
    overdue = func.sum(case((_D.expires <= now, 1), else_=0))
    due = func.min(case((_D.due <= now, _D.due)), type_=Moment)
    columns = (_D.state, func.count().label("number"), overdue.label("overdue"), due.label("due"))
    return select(*columns).where(which).group_by(_D.state)


async def _paused_counts(tx: Transaction) -> dict[str, int]:
    query = select(PAUSES.c.what, func.count().label("number")).where(PAUSES.c.what.in_(PAUSED)).group_by(PAUSES.c.what)
    return dict.fromkeys(PAUSED, 0) | {row.what: row.number for row in await tx.execute(query)}


SELECTED_COLUMNS = (
    "id",
    "workspace",
    "conversation",
    "kind",
    "start",
    "due",
    "content",
    "corrects",
    "since",
    "attempts",
)


@dataclass(frozen=True, slots=True)
class QueueParams:
    """The parameters of `candidates`."""

    workspace: str
    conference: datetime  # conference time
    early: datetime  # people may be reminded of what is due until then; conference time
    now: datetime  # machine time
    limit: int
    only_channel: str

    @property
    def parameters(self) -> dict[str, Any]:
        """By their names in the statement."""
        return {
            "workspace": self.workspace,
            "conference": self.conference,
            "early": self.early,
            "now": self.now,
            "most": self.limit,
            "only_channel": self.only_channel,
        }


@cache
def candidates(on_postgresql: bool, method: str) -> Select[*tuple[Any, ...]]:
    """Deliveries that nobody else is looking at, with where they go, and when their channel is free again."""
    original, person = DELIVERIES.alias("original"), tables.PEOPLE.c
    to_person = and_(person.workspace == _D.workspace, person.person == _D.conversation)
    bucket = CHANNEL + func.coalesce(func.nullif(bindparam("only_channel"), ""), _D.conversation)
    paced = and_(PACING.c.workspace == _D.workspace, PACING.c.bucket == bucket)
    known = DELIVERIES.outerjoin(original, original.c.id == _D.corrects).outerjoin(tables.PEOPLE, to_person)
    columns = (
        *(_D[name] for name in SELECTED_COLUMNS),
        func.coalesce(original.c.kind, _D.kind).label("tells"),
        func.coalesce(original.c.channel, person.channel, "").label("address"),
        func.coalesce(original.c.ts, "").label("message"),
        bucket.label("bucket"),
        PACING.c.free_at,
    )
    query = (
        select(*columns).select_from(known.outerjoin(PACING, paced)).where(_is_ready(), _is_sendable(method, original))
    )
    ordered = query.order_by(_D.rank, _D.start, _D.due, _D.id).limit(bindparam("most"))
    return ordered.with_for_update(of=DELIVERIES, skip_locked=True) if on_postgresql else ordered


def _is_ready() -> ColumnElement[bool]:
    conference = bindparam("conference", type_=Moment)
    due = or_(_D.due <= conference, and_(_D.rank == models.PEOPLE, _D.due <= bindparam("early", type_=Moment)))
    mine = and_(_D.workspace == bindparam("workspace"), _D.state == PENDING)
    return and_(mine, due, _D.expires > conference, is_past(_D.not_before, bindparam("now", type_=Moment)))


def _is_sendable(method: str, original: Any) -> ColumnElement[bool]:
    """What edits waits for its message to be there, and for a notice to the same people to go first."""
    if method == POST:
        return _D.corrects == ""
    notice = DELIVERIES.alias("notice").c
    to_same = and_(notice.workspace == _D.workspace, notice.conversation == _D.conversation, notice.kind == NOTICE)
    soon = and_(
        notice.state.in_((PENDING, LEASED, POSTING)), is_past(notice.not_before, bindparam("now", type_=Moment))
    )
    return and_(_D.corrects != "", original.c.state == SENT, ~exists().where(to_same, soon))


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many deliveries of one workspace wait for one method, due or not."""

    workspace: str
    method: str
    count: int


async def waiting_counts(tx: Transaction) -> list[WaitingCount]:
    """Where there is something to deliver now or later."""
    method = case((_D.rank.in_((CHANNEL_CORRECTIONS, PEOPLE_CORRECTIONS)), UPDATE), else_=POST)
    query = select(_D.workspace, method.label("method"), func.count().label("number"))
    rows = await tx.execute(query.where(_D.state == PENDING).group_by(_D.workspace, method))
    return [WaitingCount(row.workspace, row.method, row.number) for row in rows]


async def next_due_delivery(tx: Transaction, conference_now: datetime) -> datetime | None:
    """When the next pending delivery falls due that is not due yet; conference time."""
    query = select(func.min(_D.due)).where(_D.state == PENDING, _D.due > conference_now)
    due: datetime | None = (await tx.execute(query)).scalar_one()
    return due


async def next_step_at(tx: Transaction) -> datetime | None:
    """When something can be done next for a delivery that has not ended, where both times are one; the past for what is
    under way, nothing when all have ended."""
    waits = case((_D.not_before > _D.due, _D.not_before), else_=_D.due)
    step = case((_D.state == PENDING, waits), (_D.state == UNKNOWN, _D.not_before), else_=_D.changed_at)
    not_ended = _D.state.in_((PENDING, LEASED, POSTING, UNKNOWN))
    moment: datetime | None = (await tx.execute(select(func.min(step, type_=Moment)).where(not_ended))).scalar_one()
    return moment
