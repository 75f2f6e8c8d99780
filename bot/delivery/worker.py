"""The reminders of one node: woken by ticks, they sweep the plan, send the courier, and look into what is unknown.

APScheduler wakes the reminders: every two seconds, and when the next one falls due. What is due it does not know."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot import telemetry
from bot.clock import Clock, monotonic
from bot.db import retention
from bot.db.database import Database, Transaction
from bot.db.tables import EXPIRED
from bot.delivery import corrections, enqueue, pauses, plan, queue, restore_guard, results
from bot.delivery.daily import DailyScheduler
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.enqueue import SWEEP_AHEAD
from bot.delivery.models import LEADS, PosterFor, RendererFactory
from bot.delivery.monitoring import DeliveryLog, run_safely
from bot.delivery.organiser_alerts import OrganiserAlerts
from bot.delivery.queue import QueueStatus
from bot.delivery.rate_limits import DeliveryConfig, ForegroundUsage
from bot.delivery.reconcile import Reconciler
from bot.delivery.recorder import FailureHandler, ResultWriter
from bot.delivery.results import ExpiredDelivery
from bot.delivery.sender import BatchSender
from bot.live_schedule import simulated_clock
from bot.live_schedule.current import LiveSchedule
from bot.settings import Settings
from bot.telemetry.metrics import Metrics

TICK_S = 2

CLEANUP_S = 3600


class Timer:
    """Calls `wake` on every tick, and `cleanup` every hour. It keeps no jobs anywhere: truth is in the database."""

    def __init__(self, wake: Callable[[], None], cleanup: Callable[[], Awaitable[None]]) -> None:
        self._wake = wake
        self._cleanup = cleanup
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._next: datetime | None = None

    def start(self) -> None:
        """Tick from now on, in the running loop."""
        # Without a grace time of None, APScheduler silently drops a job that comes a second late.
        self._scheduler.add_job(
            self._wake, IntervalTrigger(seconds=TICK_S), misfire_grace_time=None, coalesce=True, max_instances=1
        )
        self._scheduler.add_job(
            self._cleanup, IntervalTrigger(seconds=CLEANUP_S), misfire_grace_time=None, coalesce=True, max_instances=1
        )
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def wake_at(self, moment: datetime | None) -> None:
        """Tick also when the node's own clock shows this; a later call replaces it. A clock put back is for the heartbeat."""
        if moment is not None and moment != self._next:
            self._next = moment
            self._scheduler.add_job(
                self._wake, DateTrigger(moment), id="next due", replace_existing=True, misfire_grace_time=None
            )


_log = telemetry.logger("reminders")


class Worker:
    """Runs on every node alike; nothing is kept here that is not in the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        conference: LiveSchedule,
        posters: PosterFor,
        renderer_for: RendererFactory,
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        rhythm, only = DeliveryConfig.from_settings(settings), settings.rehearsal_channel
        self._database = database
        self._clock = clock
        self._config = rhythm
        self._failures = FailureHandler(OrganiserAlerts.from_settings(settings))
        self._delivery_log = DeliveryLog(clock, metrics)
        self._results = ResultWriter(database, clock, self._failures, self._delivery_log, rhythm)
        round_ = BatchSender(database, clock, conference, posters, renderer_for, self._results, rhythm, only)
        self.foreground = ForegroundUsage(database, rhythm)
        self._dispatcher = Dispatcher(database, clock, round_, self._delivery_log, rhythm, self.foreground, only)
        self._reconciler = Reconciler(database, clock, posters, self._delivery_log, rhythm, only)
        self._daily = DailyScheduler(database, conference)
        self._timer = Timer(self.wake, self.delete_old_rows)
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._scheduled_at = monotonic()

    async def prepare_after_restore(self, workspace: str) -> None:
        """Before anything is planned: where the database was restored, what may have been sent is looked for first."""
        await self._database.write(self._prepare_after_restore, workspace)

    async def start(self) -> None:
        """Begin, with what is due already."""
        await self._database.write(pauses.clear_token_stop)
        loops = (self._schedule_loop(), self._reconcile_loop(), self._dispatcher.run(), self._results.run())
        self._tasks = [asyncio.create_task(loop) for loop in loops]
        self._timer.start()
        self.wake()

    async def stop(self, seconds: float = 8.0) -> None:
        """Finish what is under way, at most so long; what is left another node picks up, or this one when it is back."""
        self._timer.stop()
        *others, recording = self._tasks
        await _cancel_all(*others)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._shut_down(seconds)
        await _cancel_all(recording)

    def wake(self) -> None:
        """Something may be due, or have changed: look now rather than at the next tick."""
        self._woken.set()

    async def run_once(self) -> None:
        """What is due by now is in the courier's hands once this returns; the database being away is logged."""
        await run_safely("sweeping", self._schedule_due)
        self._dispatcher.wake()

    async def notify_rejected_schedule(self, workspace: str, source: str, why: str, usable: int = 0) -> None:
        """Have the organisers told why a new version of the schedule is not served, and by which number it can be."""
        now = self._clock.conference_now()
        await self._database.write(self._failures.notify_rejected_schedule, workspace, now, source, why, usable)
        self.wake()

    async def next_due(self) -> datetime | None:
        """When the next reminder that somebody wants falls due, in UTC; nothing when none is to come."""
        return await self._database.read(plan.next_due_with_audience)

    async def queue_status(self) -> QueueStatus:
        """What waits to be delivered, on whichever node."""
        return await self._database.read(queue.queue_status, self._clock.conference_now())

    @property
    def sweep_age_s(self) -> float:
        """Since this node's last good sweep, or since it began."""
        return monotonic() - self._scheduled_at

    async def delete_old_rows(self) -> None:
        """Delete what is kept no longer (see bot.store.retention)."""
        for rule in retention.RETENTION_RULES:
            await run_safely("tidying", self._delete_batch, rule)

    async def _delete_batch(self, rule: retention.RetentionRule) -> None:
        some = True
        while some:
            some = await self._database.write(retention.delete_old_rows, rule, self._clock.conference_now()) > 0

    async def _prepare_after_restore(self, tx: Transaction, workspace: str) -> None:
        now = self._clock.conference_at(await tx.now())
        since = await restore_guard.mark_pending_as_unknown(
            tx, now + SWEEP_AHEAD + timedelta(minutes=max(LEADS)), self._config.settle_delay
        )
        if since is not None:
            _log.warning("restored from a backup", known_until=since.isoformat())
            await self._failures.notify_restore(tx, workspace, now, since)

    async def _shut_down(self, seconds: float) -> None:
        await self._dispatcher.stop(seconds)
        await self._results.wait_drained()

    async def _schedule_loop(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self.run_once()

    async def _schedule_due(self) -> None:
        """Take back what silent nodes held, end what is too late, make deliveries of what is due, set the next tick."""
        await self._sync_clock()
        now = self._clock.conference_now()
        await self._database.write(results.recover_abandoned, self._config.settle_delay)
        while (made := await self._database.write(enqueue.enqueue_due_reminders, now)) is not None:
            if made:
                self._dispatcher.wake()
        await self._daily.enqueue_due(now)
        for one in await self._database.write(_expire_overdue, now):
            self._delivery_log.state_changed(one, EXPIRED)
        next_due = await self._database.read(queue.next_due_delivery, now)
        self._timer.wake_at(self._clock.system_time_of(self._clock.real_time_at(next_due)) if next_due else None)
        self._scheduled_at = monotonic()

    async def _sync_clock(self) -> None:
        """By what all nodes share: the database's own clock, and a rehearsal's anchor."""
        if self._database.on_postgresql:
            self._clock.sync_to(await self._database.read(Transaction.now))
        before = self._clock.anchor
        anchor = await self._database.read(simulated_clock.clock_anchor) if before else None
        if anchor and self._clock.anchor is before:  # else this node was tied anew while it read
            self._clock.follow(anchor)

    async def _reconcile_loop(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            await run_safely("reading back", self._reconcile)

    async def _reconcile(self) -> None:
        more = True
        while more:
            more = await self._reconciler.resolve_unknown() > 0


async def _expire_overdue(tx: Transaction, now: datetime) -> list[ExpiredDelivery]:
    expired = await results.expire_late(tx, now)
    await corrections.drop_needless_corrections(tx, await tx.now())
    return expired


async def _cancel_all(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
