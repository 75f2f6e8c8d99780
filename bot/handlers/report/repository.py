"""Count the figures of a conference's report in the database, in one go. Leave out what could identify people."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, func, literal, select, type_coerce, union

from bot.clock import SimulatedClock
from bot.db.database import Database, Transaction
from bot.db.sql import microseconds
from bot.db.tables import (
    AGENDA,
    CANCELLED,
    DEAD,
    DELIVERIES,
    DELIVERY_EVENTS,
    EXPIRED,
    FEEDBACK,
    INTERESTS,
    PEOPLE,
    QUESTIONS,
    SENT,
    SUBSCRIPTIONS,
)
from bot.delivery.models import REMINDER, rank_by_audience
from bot.delivery.queue import REQUESTED_LATE
from bot.handlers.ask import repository as ask_repository
from bot.handlers.ask.repository import QuestionCount
from bot.handlers.feedback import repository as feedback_repository
from bot.handlers.feedback.messages import MIN_COUNT
from bot.handlers.feedback.repository import TalkFeedback
from bot.handlers.report.figures import (
    BOUNDS_S,
    MIN_TIMES_ASKED,
    ConferenceReport,
    DemandCounts,
    MessageStats,
    PunctualityStats,
    QuestionStats,
    Rating,
    SavedTogether,
    TalkStats,
    demand_of,
    publishable,
)
from bot.live_schedule import clock_repository
from bot.schedule.models import Schedule
from bot.search.index import Index

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

    One that somebody asked for when it was due already is due from then. In conference time, as the anchors of a
    rehearsal tie it.
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


@dataclass(frozen=True, slots=True)
class RawCounts:
    """Everything as it was counted, small numbers too; it does not leave this file."""

    feedback: tuple[TalkFeedback, ...]
    reach: ReachCounts
    questions: tuple[QuestionCount, ...]
    unanswered: dict[str, int]
    delivered: tuple[DeliveredCount, ...]
    punctual: tuple[PunctualCount, ...]
    demand: DemandCounts


async def collect_report(
    database: Database, workspace: str, schedule: Schedule, index: Index, now: datetime
) -> ConferenceReport:
    """Collect the figures of the conference in one workspace, at an aware conference time."""
    return await asyncio.to_thread(build_report, await database.read(_read_counts, workspace), schedule, index, now)


async def _read_counts(tx: Transaction, workspace: str) -> RawCounts:
    return RawCounts(
        feedback=await feedback_repository.all_feedback(tx, workspace),
        reach=await count_reach(tx, workspace),
        questions=await ask_repository.question_counts(tx, workspace),
        unanswered=await ask_repository.unanswered_totals(tx),
        delivered=await delivered_counts(tx, workspace),
        punctual=await punctual_counts(tx, workspace, BOUNDS_S, await clock_repository.clock_anchors(tx)),
        demand=await read_demand(tx, workspace),
    )


async def read_demand(tx: Transaction, workspace: str) -> DemandCounts:
    """How many people named each topic, saved two talks together, and saved each talk."""
    return DemandCounts(
        await interests_of_many(tx, workspace, MIN_COUNT),
        await saved_together(tx, workspace, MIN_COUNT),
        await saves_by_talk(tx, workspace),
    )


def build_report(counts: RawCounts, schedule: Schedule, index: Index, now: datetime) -> ConferenceReport:
    """The figures that may be told."""
    often = tuple((words, times) for words, times in counts.unanswered.items() if times >= MIN_TIMES_ASKED)
    return ConferenceReport(
        conference=schedule.conference,
        at=now,
        talks=tuple(_talk_stats(counts, schedule)),
        savers=publishable(counts.reach.savers),
        reminded=publishable(counts.reach.reminded),
        voters=publishable(counts.reach.voters),
        votes=publishable(sum(tally.votes for tally in counts.feedback)),
        channels=counts.reach.channels,
        questions=_question_stats(counts.questions),
        days=tuple(_questions_by_day(counts.questions)),
        kinds=tuple(_questions_by_kind(counts.questions)),
        unanswered=often,
        rarely_unanswered=len(counts.unanswered) - len(often),
        messages=tuple(_message_stats(counts.delivered)),
        punctuality=tuple(_punctuality_stats(counts.punctual, to_people=to_people) for to_people in (False, True)),
        demand=demand_of(schedule, index, counts.demand),
    )


def _talk_stats(counts: RawCounts, schedule: Schedule) -> Iterator[TalkStats]:
    tallies = {tally.talk: tally for tally in counts.feedback}
    known = schedule.talk_by_id
    gone = sorted((counts.demand.saves.keys() | tallies.keys()) - known.keys())
    for talk in (*known, *gone):
        tally = tallies.get(talk, TalkFeedback(talk))
        votes = publishable(tally.votes)
        rating = Rating(tally.green, tally.yellow, tally.red) if votes else None
        yield TalkStats(
            talk, known.get(talk), publishable(counts.demand.saves.get(talk, 0)), votes, rating, tally.comments
        )


def _question_stats(rows: Iterable[QuestionCount], day: date | None = None, kind: str = "") -> QuestionStats:
    times: Counter[bool] = Counter()
    for row in rows:
        times[row.answered] += row.times
    return QuestionStats(publishable(times[True]), publishable(times[False]), day, kind)


def _questions_by_day(rows: tuple[QuestionCount, ...]) -> Iterator[QuestionStats]:
    for day in sorted({row.day for row in rows}):
        yield _question_stats((row for row in rows if row.day == day), day=day)


def _questions_by_kind(rows: tuple[QuestionCount, ...]) -> Iterator[QuestionStats]:
    """The counts, highest first."""
    times: Counter[str] = Counter()
    for row in rows:
        times[row.kind] += row.times
    for kind, _ in times.most_common():
        yield _question_stats((row for row in rows if row.kind == kind), kind=kind)


def _message_stats(rows: Iterable[DeliveredCount]) -> Iterator[MessageStats]:
    states: dict[tuple[str, bool], Counter[str]] = {}
    for row in rows:
        states.setdefault((row.kind, row.to_people), Counter())[row.state] += row.number
    for (kind, to_people), number in states.items():
        ended = (number[SENT], number[EXPIRED], number[DEAD], number[CANCELLED])
        yield MessageStats(kind, to_people, *ended, number.total() - sum(ended))


def _punctuality_stats(rows: Iterable[PunctualCount], *, to_people: bool) -> PunctualityStats:
    number: Counter[int | None] = Counter()
    before_start = 0
    for row in rows:
        if row.to_people == to_people:
            number[row.within] += row.number
            before_start += row.number if row.before_start else 0
    return PunctualityStats(to_people, tuple(number[bound] for bound in (*BOUNDS_S, None)), before_start)
