"""The dispatcher: leases what is due, a little ahead of its slots, and sends it in batches."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from bot.blockkit.blocks import Message
from bot.clock import monotonic
from bot.db.tables import LEASED
from bot.delivery import leases, queue
from bot.delivery.context import DeliveryContext
from bot.delivery.leases import LeasedDelivery, LeaseRequest, OutdatedSnapshot
from bot.delivery.messages import rehearsal_message
from bot.delivery.monitoring import run_safely
from bot.delivery.queue import SWEEP_AHEAD
from bot.delivery.rate_limits import ForegroundUsage
from bot.delivery.results import ResultWriter
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.schedule.models import Schedule
from bot.slack.posting import CallResult, Refused, reached_slack
from bot.supervisor import Part

FAILURES_TO_OPEN = 10  # failures in a row: so many are not one broken message or connection

PROBE_AFTER_S = 2.0  # between two messages that find out whether Slack takes them again

MAX_REFRESHES = 3  # of the schedule, before the leases are left to run out

BATCH_SIZE = 25  # deliveries that are rechecked together

MAX_IN_FLIGHT = 100  # leased by this process and not yet posted; no more than it has connections to Slack

MIN_FREE = 50  # nothing is leased while there is less room: leasing one by one is slow

POLL_INTERVAL_S = 0.4  # between two counts of what waits

SAFE_INTERVAL_S = 20.0  # between two looks of a part that each sweep wakes; it also looks by itself, only to be safe

MAX_ATTEMPTS, RETRY_S = 3, 1.0  # of a batch; where no connection to the database is free, each takes ten seconds

SLOT_TOLERANCE = timedelta(milliseconds=250)  # slots so close together make one batch


# Renders a delivery, given the schedule that its readers know if it tells of changes, and the present conference time.
# It returns nothing when there is nothing left to say.
Render = Callable[[LeasedDelivery, Schedule | None, datetime], Message | None]

RenderFrom = Callable[[Snapshot], Render]  # the features know the texts, so `app` hands it in


class SlackCircuitBreaker:
    """Stops a process from posting while Slack takes nothing, apart from one message now and then to find out."""

    def __init__(self, probe_after_s: float = PROBE_AFTER_S) -> None:
        self._probe_after_s = probe_after_s
        self._failures = 0
        self._tried_at = 0.0

    def record(self, outcome: CallResult) -> None:
        self._failures = 0 if reached_slack(outcome) else self._failures + 1

    @property
    def is_open(self) -> bool:
        """Tell whether Slack takes nothing."""
        return self._failures >= FAILURES_TO_OPEN

    def allowed(self, free: int) -> int:
        """The number of deliveries that may be leased when there is room for `free`."""
        if not self.is_open:
            return free
        return 0 if monotonic() < self._tried_at + self._probe_after_s else min(1, free)

    def record_attempt(self) -> None:
        """Note that what was allowed is being sent, so that the next message waits a while."""
        self._tried_at = monotonic()


class BatchSender:
    def __init__(
        self, ctx: DeliveryContext, schedules: LiveSchedule, render_from: RenderFrom, results: ResultWriter
    ) -> None:
        self._ctx = ctx
        self._schedules = schedules
        self._render_from = render_from
        self._results = results
        self.breaker = SlackCircuitBreaker()
        self._rendered: tuple[Snapshot, Render] | None = None

    async def deliver(self, request: LeaseRequest, leased: Sequence[LeasedDelivery], started: float) -> None:
        """Post these in their slots and have the outcomes recorded. `started` is the monotonic time of the lease."""
        if any(delivery.needs_profile for delivery in leased):
            leased = await self._ctx.database.read(leases.with_profiles, request.workspace, leased)
        await _sleep_until(started + leased[0].wait.total_seconds())
        rechecked_at = monotonic()
        snapshot, passed = await self._recheck_leases(request, leased)
        render = self._renderer_of(snapshot)
        # An error of one ends none of the others. A delivery that fails here is taken back when its lease is over.
        posts = (run_safely("posting", self._post, delivery, render, started, rechecked_at) for delivery in passed)
        await asyncio.gather(*posts)

    def _renderer_of(self, snapshot: Snapshot) -> Render:
        """The renderer of this snapshot; it is kept, since it remembers what many messages need."""
        if self._rendered is None or self._rendered[0] is not snapshot:
            self._rendered = snapshot, self._render_from(snapshot)
        return self._rendered[1]

    async def _recheck_leases(
        self, request: LeaseRequest, leased: Sequence[LeasedDelivery]
    ) -> tuple[Snapshot, Sequence[LeasedDelivery]]:
        """The newest snapshot of the schedule, and the deliveries that may be posted from it."""
        for _ in range(MAX_REFRESHES):
            snapshot = self._schedules.current
            now = self._ctx.clock.conference_now()
            try:
                return snapshot, await self._ctx.database.write(leases.recheck, request, leased, snapshot.revision, now)
            except OutdatedSnapshot:
                await self._schedules.refresh()
        return snapshot, ()

    async def _post(self, delivery: LeasedDelivery, render: Render, started: float, rechecked_at: float) -> None:
        structlog.contextvars.bind_contextvars(delivery=delivery.log_id)  # in this task, which is for it alone
        known = await self._schedules.schedule_of(delivery.known_revision) if delivery.known_revision else None
        now = self._ctx.clock.conference_now()
        if delivery.kind in leases.SUGGESTING:  # each reader gets another one, which may take a while
            message = await asyncio.to_thread(render, delivery, known, now)
        else:
            message = render(delivery, known, now)
        if message is None:
            self._results.add(delivery, None)
            return
        await _sleep_until(started + delivery.wait.total_seconds())
        deadline = rechecked_at + self._ctx.config.send_deadline.total_seconds()
        self._results.add(delivery, await self._deliver_to_slack(delivery, message, deadline))

    async def _deliver_to_slack(self, delivery: LeasedDelivery, message: Message, deadline: float) -> CallResult:
        """Post or edit, in time. Only what Slack was asked counts for the circuit breaker."""
        poster, only_channel = self._ctx.poster, self._ctx.config.only_channel
        if only_channel:
            message = rehearsal_message(message, delivery.conversation)
        if delivery.corrects:
            outcome = await poster.edit(delivery.channel, delivery.ts, message.payload())
        elif monotonic() > deadline:
            return Refused("its process was too slow for the lease", by_slack=False)
        else:
            outcome = await poster.post(only_channel or delivery.channel, message.payload(), delivery.id)
        self.breaker.record(outcome)
        return outcome


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - monotonic()))


class Dispatcher:
    """Leases and sends for one process. Any number of processes share the work through the database."""

    def __init__(
        self,
        ctx: DeliveryContext,
        sender: BatchSender,
        foreground: ForegroundUsage,
        pace: Callable[[float], float],
    ) -> None:
        """`pace` makes the interval longer in one of many workspaces, but not while this finds deliveries."""
        self._ctx = ctx
        self._sender = sender
        self._foreground = foreground
        self._batches: dict[asyncio.Task[None], LeaseRequest] = {}
        self._requested: LeaseRequest | None = None  # the lease that is under way
        self._in_flight = 0
        self._waiting: dict[str, int] = {}  # how many deliveries wait, by method
        self._counted_at = 0.0
        self._has_leased = False  # something, at the last look
        self._served_at: dict[str, float] = {}  # when each method last had a lease; monotonic
        self._pace = pace
        self.part = Part("dispatch", self._lease, self._interval_s)

    def wake(self) -> None:
        """Look at once for something to deliver."""
        self._counted_at = 0.0
        self.part.wake()

    async def stop(self, seconds: float) -> None:
        """Finish what is being sent, within this many seconds, and give back the rest."""
        await self.part.stop()
        # A lease that was under way may be committed, though the step that asked for it was cancelled.
        for token in {request.token for request in (*self._batches.values(), self._requested) if request}:
            await run_safely("releasing", self._ctx.database.write, leases.release_lease, token, "its process stops")
        if self._batches:
            await asyncio.wait(self._batches, timeout=seconds)

    def _interval_s(self) -> float:
        busy_s = self._ctx.config.lookahead.total_seconds() / 2  # by then there may be slots for more of what waits
        return busy_s if self._has_leased else self._pace(busy_s if self._waiting else SAFE_INTERVAL_S)

    async def _lease(self) -> None:
        self._has_leased = False
        await self._foreground.flush()
        await self._count_waiting()
        for method in self._methods_in_turn():
            room = MAX_IN_FLIGHT - self._in_flight
            if room < MIN_FREE:
                return  # a batch that ends wakes us
            limit = self._sender.breaker.allowed(room)
            if not limit:
                return
            request = self._requested = self._request(method, limit)
            now = self._ctx.clock.conference_now()
            leased = await self._ctx.database.write(leases.lease_deliveries, request, now)
            self._requested, started = None, monotonic()
            if leased:
                self._has_leased = True
                self._sender.breaker.record_attempt()
                self._served_at[method] = started
            for delivery in leased:
                self._ctx.log.state_changed(delivery, LEASED)
            for batch in group_by_slot(leased):
                self._start_batch(request, batch, started)
            if len(leased) == limit:
                self.part.wake()

    def _methods_in_turn(self) -> Sequence[str]:
        """The methods that deliveries wait for. While Slack takes nothing, so few are tried that they take turns."""
        if not self._sender.breaker.is_open:
            return tuple(self._waiting)
        return sorted(self._waiting, key=lambda method: self._served_at.get(method, 0.0))

    async def _count_waiting(self) -> None:
        """Count the deliveries that wait, but while one lease follows another, only now and then."""
        if monotonic() - self._counted_at > POLL_INTERVAL_S:
            self._counted_at = monotonic()
            self._waiting = await self._ctx.database.read(queue.count_waiting, self._ctx.workspace)

    def _request(self, method: str, limit: int) -> LeaseRequest:
        config = self._ctx.config
        early = self._ctx.clock.conference_duration(self._waiting[method] * config.interval(method))
        token, early = secrets.token_hex(8), min(early, SWEEP_AHEAD)
        return LeaseRequest(self._ctx.workspace, method, token, limit, config, early)

    def _start_batch(self, request: LeaseRequest, batch: Sequence[LeasedDelivery], started: float) -> None:
        self._in_flight += len(batch)
        task = asyncio.create_task(self._deliver(request, batch, started))
        self._batches[task] = request
        task.add_done_callback(lambda _: self._on_batch_done(task, len(batch)))

    async def _deliver(self, request: LeaseRequest, batch: Sequence[LeasedDelivery], started: float) -> None:
        """Deliver a batch.

        An error before anything is posted is tried again: waiting for the end of the lease takes minutes.
        """
        for _ in range(MAX_ATTEMPTS):
            if await run_safely("delivering", self._sender.deliver, request, batch, started):
                return
            await asyncio.sleep(RETRY_S)

    def _on_batch_done(self, task: "asyncio.Task[None]", count: int) -> None:
        del self._batches[task]
        if self._in_flight > MAX_IN_FLIGHT - MIN_FREE:
            self.part.wake()
        self._in_flight -= count


def group_by_slot(leased: Sequence[LeasedDelivery]) -> Iterator[Sequence[LeasedDelivery]]:
    """Batches of at most BATCH_SIZE deliveries with nearly the same slot, from deliveries in order of slots."""
    begin = 0
    for end in range(1, len(leased) + 1):
        full = end - begin == BATCH_SIZE
        if end == len(leased) or full or leased[end].wait - leased[begin].wait > SLOT_TOLERANCE:
            yield leased[begin:end]
            begin = end
