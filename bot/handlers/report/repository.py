"""Count the figures of a conference's report in the database, in one go."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, func, select, type_coerce, union

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
from bot.handlers.feedback import repository as feedback_repository
from bot.handlers.feedback.messages import MIN_COUNT
from bot.handlers.report.demand import DemandCounts
from bot.handlers.report.figures import (
    BOUNDS_S,
    MIN_TIMES_ASKED,
    ConferenceReport,
    MessageStats,
    PunctualityStats,
    QuestionStats,
    TalkCounts,
    publishable,
    with_talks,
)
from bot.live_schedule import clock_repository
from bot.schedule.models import Conference, Schedule
from bot.search.index import Index

_D = DELIVERIES.c

_SECOND = 1_000_000

_ENDED = (SENT, EXPIRED, DEAD, CANCELLED)  # as MessageStats names them


async def collect_report(
    database: Database, workspace: str, schedule: Schedule, index: Index, now: datetime
) -> ConferenceReport:
    """Collect the figures of the conference in one workspace, at an aware conference time."""
    report, counts = await database.read(read_report, workspace, schedule.conference, now)
    return await asyncio.to_thread(with_talks, report, counts, schedule, index)


async def read_report(
    tx: Transaction, workspace: str, conference: Conference, now: datetime
) -> tuple[ConferenceReport, TalkCounts]:
    """Read the report without its talks, and what is counted of them."""

    async def distinct(column: Any, *which: ColumnElement[bool]) -> int:
        counted = select(func.count(column.distinct())).where(column.table.c.workspace == workspace, *which)
        number: int = (await tx.execute(counted)).scalar_one()
        return number

    unanswered = await ask_repository.unanswered_totals(tx)
    often = tuple((words, times) for words, times in unanswered.items() if times >= MIN_TIMES_ASKED)
    report = ConferenceReport(
        conference,
        now,
        savers=publishable(await distinct(AGENDA.c.person)),
        reminded=publishable(await distinct(PEOPLE.c.person, PEOPLE.c.reminded)),
        voters=publishable(await distinct(FEEDBACK.c.person)),
        channels=await distinct(SUBSCRIPTIONS.c.conversation, SUBSCRIPTIONS.c.active),
        questions=(await question_stats(tx, workspace))[0],
        days=await question_stats(tx, workspace, QUESTIONS.c.day),
        kinds=await question_stats(tx, workspace, QUESTIONS.c.kind, most_first=True),
        unanswered=often,
        rarely_unanswered=len(unanswered) - len(often),
        messages=await message_stats(tx, workspace),
        punctuality=await punctuality_stats(tx, workspace, await clock_repository.clock_anchors(tx)),
    )
    feedback = await feedback_repository.all_feedback(tx, workspace)
    return report, TalkCounts(feedback, await read_demand(tx, workspace))


async def read_demand(tx: Transaction, workspace: str) -> DemandCounts:
    return DemandCounts(
        await interests_of_many(tx, workspace),
        await saved_together(tx, workspace),
        await saves_by_talk(tx, workspace),
    )


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


async def interests_of_many(tx: Transaction, workspace: str) -> dict[str, int]:
    """Count the people who named each topic, for topics that at least MIN_COUNT named."""
    c, people = INTERESTS.c, func.count().label("people")
    query = select(c.topic, people).where(c.workspace == workspace).group_by(c.topic).having(people >= MIN_COUNT)
    return {row.topic: row.people for row in await tx.execute(query)}


async def saved_together(tx: Transaction, workspace: str) -> dict[tuple[str, str], int]:
    """The ids of each two talks that at least MIN_COUNT people saved both, and how many did."""
    first, second = AGENDA.alias("first"), AGENDA.alias("second")
    same = and_(first.c.workspace == second.c.workspace, first.c.person == second.c.person)
    people = func.count().label("people")
    pairs = select(first.c.talk, second.c.talk.label("other"), people).select_from(first.join(second, same))
    counted = select(AGENDA.c.talk).where(AGENDA.c.workspace == workspace)
    often = counted.group_by(AGENDA.c.talk).having(func.count() >= MIN_COUNT).scalar_subquery()
    wanted = (
        first.c.workspace == workspace,
        first.c.talk < second.c.talk,
        first.c.talk.in_(often),
        second.c.talk.in_(often),
    )
    query = pairs.where(*wanted)
    rows = await tx.execute(query.group_by(first.c.talk, second.c.talk).having(people >= MIN_COUNT))
    return {(row.talk, row.other): row.people for row in rows}


async def question_stats(
    tx: Transaction, workspace: str, *by: ColumnElement[Any], most_first: bool = False
) -> tuple[QuestionStats, ...]:
    """Count the questions by day or kind, in this order or the most frequent first; or all together."""
    c = QUESTIONS.c
    total = func.sum(c.times)
    answered, unanswered = (func.coalesce(total.filter(c.answered.is_(whether)), 0) for whether in (True, False))
    query = select(answered.label("answered"), unanswered.label("unanswered"), *by).where(c.workspace == workspace)
    rows = await tx.execute(query.group_by(*by).order_by(*([total.desc()] if most_first else []), *by))
    return tuple(
        QuestionStats(
            publishable(int(row["answered"])), publishable(int(row["unanswered"])), row.get("day"), row.get("kind", "")
        )
        for row in rows.mappings()
    )


async def message_stats(tx: Transaction, workspace: str) -> tuple[MessageStats, ...]:
    """Count all messages that the bot sent unasked, or did not, by what became of them."""
    columns = (_D.kind, _is_to_people().label("to_people"))
    ended = [_number(_D.state == state) for state in _ENDED]
    query = select(*columns, *ended, _number(_D.state.not_in(_ENDED))).where(_D.workspace == workspace)
    rows = await tx.execute(query.group_by(*columns).order_by(*columns))
    return tuple(MessageStats(row.kind, bool(row.to_people), *row[2:]) for row in rows)


async def punctuality_stats(
    tx: Transaction, workspace: str, anchors: Sequence[SimulatedClock]
) -> tuple[PunctualityStats, ...]:
    """Count the reminders that were sent to channels, and those to people, by how late they were.

    One that somebody asked for when it was due already is due from then. In conference time, as the anchors of a
    rehearsal tie it.
    """
    requested = _requested_late_at()
    sent = _conference_microseconds(_microseconds(_D.changed_at), anchors)
    asked, planned = _conference_microseconds(requested.c.at, anchors), _microseconds(_D.due)
    late = sent - case((asked > planned, asked), else_=planned)
    bounds = [bound * _SECOND for bound in BOUNDS_S]
    between = [and_(late > low, late <= high) for low, high in pairwise(bounds)]
    within = map(_number, (late <= bounds[0], *between, late > bounds[-1]))
    to_people = _is_to_people().label("to_people")
    before_start = _number(sent <= _microseconds(_D.start)).label("before_start")
    query = select(to_people, before_start, *within)
    reminders = query.where(_D.workspace == workspace, _D.kind == REMINDER, _D.state == SENT)
    rows = await tx.execute(
        reminders.select_from(DELIVERIES.outerjoin(requested, requested.c.delivery == _D.id)).group_by(to_people)
    )
    counted = [PunctualityStats(bool(row.to_people), tuple(row[2:]), row.before_start) for row in rows]
    by_audience = {stats.to_people: stats for stats in counted}
    return tuple(by_audience.get(to_people, PunctualityStats(to_people)) for to_people in (False, True))


def _number(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


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
