"""The dispatcher: leases what is due, a little ahead of its slots, and sends it in batches."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from bot import telemetry
from bot.clock import Clock, monotonic
from bot.db.database import Database
from bot.db.tables import LEASED
from bot.delivery import leases, queue
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.leases import LeasedDelivery, LeaseRequest
from bot.delivery.monitoring import DeliveryLog, run_safely
from bot.delivery.queue import WaitingCount
from bot.delivery.rate_limits import DeliveryConfig, ForegroundUsage
from bot.delivery.sender import BatchSender
from bot.supervisor import Part, Supervisor

BATCH_SIZE = 25  # deliveries that are rechecked together

MAX_IN_FLIGHT = 100  # leased by this process and not yet posted; no more than it has connections to Slack

MIN_FREE = 50  # nothing is leased while there is less room: leasing one by one is slow

POLL_INTERVAL_S = 0.4  # between two counts of what waits

SAFE_INTERVAL_S = 20.0  # between two looks of a part that each sweep wakes: only to be safe, it also looks by itself

MAX_ATTEMPTS, RETRY_S = 3, 1.0  # of a batch; where no connection to the database is free, each takes ten seconds

SLOT_TOLERANCE = timedelta(milliseconds=250)  # slots so close together make one batch


class Dispatcher:
    """Leases and sends for one process. Any number of processes share the work through the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sender: BatchSender,
        delivery_log: DeliveryLog,
        config: DeliveryConfig,
        foreground: ForegroundUsage,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sender = sender
        self._delivery_log = delivery_log
        self._foreground = foreground
        self._config = config
        self._batches: dict[asyncio.Task[None], LeaseRequest] = {}
        self._requested: LeaseRequest | None = None  # the lease that is under way
        self._in_flight = 0
        self._waiting_counts: list[WaitingCount] = []
        self._counted_at = 0.0
        self._has_leased = False  # something, at the last look
        self._served_at: dict[tuple[str, str], float] = {}  # when each workspace and method last had a lease; monotonic
        self._part: Part | None = None

    def start(self, supervisor: Supervisor, pace: Callable[[float], float]) -> None:
        """Deliver, from the first wake on; each sweep is one.

        `pace` makes the interval longer in one of many workspaces, but not while this finds deliveries.
        """
        busy_s = self._config.lookahead.total_seconds() / 2  # by then there may be slots for more of what waits

        def interval_s() -> float:
            return busy_s if self._has_leased else pace(busy_s if self._waiting_counts else SAFE_INTERVAL_S)

        self._part = supervisor.start("dispatch", self._lease, interval_s=interval_s)

    def wake(self) -> None:
        """Look at once for something to deliver."""
        self._counted_at = 0.0
        self._lease_soon()

    async def stop(self, seconds: float) -> None:
        """Finish what is being sent, within so many seconds, and give back the rest."""
        if self._part is not None:
            await self._part.stop()
        # A lease that was under way may be committed, though the step that asked for it was cancelled.
        for token in {request.token for request in (*self._batches.values(), self._requested) if request}:
            await run_safely("releasing", self._database.write, leases.release_lease, token, "its process stops")
        if self._batches:
            await asyncio.wait(self._batches, timeout=seconds)

    def _lease_soon(self) -> None:
        if self._part is not None:
            self._part.wake()

    async def _lease(self) -> None:
        self._has_leased = False
        await self._foreground.flush()
        for waiting in self._in_turn(await self._count_waiting()):
            room = MAX_IN_FLIGHT - self._in_flight
            if room < MIN_FREE:
                return  # a batch that ends wakes us
            limit = self._sender.breaker.allowed(room)
            if not limit:
                return
            request = self._request(waiting, limit)
            self._requested = request
            leased = await self._database.write(leases.lease_deliveries, request, self._clock.conference_now())
            self._requested, started = None, monotonic()
            if leased:
                self._has_leased = True
                self._sender.breaker.record_attempt()
                self._served_at[waiting.workspace, waiting.method] = started
            with telemetry.buffered():
                for delivery in leased:
                    self._delivery_log.state_changed(delivery, LEASED)
            for batch in group_by_slot(leased):
                self._start_batch(request, batch, started)
            if len(leased) == limit:
                self._lease_soon()

    def _in_turn(self, waiting: Sequence[WaitingCount]) -> Sequence[WaitingCount]:
        """While Slack takes nothing, so few are tried that the workspaces and methods have to take turns."""
        if not self._sender.breaker.is_open:
            return waiting
        return sorted(waiting, key=lambda count: self._served_at.get((count.workspace, count.method), 0.0))

    async def _count_waiting(self) -> list[WaitingCount]:
        """The deliveries that wait, as of now or, while one lease follows another, as of a moment ago."""
        if monotonic() - self._counted_at > POLL_INTERVAL_S:
            self._counted_at = monotonic()
            self._waiting_counts = await self._database.read(queue.waiting_counts)
        return self._waiting_counts

    def _request(self, waiting: WaitingCount, limit: int) -> LeaseRequest:
        early = self._clock.conference_duration(waiting.count * self._config.interval(waiting.method))
        token, early = secrets.token_hex(8), min(early, SWEEP_AHEAD)
        return LeaseRequest(waiting.workspace, waiting.method, token, limit, self._config, early)

    def _start_batch(self, request: LeaseRequest, batch: Sequence[LeasedDelivery], started: float) -> None:
        self._in_flight += len(batch)
        task = asyncio.create_task(self._deliver(request, batch, started))
        self._batches[task] = request
        task.add_done_callback(lambda _: self._on_batch_done(task, len(batch)))

    async def _deliver(self, request: LeaseRequest, batch: Sequence[LeasedDelivery], started: float) -> None:
        """Deliver a batch. An error before anything is posted is tried again: waiting for the end of the lease takes minutes."""
        for _ in range(MAX_ATTEMPTS):
            if await run_safely("delivering", self._sender.deliver, request, batch, started):
                return
            await asyncio.sleep(RETRY_S)

    def _on_batch_done(self, task: "asyncio.Task[None]", count: int) -> None:
        del self._batches[task]
        if self._in_flight > MAX_IN_FLIGHT - MIN_FREE:
            self._lease_soon()
        self._in_flight -= count


def group_by_slot(leased: Sequence[LeasedDelivery]) -> Iterator[Sequence[LeasedDelivery]]:
    """Batches of up to BATCH_SIZE deliveries whose slots nearly coincide, from deliveries in the order of their slots."""
    begin = 0
    for end in range(1, len(leased) + 1):
        full = end - begin == BATCH_SIZE
        if end == len(leased) or full or leased[end].wait - leased[begin].wait > SLOT_TOLERANCE:
            yield leased[begin:end]
            begin = end
