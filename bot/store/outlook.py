"""What is going to be sent, before it is: the plan held against who wants to be reminded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from bot.store.agenda import AGENDA
from bot.store.database import Transaction
from bot.store.people import PEOPLE
from bot.store.plan import REMINDERS
from bot.store.subscriptions import SUBSCRIPTIONS

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
    a, p = AGENDA.c, PEOPLE.c
    same = and_(p.workspace == a.workspace, p.person == a.person, p.reminded, p.lead == _R.lead, a.talk == _R.talk)
    columns = (_R.due, _R.start, _R.talk, _R.lead)
    query = select(*columns, func.count().label("people")).where(same, _R.start >= since, _R.start < until)
    rows = await tx.execute(query.group_by(*columns))
    return [ForecastItem(row.due, row.start, row.talk, row.lead, people=row.people) for row in rows]
