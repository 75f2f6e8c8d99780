"""What is ready to be delivered, most urgent first, and where it goes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select

from bot.store.columns import Moment, is_past
from bot.store.database import Transaction
from bot.store.deliveries import (
    CHANNEL_CORRECTIONS,
    DELIVERIES,
    LEASED,
    NOTICE,
    PENDING,
    PEOPLE,
    PEOPLE_CORRECTIONS,
    POSTING,
    SENT,
    UNKNOWN,
)
from bot.store.pacing import CHANNEL, PACING
from bot.store.people import PEOPLE as PERSONS

POST, UPDATE = "chat.postMessage", "chat.update"

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

_D = DELIVERIES.c


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
    original, person = DELIVERIES.alias("original"), PERSONS.c
    to_person = and_(person.workspace == _D.workspace, person.person == _D.conversation)
    bucket = CHANNEL + func.coalesce(func.nullif(bindparam("only_channel"), ""), _D.conversation)
    paced = and_(PACING.c.workspace == _D.workspace, PACING.c.bucket == bucket)
    known = DELIVERIES.outerjoin(original, original.c.id == _D.corrects).outerjoin(PERSONS, to_person)
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
    due = or_(_D.due <= conference, and_(_D.rank == PEOPLE, _D.due <= bindparam("early", type_=Moment)))
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
