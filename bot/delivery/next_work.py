"""When there is something to do next in a workspace that nobody uses, so that it can be closed until then."""

from datetime import datetime

from sqlalchemy import exists, func, select

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, LEASED, PENDING, POSTING, UNKNOWN
from bot.delivery import plan
from bot.delivery.daily import next_daily_at
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.schedule.models import Schedule

_D = DELIVERIES.c


async def next_work_at(tx: Transaction, schedule: Schedule, now: datetime) -> datetime | None:
    """When there is something to do next, in conference time: `now` while something is under way; None for never.

    Deliveries are prepared SWEEP_AHEAD before they are due.
    """
    under_way = exists().where(_D.state.in_((LEASED, POSTING, UNKNOWN)))
    pending = select(func.min(_D.due, type_=Moment)).where(_D.state == PENDING).scalar_subquery()
    row = (await tx.execute(select(under_way.label("under_way"), pending.label("pending")))).one()
    if row.under_way:
        return now
    reminder = await plan.next_due_with_audience(tx)
    moments = [due - SWEEP_AHEAD for due in (row.pending, reminder) if due]
    daily = next_daily_at(schedule, now)
    return min([*moments, *([daily] if daily else [])], default=None)
