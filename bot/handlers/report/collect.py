"""A conference's report: counted in the database in one go, and without what somebody could be traced by."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.db.database import Database, Transaction
from bot.db.tables import CANCELLED, DEAD, EXPIRED, SENT
from bot.handlers.ask import repository
from bot.handlers.feedback import repository as feedback_repository
from bot.handlers.feedback.messages import MIN_COUNT
from bot.handlers.feedback.repository import TalkFeedback
from bot.handlers.report import repository as report_repository
from bot.handlers.report.demand import DemandCounts, demand_of
from bot.handlers.report.figures import (
    BOUNDS_S,
    MIN_TIMES_ASKED,
    ConferenceReport,
    MessageStats,
    PunctualityStats,
    QuestionStats,
    Rating,
    TalkStats,
    publishable,
)
from bot.handlers.report.repository import DeliveredCount, PunctualCount, ReachCounts
from bot.live_schedule import simulated_clock
from bot.schedule.models import Schedule
from bot.search.index import Index


@dataclass(frozen=True, slots=True)
class RawCounts:
    """Everything as it was counted, small numbers too; it does not leave this file."""

    saves: dict[str, int]
    feedback: tuple[TalkFeedback, ...]
    reach: ReachCounts
    questions: tuple[repository.QuestionCount, ...]
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
        saves=await report_repository.saves_by_talk(tx, workspace),
        feedback=await feedback_repository.all_feedback(tx, workspace),
        reach=await report_repository.count_reach(tx, workspace),
        questions=await repository.question_counts(tx, workspace),
        unanswered=await repository.unanswered_totals(tx),
        delivered=await report_repository.delivered_counts(tx, workspace),
        punctual=await report_repository.punctual_counts(
            tx, workspace, BOUNDS_S, await simulated_clock.clock_anchors(tx)
        ),
        demand=await read_demand(tx, workspace),
    )


async def read_demand(tx: Transaction, workspace: str) -> DemandCounts:
    """How many people named each topic, saved two talks together, and saved each talk."""
    return DemandCounts(
        await report_repository.interests_of_many(tx, workspace, MIN_COUNT),
        await report_repository.saved_together(tx, workspace, MIN_COUNT),
        await report_repository.saves_by_talk(tx, workspace),
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
    gone = sorted((counts.saves.keys() | tallies.keys()) - known.keys())
    for talk in (*known, *gone):
        tally = tallies.get(talk, TalkFeedback(talk))
        votes = publishable(tally.votes)
        rating = Rating(tally.green, tally.yellow, tally.red) if votes else None
        yield TalkStats(talk, known.get(talk), publishable(counts.saves.get(talk, 0)), votes, rating, tally.comments)


def _question_stats(rows: Iterable[repository.QuestionCount], day: date | None = None, kind: str = "") -> QuestionStats:
    times: Counter[bool] = Counter()
    for row in rows:
        times[row.answered] += row.times
    return QuestionStats(publishable(times[True]), publishable(times[False]), day, kind)


def _questions_by_day(rows: tuple[repository.QuestionCount, ...]) -> Iterator[QuestionStats]:
    for day in sorted({row.day for row in rows}):
        yield _question_stats((row for row in rows if row.day == day), day=day)


def _questions_by_kind(rows: tuple[repository.QuestionCount, ...]) -> Iterator[QuestionStats]:
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
