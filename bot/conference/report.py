"""A conference's report: counted in the database in one go, and without what somebody could be traced by."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.schedule.model import Schedule
from bot.store import feedback, questions, rehearsal, report, unanswered
from bot.store.database import Database, Transaction
from bot.store.deliveries import CANCELLED, DEAD, EXPIRED, SENT
from bot.store.feedback import Tally
from bot.store.report import Delivered, Punctual, Reach
from bot.views.report.figures import BOUNDS_S, OFTEN, Asked, OfTalk, Punctuality, Rating, Report, Sent, told


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything as it was counted, small numbers too; it does not leave this file."""

    saves: dict[str, int]
    tallies: tuple[Tally, ...]
    reach: Reach
    asked: tuple[questions.Asked, ...]
    missing: dict[str, int]
    delivered: tuple[Delivered, ...]
    punctual: tuple[Punctual, ...]


async def reported(database: Database, workspace: str, schedule: Schedule, now: datetime) -> Report:
    """What the conference came to in one workspace, at an aware conference time."""
    return assembled(await database.read(_counted, workspace), schedule, now)


async def _counted(tx: Transaction, workspace: str) -> Counted:
    return Counted(
        saves=await report.saves(tx, workspace),
        tallies=await feedback.tallies(tx, workspace),
        reach=await report.reach(tx, workspace),
        asked=await questions.asked(tx, workspace),
        missing=await unanswered.totals(tx),
        delivered=await report.delivered(tx, workspace),
        punctual=await report.punctual(tx, workspace, BOUNDS_S, await rehearsal.anchor(tx)),
    )


def assembled(counted: Counted, schedule: Schedule, now: datetime) -> Report:
    """The figures that may be told."""
    often = tuple((words, times) for words, times in counted.missing.items() if times >= OFTEN)
    return Report(
        conference=schedule.conference,
        at=now,
        talks=tuple(_talks(counted, schedule)),
        savers=told(counted.reach.savers),
        reminded=told(counted.reach.reminded),
        voters=told(counted.reach.voters),
        votes=told(sum(map(_votes, counted.tallies))),
        channels=counted.reach.channels,
        asked=_asked(counted.asked),
        days=tuple(_days(counted.asked)),
        kinds=tuple(_kinds(counted.asked)),
        missing=often,
        missing_rarely=len(counted.missing) - len(often),
        sent=tuple(_sent(counted.delivered)),
        punctuality=tuple(_punctuality(counted.punctual, to_people=to_people) for to_people in (False, True)),
    )


def _talks(counted: Counted, schedule: Schedule) -> Iterator[OfTalk]:
    tallies = {tally.talk: tally for tally in counted.tallies}
    known = schedule.talk_by_id
    gone = sorted((counted.saves.keys() | tallies.keys()) - known.keys())
    for talk in (*known, *gone):
        tally = tallies.get(talk, Tally(talk))
        votes = told(_votes(tally))
        rating = Rating(tally.green, tally.yellow, tally.red) if votes else None
        yield OfTalk(talk, known.get(talk), told(counted.saves.get(talk, 0)), votes, rating, tally.comments)


def _votes(tally: Tally) -> int:
    return tally.green + tally.yellow + tally.red


def _asked(rows: Iterable[questions.Asked], day: date | None = None, kind: str = "") -> Asked:
    times: Counter[bool] = Counter()
    for row in rows:
        times[row.answered] += row.times
    return Asked(told(times[True]), told(times[False]), day, kind)


def _days(rows: tuple[questions.Asked, ...]) -> Iterator[Asked]:
    for day in sorted({row.day for row in rows}):
        yield _asked((row for row in rows if row.day == day), day=day)


def _kinds(rows: tuple[questions.Asked, ...]) -> Iterator[Asked]:
    """What was asked most comes first."""
    times: Counter[str] = Counter()
    for row in rows:
        times[row.kind] += row.times
    for kind, _ in times.most_common():
        yield _asked((row for row in rows if row.kind == kind), kind=kind)


def _sent(rows: Iterable[Delivered]) -> Iterator[Sent]:
    states: dict[tuple[str, bool], Counter[str]] = {}
    for row in rows:
        states.setdefault((row.kind, row.to_people), Counter())[row.state] += row.number
    for (kind, to_people), number in states.items():
        ended = (number[SENT], number[EXPIRED], number[DEAD], number[CANCELLED])
        yield Sent(kind, to_people, *ended, number.total() - sum(ended))


def _punctuality(rows: Iterable[Punctual], *, to_people: bool) -> Punctuality:
    number: Counter[int | None] = Counter()
    before_start = 0
    for row in rows:
        if row.to_people == to_people:
            number[row.within] += row.number
            before_start += row.number if row.before_start else 0
    return Punctuality(to_people, tuple(number[bound] for bound in (*BOUNDS_S, None)), before_start)
