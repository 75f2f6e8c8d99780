"""Watch deliveries: log errors in their loops and go on, count their outcomes, and see whether they are sent."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ParamSpec

from sqlalchemy import bindparam, func, select

from bot import telemetry
from bot.clock import Clock, monotonic
from bot.db.database import Database, Transaction, is_passing
from bot.db.sql import Moment
from bot.db.tables import DELIVERIES, ENDED, LEASED, PENDING, POSTING, SENT
from bot.delivery.models import REMINDER, Delivery
from bot.delivery.pauses import PAUSE, STOPPED, active_pauses
from bot.supervisor import Part, Supervisor
from bot.telemetry.metrics import Metrics

LOOK_INTERVAL_S = 10.0

STALLED_AFTER_S = 45.0  # so that a stall is reported within a minute

P = ParamSpec("P")

_D = DELIVERIES.c

_log = telemetry.logger("reminders")


async def run_safely(action: str, step: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Run one step of a loop and return whether it succeeded.

    An error is logged under an id. The database still holds whatever the step left undone.
    """
    try:
        await step(*args, **kwargs)
    except Exception as error:  # of any kind: no delivery may stop the loop that sends the others
        if is_passing(error):
            _log.warning("will be tried again", doing=action, error=type(error).__name__)
        else:
            place, incident = telemetry.error_location(error), secrets.token_hex(4)
            _log.error("failed", doing=action, incident=incident, error=type(error).__name__, where=place)
        return False
    return True


class DeliveryLog:
    """Logs and counts the deliveries that this process handles.

    `administration.list_deliveries` has those of all processes.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics

    def state_changed(self, delivery: Delivery, state: str, because: str = "", at: datetime | None = None) -> None:
        """Log that the delivery is in this state now, or since `at`, in conference time."""
        late = self._clock.real_seconds((at or self._clock.conference_now()) - delivery.due)
        why = {"because": because} if because else {}
        _log.info("delivery", delivery=delivery.log_id, of=delivery.kind, state=state, late_s=round(late, 1), **why)
        audience = "person" if delivery.is_personal else "channel"
        if state in ENDED:
            self._metrics.ended.labels(delivery.kind, audience, state).inc()
        if state == SENT and delivery.kind == REMINDER:
            self._metrics.lateness.labels(audience).observe(max(0.0, late))


@dataclass(frozen=True, slots=True)
class DueDeliveries:
    """The deliveries that should have been sent by now, in figures."""

    count: int
    oldest: datetime | None  # when the one that waits longest was due; conference time


async def _due_deliveries(tx: Transaction, conference_now: datetime, workspace: str) -> DueDeliveries:
    """Count the workspace's deliveries that are due and of use.

    Edits are left out, since they wait for the message that they edit.
    """
    row = (await tx.execute(_DUE_DELIVERIES, {"conference": conference_now, "workspace": workspace})).one()
    return DueDeliveries(row.number, row.oldest)


_DUE_DELIVERIES = select(func.count().label("number"), func.min(_D.due, type_=Moment).label("oldest")).where(
    _D.workspace == bindparam("workspace"),
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
    return await _due_deliveries(tx, conference_now, workspace), await active_pauses(tx, workspace)
