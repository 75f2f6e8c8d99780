"""The next time that a workspace has something to do: until then it can be left alone, or closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select

from bot.db.database import Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, PENDING, UNFINISHED, UNKNOWN
from bot.delivery import plan
from bot.delivery.enqueue import SWEEP_AHEAD

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class NextWork:
    """The next things to do in a workspace. All moments are conference time; None where there is nothing."""

    sending: int  # deliveries that are leased or being posted
    unknown: int  # deliveries whose outcome is unknown
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
            now if self.sending or self.unknown else None,
            self.due - ahead if self.due else None,
            reminder - SWEEP_AHEAD if reminder else None,  # it is created so long before it is due
            self.daily,
        )
        return min((moment for moment in moments if moment), default=None)


async def next_work(tx: Transaction, daily: datetime | None) -> NextWork:
    """Find the next things to do. `daily` is when the next daily message is due."""
    row = (await tx.execute(_NEXT_WORK)).one()
    return NextWork(row.sending, row.unknown, row.pending, row.due, row.reminder, row.wanted, daily)


def _next_work() -> Select[*tuple[Any, ...]]:
    """One statement: between two of them, a reminder could become a delivery and be seen in neither."""
    is_pending, is_unknown = _D.state == PENDING, _D.state == UNKNOWN
    return select(
        func.count(case((~(is_pending | is_unknown), 1))).label("sending"),
        func.count(case((is_unknown, 1))).label("unknown"),
        func.count(case((is_pending, 1))).label("pending"),
        func.min(case((is_pending, _D.due)), type_=Moment).label("due"),
        plan.NEXT_DUE.scalar_subquery().label("reminder"),
        plan.NEXT_DUE_WITH_AUDIENCE.scalar_subquery().label("wanted"),
    ).where(_D.state.in_(UNFINISHED))


_NEXT_WORK = _next_work()
