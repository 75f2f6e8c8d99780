"""Progress of sending: whether what is due is being sent, and if not, why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, func, select

from bot.clock import Clock, monotonic
from bot.db.database import Database, Transaction
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, LEASED, PENDING, POSTING
from bot.delivery import pauses
from bot.delivery.pauses import PAUSE, STOPPED
from bot.supervisor import Part, Supervisor

LOOK_INTERVAL_S = 10.0

STALLED_AFTER_S = 45.0  # so that a stall is reported within a minute

_D = DELIVERIES.c


@dataclass(frozen=True, slots=True)
class DueDeliveries:
    """The deliveries that should have been sent by now, in figures."""

    count: int
    oldest: datetime | None  # when the one that waits longest was due; conference time


async def due_deliveries(tx: Transaction, conference_now: datetime) -> DueDeliveries:
    """Count the deliveries that are due and of use. Edits are left out, since they wait for the message that they edit."""
    row = (await tx.execute(_DUE_DELIVERIES, {"conference": conference_now})).one()
    return DueDeliveries(row.number, row.oldest)


_DUE_DELIVERIES = select(func.count().label("number"), func.min(_D.due, type_=Moment).label("oldest")).where(
    _D.state.in_((PENDING, LEASED, POSTING)),
    _D.corrects == "",
    _D.due <= bindparam("conference"),
    _D.expires > bindparam("conference"),
)


class ProgressMonitor:
    """Looks every few seconds whether sending gets on in one workspace."""

    def __init__(
        self, database: Database, clock: Clock, workspace: str, stalled_after_s: float = STALLED_AFTER_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._workspace = workspace
        self._stalled_after_s = stalled_after_s
        self._due = DueDeliveries(0, None)
        self._moved_at = monotonic()
        self._pauses: dict[str, str] = {}

    def start(self, supervisor: Supervisor, pace: Callable[[float], float]) -> Part:
        """Look from now on. `pace` makes the interval longer while there is nothing to do."""
        return supervisor.start("progress", self.look, interval_s=partial(pace, LOOK_INTERVAL_S), delay_s=0)

    async def look(self) -> None:
        """Compare what is due with the last look."""
        due, self._pauses = await self._database.read(_due_and_paused, self._clock.conference_now(), self._workspace)
        before, self._due = self._due, due
        if not due.count or due.count < before.count or due.oldest != before.oldest:
            self._moved_at = monotonic()

    @property
    def problems(self) -> tuple[str, ...]:
        """The reasons why nothing is sent; a pause by an organiser is none."""
        if STOPPED in self._pauses:
            return (f"sending: Slack refuses the bot's token ({self._pauses[STOPPED]})",)
        stalled_s = monotonic() - self._moved_at
        if PAUSE in self._pauses or stalled_s < self._stalled_after_s or not self._due.count:
            return ()
        return (f"deliveries: {self._due.count} due, none sent for {stalled_s:.0f} s",)


async def _due_and_paused(
    tx: Transaction, conference_now: datetime, workspace: str
) -> tuple[DueDeliveries, dict[str, str]]:
    return await due_deliveries(tx, conference_now), await pauses.active_pauses(tx, workspace)
