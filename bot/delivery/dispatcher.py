"""The courier: takes what is due with a slot for each, a little ahead, and sends it out on rounds."""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
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

BATCH_SIZE = 25  # deliveries that pass the fence together

MAX_IN_FLIGHT = 100  # at most leased by this node and not yet posted: no more than there are connections to Slack

MIN_FREE = 50  # is taken at least, for leasing one by one is slow

POLL_INTERVAL_S = 0.4  # between two looks at how much waits

SLOT_TOLERANCE = timedelta(milliseconds=250)  # slots so close together make one round


class Dispatcher:
    """One node's courier; any number of them share the work through the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sender: BatchSender,
        delivery_log: DeliveryLog,
        config: DeliveryConfig,
        foreground: ForegroundUsage,
        only_channel: str = "",
    ) -> None:
        self._database = database
        self._clock = clock
        self._sender = sender
        self._delivery_log = delivery_log
        self._foreground = foreground
        self._config = config
        self._only_channel = only_channel
        self._batches: dict[asyncio.Task[bool], LeaseRequest] = {}
        self._in_flight = 0
        self._waiting_counts: list[WaitingCount] = []
        self._counted_at = 0.0
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something to deliver."""
        self._counted_at = 0.0
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            self._woken.clear()
            await run_safely("leasing", self._lease)
            await self._wait_for_work()

    async def stop(self, seconds: float) -> None:
        """After `run` was cancelled: finish what is under way, at most so long, and give back what is not begun."""
        for token in {request.token for request in self._batches.values()}:
            await run_safely("releasing", self._release, token)
        if self._batches:
            await asyncio.wait(self._batches, timeout=seconds)

    async def _release(self, token: str) -> None:
        await self._database.write(leases.release_lease, token, "its node stops")

    async def _wait_for_work(self) -> None:
        """Until there may be something, or slots for more of what there was."""
        with suppress(TimeoutError):  # not wait_for: before Python 3.12 it may lose a cancellation
            async with asyncio.timeout(self._config.lookahead.total_seconds() / 2):
                await self._woken.wait()

    async def _lease(self) -> None:
        await self._foreground.flush()
        for waiting in await self._count_waiting():
            room = MAX_IN_FLIGHT - self._in_flight
            if room < MIN_FREE:
                return  # a round that comes back wakes us
            if not (most := self._sender.allowed(room)):
                return
            request = self._request(waiting, most)
            leased = await self._database.write(leases.lease_deliveries, request, self._clock.conference_now())
            started = monotonic()
            with telemetry.buffered():
                for one in leased:
                    self._delivery_log.state_changed(one, LEASED)
            for group in group_by_slot(leased):
                self._start_batches(request, group, started)
            if len(leased) == most:
                self._woken.set()

    async def _count_waiting(self) -> list[WaitingCount]:
        """As of now, or of a moment ago while one lease follows the other."""
        if monotonic() - self._counted_at > POLL_INTERVAL_S:
            self._counted_at = monotonic()
            self._waiting_counts = await self._database.read(queue.waiting_counts)
        return self._waiting_counts

    def _request(self, waiting: WaitingCount, limit: int) -> LeaseRequest:
        every = self._config.interval(waiting.method)
        early = self._clock.conference_duration(waiting.count * every)
        return LeaseRequest(
            waiting.workspace,
            waiting.method,
            secrets.token_hex(8),
            limit,
            every,
            self._config.lookahead,
            self._config.lease,
            early=min(early, SWEEP_AHEAD),
            only_channel=self._only_channel,
        )

    def _start_batches(self, request: LeaseRequest, leased: Sequence[LeasedDelivery], started: float) -> None:
        self._in_flight += len(leased)
        task = asyncio.create_task(run_safely("delivering", self._sender.deliver, request, leased, started))
        self._batches[task] = request
        task.add_done_callback(lambda _: self._on_batch_done(task, len(leased)))

    def _on_batch_done(self, task: "asyncio.Task[bool]", count: int) -> None:
        del self._batches[task]
        if self._in_flight > MAX_IN_FLIGHT - MIN_FREE:
            self._woken.set()
        self._in_flight -= count


def group_by_slot(leased: Sequence[LeasedDelivery]) -> Iterator[Sequence[LeasedDelivery]]:
    """What passes the fence together: up to 25 whose slots nearly coincide."""
    begin = 0
    for end in range(1, len(leased) + 1):
        full = end - begin == BATCH_SIZE
        if end == len(leased) or full or leased[end].wait - leased[begin].wait > SLOT_TOLERANCE:
            yield leased[begin:end]
            begin = end
