"""The delivery worker of one process: enqueues what is due, has it sent, and reads back what is unknown.

The truth is in the database, which any number of workers share. Timers only say when to look.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from bot import telemetry
from bot.clock import monotonic
from bot.db import data_protection
from bot.db.database import Transaction
from bot.db.tables import EXPIRED
from bot.delivery import (
    corrections,
    direct_messages,
    pauses,
    queue,
    reconcile,
    reminder_plan,
    restore_guard,
    results,
)
from bot.delivery.broadcasts import DailyScheduler
from bot.delivery.context import DeliveryContext
from bot.delivery.dispatcher import SAFE_INTERVAL_S, BatchSender, Dispatcher, RenderFrom
from bot.delivery.models import LEADS, POST, Delivery
from bot.delivery.monitoring import run_safely
from bot.delivery.queue import SWEEP_AHEAD, NextWork, QueueStatus
from bot.delivery.rate_limits import ForegroundUsage
from bot.delivery.results import ResultWriter
from bot.live_schedule import clock_repository
from bot.live_schedule.current import LiveSchedule
from bot.supervisor import Part, Supervisor

TICK_S = 2.0

IDLE_TICK_S = 30.0  # in one of many workspaces while there is nothing to do; what is due and what is new wakes at once

SAFE_TICKS = 10  # between two looks of a part that is woken; a thousand open workspaces look all the time

OPEN_INTERVAL_S = 0.5  # while there are direct messages to open

LOOK_AHEAD = timedelta(seconds=TICK_S)  # what has to be done within this time is done now

LONG_STEP_S = 600.0  # for steps that wait for Slack's rate limits, or delete a year's rows

CLEANUP_S = 3600.0

VISIT_CLEANUP_S = 10.0  # a workspace among many may be open for half a minute only

TOKEN_RETRY_S = 3600.0  # after Slack refused the token, sending is tried again: somebody may have mended it

_log = telemetry.logger("reminders")


class Worker:
    """Runs alike in every process; it keeps nothing that is not in the database."""

    def __init__(
        self, ctx: DeliveryContext, conference: LiveSchedule, render_from: RenderFrom, idle_tick_s: float = 0.0
    ) -> None:
        """With `idle_tick_s`, all parts wait so long between two looks, or longer, while there is nothing to do."""
        self._ctx = ctx
        self._database = ctx.database
        self._clock = ctx.clock
        self._results = ResultWriter(ctx)
        self.foreground = ForegroundUsage(ctx.database, ctx.workspace, ctx.config)
        sender = BatchSender(ctx, conference, render_from, self._results)
        self._dispatcher = Dispatcher(ctx, sender, self.foreground, self._woken_pace)
        self._daily = DailyScheduler(ctx.database, conference)
        self._alarm = Alarm(self.wake)
        self._idle_tick_s = idle_tick_s
        # False while nothing is known to be done. With an idle tick, the first sweep finds out; it comes at once.
        self.is_busy = not idle_tick_s
        self._opened = False  # direct messages, at the last look
        self._scheduled_at = monotonic()
        self._sweeps = Part("sweep", self._sweep, partial(self.pace, TICK_S), delay_s=0)
        self._openings = Part("open", self._open_needed, self._open_pace, limit_s=LONG_STEP_S)
        reading_pace = partial(self._woken_pace, SAFE_INTERVAL_S)
        self._readings = Part("reconcile", self._reconcile, reading_pace, limit_s=LONG_STEP_S)
        clear_token_stop = partial(self._database.write, pauses.clear_token_stop)
        delete_old_rows = partial(run_safely, "tidying", self._delete_old_rows)  # it may wait an hour for another try
        cleanup_delay_s = VISIT_CLEANUP_S if idle_tick_s else CLEANUP_S
        self._parts = (  # those that nothing has to be finished for at a stop
            self._sweeps,
            self._openings,
            self._readings,
            Part("token", clear_token_stop, TOKEN_RETRY_S),
            Part("cleanup", delete_old_rows, CLEANUP_S, delay_s=cleanup_delay_s, limit_s=LONG_STEP_S),
        )

    async def prepare_after_restore(self) -> None:
        """If the database was restored, mark what may have been sent, so that it is read back before anything is sent.

        Call this before anything is planned.
        """
        await self._database.write(self._prepare_after_restore)

    async def start(self, supervisor: Supervisor) -> None:
        """Start the parts, with what is due already."""
        await self._database.write(self._prepare, self._clock.conference_now())
        self._results.queue.start(supervisor)
        self._dispatcher.part.start(supervisor)
        self._alarm.start()
        for part in self._parts:
            part.start(supervisor)

    async def stop(self, seconds: float = 8.0) -> None:
        """Finish what is being sent, within this many seconds.

        Another process, or the next start, picks up the rest.
        """
        self._alarm.stop()
        for part in self._parts:
            await part.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._dispatcher.stop(seconds)
                await self._results.queue.drained()
        await self._results.queue.stop()

    def wake(self) -> None:
        """Look now, rather than at the next tick, for what is due or has changed."""
        self._sweeps.wake()

    async def run_once(self) -> None:
        """Enqueue all that is due by now, and hand it to the dispatcher. An error is logged."""
        await run_safely("sweeping", self._sweep)

    async def set_source_alert(self, subject: str, text: str, usable: int = 0) -> None:
        """Tell the organisers something about the schedule's source, as `OrganiserAlerts.set_source_alert` does."""
        now = self._clock.conference_now()
        await self._database.write(self._ctx.organisers.set_source_alert, now, subject, text, usable)
        self.wake()

    async def next_due(self) -> datetime | None:
        """The time, in UTC, when the next reminder that somebody wants is due; None if there is none to come."""
        return await self._database.read(reminder_plan.next_due_with_audience)

    def pace(self, interval_s: float) -> float:
        """Seconds until the next look of a part that looks every `interval_s` while there is something to do."""
        return interval_s if self.is_busy else max(interval_s, self._idle_tick_s)

    def _woken_pace(self, interval_s: float) -> float:
        """The same for a part that each sweep wakes when there is something to do. To be safe, it also looks by itself.

        A thousand workspaces that have something to do at the same time would look more than they do.
        """
        return max(interval_s, SAFE_TICKS * self._idle_tick_s)

    async def next_work_at(self) -> datetime | None:
        """The real time when the workspace has to be open: in the past while something is under way; None for never."""
        now = self._clock.conference_now()
        opens = (await self._next_work(now)).opens(now)
        return self._clock.real_time_at(opens) if opens else None

    async def queue_status(self) -> QueueStatus:
        """The deliveries of all processes that have not ended."""
        return await self._database.read(queue.queue_status, self._clock.conference_now())

    @property
    def sweep_age_s(self) -> float:
        """Seconds since this process last looked successfully for what is due, or since it started."""
        return monotonic() - self._scheduled_at

    async def _delete_old_rows(self) -> None:
        """Delete what is kept no longer (see `bot.db.data_protection`)."""
        done: list[data_protection.RetentionRule] = []
        find, now = data_protection.rules_with_old_rows, self._clock.conference_now
        while rules := [rule for rule in await self._database.read(find, now()) if rule not in done]:
            for rule in rules:
                await run_safely("tidying", self._delete_by_rule, rule)
            done += rules  # a rule that failed is tried again the next time; one that left orphans has them found now

    async def _delete_by_rule(self, rule: data_protection.RetentionRule) -> None:
        while await self._database.write(data_protection.delete_old_rows, rule, self._clock.conference_now()) > 0:
            pass

    async def _prepare(self, tx: Transaction, now: datetime) -> None:
        await pauses.clear_token_stop(tx)
        if self._idle_tick_s:
            await reminder_plan.skip_unwanted(tx, now)

    async def _prepare_after_restore(self, tx: Transaction) -> None:
        now = self._clock.conference_at(await tx.now())
        until = now + SWEEP_AHEAD + timedelta(minutes=max(LEADS))
        since = await restore_guard.mark_pending_as_unknown(tx, until, self._ctx.config.settle_delay)
        if since is not None:
            _log.warning("restored from a backup", known_until=since.isoformat())
            await self._ctx.organisers.notify_restore(tx, now, since)

    async def _sweep(self) -> None:
        """Enqueue all that is due by now. Wake the dispatcher, even if only a part of it could be enqueued."""
        if self._idle_tick_s and not await self._has_work():
            await self.foreground.flush()  # otherwise the dispatcher does it
            self._scheduled_at = monotonic()
            return
        try:
            await self._schedule_due()
        finally:
            self._dispatcher.wake()
            if not self._idle_tick_s:  # otherwise `_has_work` has woken those that have something to do
                self._openings.wake()
                self._readings.wake()

    async def _has_work(self) -> bool:
        """Find out whether there is something to do now, and wake the parts that do it. If not, be woken in time."""
        await self._sync_clock()
        now = self._clock.conference_now()
        work = await self._next_work(now)
        begins = work.begins(now, self._clock.conference_duration(self._ctx.config.interval(POST)))
        self.is_busy = begins is not None and begins <= now + self._clock.conference_duration(LOOK_AHEAD)
        if not self.is_busy:
            self._alarm.wake_at(self._clock.system_time_of(self._clock.real_time_at(begins)) if begins else None)
        if work.pending:  # direct messages are opened long before they are needed
            self._openings.wake()
        if work.unknown:
            self._readings.wake()
        return self.is_busy

    async def _next_work(self, now: datetime) -> NextWork:
        return await self._database.read(queue.next_work, self._daily.next_at(now))

    async def _schedule_due(self) -> None:
        await self._sync_clock()
        now = self._clock.conference_now()
        await self._database.write(results.recover_abandoned, self._ctx.config.settle_delay)

        while (created := await self._database.write(queue.enqueue_due_reminders, now)) is not None:
            if created:
                self._dispatcher.wake()
        await self._daily.enqueue_due(now)
        for expired in await self._database.write(_expire_overdue, now):
            self._ctx.log.state_changed(expired, EXPIRED)

        next_due = await self._database.read(queue.next_due_delivery, now)
        self._alarm.wake_at(self._clock.system_time_of(self._clock.real_time_at(next_due)) if next_due else None)
        self._scheduled_at = monotonic()

    async def _sync_clock(self) -> None:
        """Set the clock by what all processes share: the database's clock, and a rehearsal's anchor."""
        if self._database.on_postgresql:
            self._clock.sync_to(await self._database.read(Transaction.now))
        before = self._clock.anchors
        anchors = await self._database.read(clock_repository.clock_anchors) if before else ()
        if anchors and self._clock.anchors is before:  # a jump in this process meanwhile is newer than what was read
            self._clock.follow(*anchors)

    async def _reconcile(self) -> None:
        while await reconcile.resolve_unknown(self._ctx) > 0:
            self._dispatcher.wake()

    def _open_pace(self) -> float:
        return OPEN_INTERVAL_S if self._opened else self._woken_pace(SAFE_INTERVAL_S)  # there may be more to open

    async def _open_needed(self) -> None:
        self._opened = False
        while await direct_messages.open_needed(self._ctx) > 0:
            self._opened = True
            self._dispatcher.wake()


class Alarm:
    """Calls `wake` when the next delivery is due, so that it need not wait for the next tick."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._next: datetime | None = None

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def wake_at(self, moment: datetime | None) -> None:
        """Call `wake` also when this machine's clock shows `moment`. A later call replaces it.

        If that clock is put back, the ticks of the supervisor still come.
        """
        if moment is not None and moment != self._next:
            self._next = moment
            # Without a grace time of None, APScheduler silently drops a job that is a second late.
            self._scheduler.add_job(
                self._ring, DateTrigger(moment), id="next due", replace_existing=True, misfire_grace_time=None
            )

    async def _ring(self) -> None:
        """Call `wake` in the event loop; APScheduler would run a plain function in a thread."""
        self._wake()


async def _expire_overdue(tx: Transaction, now: datetime) -> list[Delivery]:
    expired = await results.expire_late(tx, now)
    await corrections.drop_needless_corrections(tx, await tx.now())
    return expired
