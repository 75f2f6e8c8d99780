"""Watch deliveries: log the errors of their loops and go on, count what happens to them, and see whether they are sent.

An operator and the rehearsal's report look into deliveries: they list them, read one's history, retry or cancel one.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ParamSpec

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, select

from bot import telemetry
from bot.clock import Clock, monotonic
from bot.db.database import Database, Transaction, is_passing
from bot.db.sql import Moment
from bot.db.tables import (
    ACTIVE,
    CANCELLED,
    DEAD,
    DELIVERIES,
    DELIVERY_EVENTS,
    DELIVERY_TALKS,
    ENDED,
    EXPIRED,
    LEASED,
    NO_LEASE,
    PENDING,
    POSTING,
    SENT,
    SURELY_NOT_POSTED,
)
from bot.delivery import rate_limits
from bot.delivery.models import REMINDER, Delivery, change_state
from bot.delivery.rate_limits import PAUSE, STOPPED
from bot.supervisor import Part, Supervisor
from bot.telemetry.metrics import Metrics

LOOK_INTERVAL_S = 10.0

STALLED_AFTER_S = 45.0  # so that a stall is reported within a minute

P = ParamSpec("P")

_D, _T = DELIVERIES.c, DELIVERY_TALKS.c

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
            place = telemetry.error_location(error.__traceback__)
            _log.error("failed", doing=action, incident=secrets.token_hex(4), error=type(error).__name__, where=place)
        return False
    return True


class DeliveryLog:
    """Logs and counts the deliveries that this process handles. `list_deliveries` has those of all processes."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics

    def state_changed(self, delivery: Delivery, state: str, because: str = "", at: datetime | None = None) -> None:
        """Log that the delivery is in this state now, or since `at`, in conference time."""
        late = self._clock.real_seconds((at or self._clock.conference_now()) - delivery.due)
        why = {"because": because} if because else {}
        _log.info("delivery", delivery=delivery.id, of=delivery.kind, state=state, late_s=round(late, 1), **why)
        audience = "person" if delivery.is_personal else "channel"
        if state in ENDED:
            self._metrics.delivery_ended(delivery.kind, audience, state)
        if state == SENT and delivery.kind == REMINDER:
            self._metrics.reminder_sent(audience, late)


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
    return await due_deliveries(tx, conference_now), await rate_limits.active_pauses(tx, workspace)


# The fields of DeliveryRecord, apart from the talks.
_COLUMNS = (
    *(_D.id, _D.workspace, _D.conversation, _D.kind, _D.rank, _D.state, _D.reason.label("because")),
    *(_D.start, _D.due, _D.expires, _D.changed_at, _D.attempts),
)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """The deliveries to list; an empty field does not narrow."""

    id: str = ""  # or the beginning of one
    state: str = ""
    conversation: str = ""
    talk: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery. Moments are conference time, apart from `changed_at`, which is real time."""

    id: str
    workspace: str
    conversation: str  # a channel's id or a person's
    kind: str
    rank: int
    state: str
    because: str
    start: datetime
    due: datetime
    expires: datetime
    changed_at: datetime
    attempts: int
    talks: tuple[str, ...]  # ids


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """A state that a delivery came into, or something else that happened to it."""

    at: datetime  # real time
    state: str
    because: str


async def all_deliveries(tx: Transaction) -> list[DeliveryRecord]:
    """All deliveries there are, in order of when they were due."""
    rows = await tx.execute(select(*_COLUMNS).order_by(_D.due, _D.rank, _D.id))
    return await _with_talks(tx, rows.all(), ACTIVE)


async def list_deliveries(tx: Transaction, criteria: DeliveryFilter, limit: int) -> list[DeliveryRecord]:
    """The deliveries that match, the latest start first."""
    query = select(*_COLUMNS).where(_matching(criteria)).order_by(_D.start.desc(), _D.rank, _D.id).limit(limit)
    rows = (await tx.execute(query)).all()
    return await _with_talks(tx, rows, and_(_T.delivery.in_([row.id for row in rows]), ACTIVE))


async def count_by_state(tx: Transaction, criteria: DeliveryFilter) -> dict[str, int]:
    """Count the deliveries that match, by state."""
    query = select(_D.state, func.count().label("number")).where(_matching(criteria)).group_by(_D.state)
    return {row.state: row.number for row in await tx.execute(query.order_by(_D.state))}


async def delivery_history(tx: Transaction, delivery: str) -> list[DeliveryEvent]:
    """Everything that happened to a delivery, in order."""
    c = DELIVERY_EVENTS.c
    rows = await tx.execute(select(c.at, c.state, c.reason).where(c.delivery == delivery).order_by(c.id))
    return [DeliveryEvent(row.at, row.state, row.reason) for row in rows]


async def retry_delivery(tx: Transaction, delivery: str, expires: datetime) -> bool:
    """Queue a dead or expired delivery again, until `expires` in conference time. False for any other one."""
    ended = and_(_D.id == delivery, _D.state.in_((DEAD, EXPIRED)))
    values = {"expires": expires, "not_before": None, **NO_LEASE}
    return bool(await change_state(tx, ended, PENDING, "an operator tries again", await tx.now(), **values))


async def cancel_delivery(tx: Transaction, delivery: str) -> bool:
    """Cancel a delivery; false when it is being posted, or has ended."""
    unposted = and_(_D.id == delivery, _D.state.in_(SURELY_NOT_POSTED))
    return bool(await change_state(tx, unposted, CANCELLED, "an operator cancelled it", await tx.now(), **NO_LEASE))


def _matching(criteria: DeliveryFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [_D.id.startswith(criteria.id, autoescape=True)]
    exact = ((_D.state, criteria.state), (_D.conversation, criteria.conversation), (_D.kind, criteria.kind))
    conditions += [column == value for column, value in exact if value]
    if criteria.talk:
        conditions.append(_D.id.in_(select(_T.delivery).where(_T.talk == criteria.talk)))
    return and_(*conditions)


async def _with_talks(tx: Transaction, rows: Sequence[Row[Any]], items: ColumnElement[bool]) -> list[DeliveryRecord]:
    """These deliveries with the talks that they tell of, found among these items."""
    talks: dict[str, dict[str, None]] = {}  # by delivery, in order and each once
    query = select(_T.delivery, _T.talk).where(items, _T.talk != "").order_by(_T.talk)
    for item in await tx.execute(query):
        talks.setdefault(item.delivery, {})[item.talk] = None
    return [DeliveryRecord(**row._asdict(), talks=tuple(talks.get(row.id, ()))) for row in rows]
