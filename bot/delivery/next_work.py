"""The next time that a workspace has something to do: until then it can be left alone, or closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, PENDING, UNFINISHED
from bot.delivery import plan
from bot.delivery.enqueue import SWEEP_AHEAD

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class NextWork:
    """The next things to do in a workspace. All moments are conference time; None where there is nothing."""

    under_way: int  # deliveries that are being sent, or whose outcome is unknown
    pending: int
    due: datetime | None  # when the first of the pending deliveries is due
    reminder: datetime | None  # when the next planned reminder is due, whether or not somebody wants it
    wanted: datetime | None  # when the next one is due that somebody wants
    daily: datetime | None  # when the next daily message is due

    def begins(self, now: datetime, interval: timedelta) -> datetime | None:
        """The time when an open workspace has something to do: `now` while something is under way.

        Many deliveries begin to be sent ahead of time, so that with this interval between two of them none is late.
        """
        return self._earliest(now, self.reminder, min(SWEEP_AHEAD, self.pending * interval))

    def opens(self, now: datetime) -> datetime | None:
        """The time when a closed workspace has to be open: as soon as its next delivery could be sent."""
        return self._earliest(now, self.wanted, SWEEP_AHEAD)

    def _earliest(self, now: datetime, reminder: datetime | None, ahead: timedelta) -> datetime | None:
        moments = (
            now if self.under_way else None,
            self.due - ahead if self.due else None,
            reminder - SWEEP_AHEAD if reminder else None,  # it is created so long before it is due
            self.daily,
        )
        return min((moment for moment in moments if moment), default=None)


async def next_work(tx: Transaction, daily: datetime | None) -> NextWork:
    """Find the next things to do. `daily` is when the next daily message is due."""
    # The plan is read first: a reminder that becomes a delivery meanwhile is then seen twice, rather than not at all.
    reminder = await plan.next_due(tx)
    wanted = await plan.next_due_with_audience(tx) if reminder else None
    is_pending = _D.state == PENDING
    columns = (
        func.count(case((~is_pending, 1))).label("under_way"),
        func.count(case((is_pending, 1))).label("pending"),
        func.min(case((is_pending, _D.due)), type_=Moment).label("due"),
    )
    row = (await tx.execute(select(*columns).where(_D.state.in_(UNFINISHED)))).one()
    return NextWork(row.under_way, row.pending, row.due, reminder, wanted, daily)
