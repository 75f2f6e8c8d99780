"""One round of the courier: a handful of deliveries past the fence, written, and posted each in its slot."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from bot.clock import Clock, monotonic
from bot.conference.running import Snapshot
from bot.reminders.letters import Renderer
from bot.reminders.record import ResultWriter
from bot.reminders.rhythm import DeliveryConfig
from bot.reminders.silence import CircuitBreaker
from bot.schedule.model import Schedule
from bot.slack.outcomes import CallResult, Refused, Unknown
from bot.slack.posting import Poster
from bot.store import leases, people
from bot.store.database import Database
from bot.store.leases import LeasedDelivery, LeaseRequest, OutdatedSnapshot
from bot.views.message import Message
from bot.views.reminders import rehearsal_message

MAX_ATTEMPTS = 3  # to turn to the newest revision, before the leases are left to run out


class ScheduleProvider(Protocol):
    """What is served, and turning to what is newest."""

    @property
    def current(self) -> Snapshot: ...

    async def refresh(self) -> bool: ...

    async def schedule_of(self, revision: int) -> Schedule | None: ...


PosterFor = Callable[[str], Poster | None]  # by workspace


class BatchSender:
    """Delivers what one node has leased."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        schedules: ScheduleProvider,
        posters: PosterFor,
        results: ResultWriter,
        config: DeliveryConfig,
        only_channel: str = "",
    ) -> None:
        """`only_channel` is where a rehearsal posts everything."""
        self._database = database
        self._clock = clock
        self._schedules = schedules
        self._posters = posters
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
        letters = Renderer(edition.schedule)
        await asyncio.gather(*(self._post(one, request.token, letters, started, fenced) for one in envelopes))

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
        self, delivery: LeasedDelivery, lease: str, renderer: Renderer, started: float, rechecked_at: float
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
            await self._database.write(people.remember_direct_channel, poster.workspace, person, channel)
            return channel
        return Refused(channel.reason, by_slack=False) if isinstance(channel, Unknown) else channel


async def _sleep_until(moment: float) -> None:
    """Wait for a moment of the stopwatch."""
    await asyncio.sleep(max(0.0, moment - monotonic()))
