"""Send a batch of leased deliveries: recheck them together, render each, and post it in its slot."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from bot.blockkit.blocks import Message
from bot.clock import Clock, monotonic
from bot.db.database import Database
from bot.delivery import leases
from bot.delivery.leases import LeasedDelivery, LeaseRequest, OutdatedSnapshot
from bot.delivery.messages import rehearsal_message
from bot.delivery.models import PosterFor
from bot.delivery.monitoring import run_safely
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.results import ResultWriter
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.schedule.models import Schedule
from bot.slack.posting import CallResult, Refused, reached_slack

FAILURES_TO_OPEN = 10  # failures in a row: so many are not one broken message or connection

RETRY_AFTER_S = 2.0


class MessageRenderer(Protocol):
    """Renders the messages of deliveries from one schedule. The features know the texts, so `app` hands it in."""

    def render(self, delivery: LeasedDelivery, known: Schedule | None, now: datetime) -> Message | None:
        """The message at an aware `now`; nothing when there is nothing left to say.

        `known` is the schedule that the readers know, for a delivery that tells of changes.
        """


RendererFactory = Callable[[Snapshot], MessageRenderer]


class SlackCircuitBreaker:
    """Stops a process from posting while Slack takes nothing, apart from one message now and then to find out."""

    def __init__(self, retry_after_s: float = RETRY_AFTER_S) -> None:
        self._retry_after_s = retry_after_s
        self._failures = 0
        self._tried_at = 0.0

    def record(self, outcome: CallResult) -> None:
        """Note the outcome of a post or an edit."""
        self._failures = 0 if reached_slack(outcome) else self._failures + 1

    @property
    def is_open(self) -> bool:
        """Tell whether Slack takes nothing."""
        return self._failures >= FAILURES_TO_OPEN

    def allowed(self, free: int) -> int:
        """The number of deliveries that may be leased when there is room for `free`."""
        if not self.is_open:
            return free
        return 0 if monotonic() < self._tried_at + self._retry_after_s else min(1, free)

    def record_attempt(self) -> None:
        """Note that what was allowed is being sent, so that the next message waits a while."""
        self._tried_at = monotonic()


MAX_ATTEMPTS = 3  # to refresh the schedule before the leases are left to run out


class BatchSender:
    """Sends what one process has leased."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        schedules: LiveSchedule,
        posters: PosterFor,
        renderer_for: RendererFactory,
        results: ResultWriter,
        config: DeliveryConfig,
    ) -> None:
        self._database = database
        self._clock = clock
        self._schedules = schedules
        self._posters = posters
        self._renderer_for = renderer_for
        self._results = results
        self._config = config
        self.breaker = SlackCircuitBreaker()
        self._rendered: tuple[Snapshot, MessageRenderer] | None = None

    async def deliver(self, request: LeaseRequest, leased: Sequence[LeasedDelivery], started: float) -> None:
        """Post these in their slots and have the outcomes recorded. `started` is the monotonic time of the lease."""
        if any(delivery.needs_profile for delivery in leased):
            leased = await self._database.read(leases.with_profiles, request.workspace, leased)
        await _sleep_until(started + leased[0].wait.total_seconds())
        rechecked_at = monotonic()
        snapshot, passed = await self._recheck_leases(request, leased)
        renderer = self._renderer_of(snapshot)
        # An error of one ends none of the others. A delivery that fails here is taken back when its lease is over.
        posts = (
            run_safely("posting", self._post, delivery, request.token, renderer, started, rechecked_at)
            for delivery in passed
        )
        await asyncio.gather(*posts)

    def _renderer_of(self, snapshot: Snapshot) -> MessageRenderer:
        """The renderer of this snapshot; it is kept, since it remembers what many messages need."""
        if self._rendered is None or self._rendered[0] is not snapshot:
            self._rendered = snapshot, self._renderer_for(snapshot)
        return self._rendered[1]

    async def _recheck_leases(
        self, request: LeaseRequest, leased: Sequence[LeasedDelivery]
    ) -> tuple[Snapshot, Sequence[LeasedDelivery]]:
        """The newest snapshot of the schedule, and the deliveries that may be posted from it."""
        for _ in range(MAX_ATTEMPTS):
            snapshot = self._schedules.current
            now = self._clock.conference_now()
            try:
                return snapshot, await self._database.write(leases.recheck, request, leased, snapshot.revision, now)
            except OutdatedSnapshot:
                await self._schedules.refresh()
        return snapshot, ()

    async def _post(
        self, delivery: LeasedDelivery, lease: str, renderer: MessageRenderer, started: float, rechecked_at: float
    ) -> None:
        structlog.contextvars.bind_contextvars(delivery=delivery.id)  # in this task, which is for it alone
        known = await self._schedules.schedule_of(delivery.known_revision) if delivery.known_revision else None
        now = self._clock.conference_now()
        if delivery.kind in leases.SUGGESTING:  # each reader gets another one, which may take a while
            message = await asyncio.to_thread(renderer.render, delivery, known, now)
        else:
            message = renderer.render(delivery, known, now)
        if message is None:
            self._results.add(delivery, lease, None)
            return
        await _sleep_until(started + delivery.wait.total_seconds())
        deadline = rechecked_at + self._config.send_deadline.total_seconds()
        self._results.add(delivery, lease, await self._deliver_to_slack(delivery, message, deadline))

    async def _deliver_to_slack(self, delivery: LeasedDelivery, message: Message, deadline: float) -> CallResult:
        """Post or edit, in time. Only what Slack was asked counts for the circuit breaker."""
        poster = self._posters(delivery.workspace)
        if poster is None:
            return Refused("not installed", "workspace", by_slack=False)
        if self._config.only_channel:
            message = rehearsal_message(message, delivery.conversation)
        if delivery.corrects:
            outcome = await poster.edit(delivery.channel, delivery.ts, message.payload())
        elif monotonic() > deadline:
            return Refused("its process was too slow for the lease", by_slack=False)
        else:
            outcome = await poster.post(self._config.only_channel or delivery.channel, message.payload(), delivery.id)
        self.breaker.record(outcome)
        return outcome


async def _sleep_until(moment: float) -> None:
    """Wait until a monotonic time."""
    await asyncio.sleep(max(0.0, moment - monotonic()))
