"""Count the figures for a conference's report: interest, reach, and the results of messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, func, literal, select, type_coerce, union

from bot.clock import SimulatedClock
from bot.db.database import Transaction
from bot.db.sql import microseconds
from bot.db.tables import (
    AGENDA,
    DELIVERIES,
    DELIVERY_EVENTS,
    FEEDBACK,
    INTERESTS,
    PEOPLE,
    QUESTIONS,
    SENT,
    SUBSCRIPTIONS,
)
from bot.delivery.enqueue import REQUESTED_LATE
from bot.delivery.models import REMINDER, rank_by_audience
from bot.handlers.report.demand import SavedTogether

_D = DELIVERIES.c

_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class ReachCounts:
    """The numbers of people who took part, each counted once."""

    savers: int = 0
    reminded: int = 0
    voters: int = 0
    channels: int = 0  # with reminders


@dataclass(frozen=True, slots=True)
class DeliveredCount:
    """So many messages of one kind to channels or to people, and what became of them."""

    kind: str
    to_people: bool
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class PunctualCount:
    """So many reminders that came at most `within` seconds after they were due; nothing stands for later ones."""

    to_people: bool
    within: int | None
    before_start: bool
    number: int


async def workspaces_with_data(tx: Transaction) -> tuple[str, ...]:
    """The workspaces that left anything to report."""
    each = (table.c.workspace for table in (AGENDA, FEEDBACK, QUESTIONS, DELIVERIES, SUBSCRIPTIONS))
    found = await tx.execute(union(*map(select, each)))
    return tuple(sorted(found.scalars()))


async def saves_by_talk(tx: Transaction, workspace: str) -> dict[str, int]:
    """By how many people each talk was saved."""
    c = AGENDA.c
    query = select(c.talk, func.count().label("people")).where(c.workspace == workspace).group_by(c.talk)
    return {row.talk: row.people for row in await tx.execute(query)}


async def interests_of_many(tx: Transaction, workspace: str, least: int) -> dict[str, int]:
    """Count the people who named each topic, for topics that at least so many named."""
    c, people = INTERESTS.c, func.count().label("people")
    query = select(c.topic, people).where(c.workspace == workspace).group_by(c.topic).having(people >= least)
    return {row.topic: row.people for row in await tx.execute(query)}


async def saved_together(tx: Transaction, workspace: str, least: int) -> tuple[SavedTogether, ...]:
    """Each two talks that so many people saved both, at least."""
    first, second = AGENDA.alias("first"), AGENDA.alias("second")
    same = and_(first.c.workspace == second.c.workspace, first.c.person == second.c.person)
    people = func.count().label("people")
    pairs = select(first.c.talk, second.c.talk.label("other"), people).select_from(first.join(second, same))
    counted = select(AGENDA.c.talk).where(AGENDA.c.workspace == workspace)
    often = counted.group_by(AGENDA.c.talk).having(func.count() >= least).scalar_subquery()
    wanted = (
        first.c.workspace == workspace,
        first.c.talk < second.c.talk,
        first.c.talk.in_(often),
        second.c.talk.in_(often),
    )
    query = pairs.where(*wanted)
    rows = await tx.execute(query.group_by(first.c.talk, second.c.talk).having(people >= least))
    return tuple(SavedTogether(row.talk, row.other, row.people) for row in rows)


async def count_reach(tx: Transaction, workspace: str) -> ReachCounts:
    """Count the people who saved something, were reminded, or voted, and the channels that were reminded."""

    async def distinct(column: Any, *which: ColumnElement[bool]) -> int:
        counted = select(func.count(column.distinct())).where(column.table.c.workspace == workspace, *which)
        number: int = (await tx.execute(counted)).scalar_one()
        return number

    return ReachCounts(
        savers=await distinct(AGENDA.c.person),
        reminded=await distinct(PEOPLE.c.person, PEOPLE.c.reminded),
        voters=await distinct(FEEDBACK.c.person),
        channels=await distinct(SUBSCRIPTIONS.c.conversation, SUBSCRIPTIONS.c.active),
    )


async def delivered_counts(tx: Transaction, workspace: str) -> tuple[DeliveredCount, ...]:
    """All messages that the bot sent unasked, or did not."""
    columns = (_D.kind, _is_to_people().label("to_people"), _D.state)
    query = select(*columns, func.count().label("number")).where(_D.workspace == workspace)
    rows = await tx.execute(query.group_by(*columns).order_by(*columns))
    return tuple(DeliveredCount(row.kind, bool(row.to_people), row.state, row.number) for row in rows)


async def punctual_counts(
    tx: Transaction, workspace: str, bounds: tuple[int, ...], anchors: Sequence[SimulatedClock]
) -> tuple[PunctualCount, ...]:
    """The reminders that were sent, by how many seconds after they were due: at most the first bound that fits.

    One that somebody asked for when it was due already is due from then. In conference time, as the anchors of a rehearsal tie it.
    """
    late = _requested_late_at()
    sent, asked = (
        _conference_microseconds(_microseconds(_D.changed_at), anchors),
        _conference_microseconds(late.c.at, anchors),
    )
    due = case((asked > _microseconds(_D.due), asked), else_=_microseconds(_D.due))
    within = case(*((sent - due <= bound * _SECOND, literal(bound)) for bound in bounds))
    columns = (
        _is_to_people().label("to_people"),
        within.label("within"),
        (sent <= _microseconds(_D.start)).label("before"),
    )
    query = select(*columns, func.count().label("number")).select_from(
        DELIVERIES.outerjoin(late, late.c.delivery == _D.id)
    )
    reminders = query.where(_D.workspace == workspace, _D.kind == REMINDER, _D.state == SENT)
    rows = await tx.execute(reminders.group_by(*columns))
    return tuple(PunctualCount(bool(row.to_people), row.within, bool(row.before), row.number) for row in rows)


def _requested_late_at() -> Subquery:
    """The times when deliveries were made that somebody asked for after the rest had begun."""
    c = DELIVERY_EVENTS.c
    at = func.min(_microseconds(c.at)).label("at")
    return select(c.delivery, at).where(c.reason == REQUESTED_LATE).group_by(c.delivery).subquery("late")


def _is_to_people() -> ColumnElement[int]:
    return rank_by_audience(_D.conversation, 0, 1)


def _microseconds(moment: ColumnElement[Any]) -> ColumnElement[int]:
    """A moment as the database keeps it: microseconds since 1970."""
    return type_coerce(moment, BigInteger)


def _conference_microseconds(machine: ColumnElement[int], anchors: Sequence[SimulatedClock]) -> ColumnElement[Any]:
    """Conference time at a machine time, both in microseconds since 1970, as `Clock.conference_at` tells it."""
    if not anchors:
        return machine
    at = [microseconds(anchor.simulated) + (machine - microseconds(anchor.real)) * anchor.speed for anchor in anchors]
    begun = [machine >= microseconds(anchor.real) for anchor in anchors]
    return case(*reversed(list(zip(begun, at, strict=True))), else_=at[0])
