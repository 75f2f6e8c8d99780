"""One round of the courier: a handful of deliveries past the fence, written, and posted each in its slot.

Whether Slack takes what is posted: while it takes nothing, a node posts one message in a while to find out."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.blockkit.blocks import Message
from bot.clock import Clock, monotonic
from bot.db.database import Database
from bot.delivery import leases, recipients_repository
from bot.delivery.leases import LeasedDelivery, LeaseRequest, OutdatedSnapshot
from bot.delivery.messages import rehearsal_message
from bot.delivery.models import MessageRenderer, PosterFor, RendererFactory
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.recorder import ResultWriter
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.slack.call_result import CallResult, Refused, Unknown, reached_slack
from bot.slack.poster import Poster

FAILURES_TO_OPEN = 10  # in a row that came to nothing: that is not one broken message or connection

RETRY_AFTER_S = 2.0


class CircuitBreaker:
    """What one node hears from Slack."""

    def __init__(self, retry_after_s: float = RETRY_AFTER_S) -> None:
        self._retry_after_s = retry_after_s
        self._failures = 0
        self._tried_at = 0.0

    def record(self, outcome: CallResult) -> None:
        """This came of a post, or of an edit."""
        self._failures = 0 if reached_slack(outcome) else self._failures + 1

    def allowed(self, free: int) -> int:
        """How many may be taken to be posted where there is room for so many."""
        if self._failures < FAILURES_TO_OPEN:
            return free
        if monotonic() < self._tried_at + self._retry_after_s:
            return 0
        self._tried_at = monotonic()
        return min(1, free)


MAX_ATTEMPTS = 3  # to turn to the newest revision, before the leases are left to run out


class BatchSender:
    """Delivers what one node has leased."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        schedules: LiveSchedule,
        posters: PosterFor,
        renderer_for: RendererFactory,
        results: ResultWriter,
        config: DeliveryConfig,
        only_channel: str = "",
    ) -> None:
        """`only_channel` is where a rehearsal posts everything."""
        self._database = database
        self._clock = clock
        self._schedules = schedules
        self._posters = posters
        self._renderer_for = renderer_for
        self._results = results
        self._config = config
        self._only_channel = only_channel
        self._breaker = CircuitBreaker()

    def allowed(self, free: int) -> int:
        """How many may be leased for it where there is room for so many: few while Slack is silent."""
        return self._breaker.allowed(free)

    async def deliver(self, request: LeaseRequest, leased: Sequence[LeasedDelivery], started: float) -> None:
        """Post these in their slots, counted from the stopwatch's `started`, and hand what came of it to the recorder."""
        await _sleep_until(started + leased[0].wait.total_seconds())
        fenced = monotonic()
        edition, envelopes = await self._recheck_leases(request, leased)
        renderer = self._renderer_for(edition.schedule)
        await asyncio.gather(*(self._post(one, request.token, renderer, started, fenced) for one in envelopes))

    async def _recheck_leases(
        self, request: LeaseRequest, leased: Sequence[LeasedDelivery]
    ) -> tuple[Snapshot, Sequence[LeasedDelivery]]:
        """What may be posted, and the edition to write it from, which is the newest at that moment."""
        for _ in range(MAX_ATTEMPTS):
            edition = self._schedules.current
            now = self._clock.conference_now()
            try:
                return edition, await self._database.write(leases.recheck, request, leased, edition.revision, now)
            except OutdatedSnapshot:
                await self._schedules.refresh()
        return edition, ()

    async def _post(
        self, delivery: LeasedDelivery, lease: str, renderer: MessageRenderer, started: float, rechecked_at: float
    ) -> None:
        structlog.contextvars.bind_contextvars(delivery=delivery.id)  # in this task, which is for it alone
        known = await self._schedules.schedule_of(delivery.known_revision) if delivery.known_revision else None
        message = renderer.render(delivery, known, self._clock.conference_now())
        if message is None:
            self._results.add(delivery, lease, None)
            return
        await _sleep_until(started + delivery.wait.total_seconds())
        deadline = rechecked_at + self._config.send_deadline.total_seconds()
        outcome = await self._call_slack(delivery, message, deadline)
        self._breaker.record(outcome)
        self._results.add(delivery, lease, outcome)

    async def _call_slack(self, delivery: LeasedDelivery, message: Message, deadline: float) -> CallResult:
        poster = self._posters(delivery.workspace)
        if poster is None:
            return Refused("not installed", "workspace")
        if self._only_channel:
            message = rehearsal_message(message, delivery.conversation)
        if delivery.corrects:
            return await poster.edit(delivery.channel, delivery.ts, message.payload())
        channel = self._only_channel or delivery.channel or await self._open_direct(poster, delivery.conversation)
        if not isinstance(channel, str):
            return channel
        if monotonic() > deadline:
            return Refused("its node was too slow for the lease")
        return await poster.post(channel, message.payload(), delivery.id)

    async def _open_direct(self, poster: Poster, person: str) -> str | CallResult:
        """The person's direct message; what keeps it from being opened keeps the message from being posted."""
        channel = await poster.open(person)
        if isinstance(channel, str):
            await self._database.write(recipients_repository.remember_direct_channel, poster.workspace, person, channel)
            return channel
        return Refused(channel.reason, by_slack=False) if isinstance(channel, Unknown) else channel


async def _sleep_until(moment: float) -> None:
    """Wait for a moment of the stopwatch."""
    await asyncio.sleep(max(0.0, moment - monotonic()))
