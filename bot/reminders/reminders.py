"""The reminders of one node: woken by ticks, they sweep the plan, send the courier, and look into what is unknown."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot import telemetry
from bot.clock import Clock, stopwatch
from bot.questions.subscriptions import LEADS
from bot.reminders.aftermath import Aftermath
from bot.reminders.answers import Answers
from bot.reminders.boundary import safely
from bot.reminders.courier import Courier
from bot.reminders.daily import Daily
from bot.reminders.organisers import Organisers
from bot.reminders.reconcile import Reconciler
from bot.reminders.record import Recorder
from bot.reminders.rhythm import Rhythm
from bot.reminders.round import Conference, Posters, Round
from bot.reminders.tally import Tally
from bot.reminders.ticks import Ticks
from bot.settings import Settings
from bot.store import corrections, fanout, holds, outcomes, plan, queue, ready, rehearsal, restored, retention
from bot.store.database import Database, Transaction
from bot.store.deliveries import EXPIRED
from bot.store.fanout import AHEAD
from bot.store.outcomes import Expired
from bot.store.queue import Queue
from bot.telemetry.metrics import Metrics

_log = telemetry.logger("reminders")


class Reminders:
    """Runs on every node alike; nothing is kept here that is not in the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        conference: Conference,
        posters: Posters,
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        rhythm, only = Rhythm.of(settings), settings.rehearsal_channel
        self._database = database
        self._clock = clock
        self._rhythm = rhythm
        self._aftermath = Aftermath(Organisers.of(settings))
        self._tally = Tally(clock, metrics)
        self._recorder = Recorder(database, clock, self._aftermath, self._tally, rhythm)
        round_ = Round(database, clock, conference, posters, self._recorder, rhythm, only)
        self.answers = Answers(database, rhythm)
        self._courier = Courier(database, clock, round_, self._tally, rhythm, self.answers, only)
        self._reconciler = Reconciler(database, clock, posters, self._tally, rhythm, only)
        self._daily = Daily(database, conference)
        self._ticks = Ticks(self.wake, self.tidy)
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._swept_at = stopwatch()

    async def take_stock(self, workspace: str) -> None:
        """Before anything is planned: where the database was restored, what may have been sent is looked for first."""
        await self._database.write(self._take_stock, workspace)

    async def start(self) -> None:
        """Begin, with what is due already."""
        await self._database.write(holds.start_anew)
        loops = (self._sweep_on(), self._settle_on(), self._courier.run(), self._recorder.run())
        self._tasks = [asyncio.create_task(loop) for loop in loops]
        self._ticks.start()
        self.wake()

    async def stop(self, seconds: float = 8.0) -> None:
        """Finish what is under way, at most so long; what is left another node picks up, or this one when it is back."""
        self._ticks.stop()
        *others, recording = self._tasks
        await _cancelled(*others)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._finish(seconds)
        await _cancelled(recording)

    def wake(self) -> None:
        """Something may be due, or have changed: look now rather than at the next tick."""
        self._woken.set()

    async def look(self) -> None:
        """What is due by now is in the courier's hands once this returns; the database being away is logged."""
        await safely("sweeping", self._sweep)
        self._courier.wake()

    async def tell_of_schedule(self, workspace: str, source: str, why: str, usable: int = 0) -> None:
        """Have the organisers told why a new version of the schedule is not served, and by which number it can be."""
        now = self._clock.conference()
        await self._database.write(self._aftermath.tell_of_schedule, workspace, now, source, why, usable)
        self.wake()

    async def next_due(self) -> datetime | None:
        """When the next reminder that somebody wants falls due, in UTC; nothing when none is to come."""
        return await self._database.read(plan.next_wanted)

    async def queue(self) -> Queue:
        """What waits to be delivered, on whichever node."""
        return await self._database.read(queue.queue, self._clock.conference())

    @property
    def sweep_age_s(self) -> float:
        """Since this node's last good sweep, or since it began."""
        return stopwatch() - self._swept_at

    async def tidy(self) -> None:
        """Delete what is kept no longer (see bot.store.retention)."""
        for rule in retention.RULES:
            await safely("tidying", self._tidy, rule)

    async def _tidy(self, rule: retention.Rule) -> None:
        some = True
        while some:
            some = await self._database.write(retention.tidy, rule, self._clock.conference()) > 0

    async def _take_stock(self, tx: Transaction, workspace: str) -> None:
        now = self._clock.conference_at(await tx.machine())
        since = await restored.take_stock(tx, now + AHEAD + timedelta(minutes=max(LEADS)), self._rhythm.settle)
        if since is not None:
            _log.warning("restored from a backup", known_until=since.isoformat())
            await self._aftermath.tell_of_restore(tx, workspace, now, since)

    async def _finish(self, seconds: float) -> None:
        await self._courier.stop(seconds)
        await self._recorder.drained()

    async def _sweep_on(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self.look()

    async def _sweep(self) -> None:
        """Take back what silent nodes held, end what is too late, make deliveries of what is due, set the next tick."""
        await self._set_clock()
        now = self._clock.conference()
        await self._database.write(outcomes.recover, self._rhythm.settle)
        while (made := await self._database.write(fanout.sweep, now)) is not None:
            if made:
                self._courier.wake()
        await self._daily.sweep(now)
        for one in await self._database.write(_end_what_is_over, now):
            self._tally.came_to(one, EXPIRED)
        next_due = await self._database.read(ready.next_due, now)
        self._ticks.at(self._clock.wall_at(self._clock.machine_at(next_due)) if next_due else None)
        self._swept_at = stopwatch()

    async def _set_clock(self) -> None:
        """By what all nodes share: the database's own clock, and a rehearsal's anchor."""
        if self._database.on_postgresql:
            self._clock.set_by(await self._database.read(Transaction.machine))
        before = self._clock.anchor
        anchor = await self._database.read(rehearsal.anchor) if before else None
        if anchor and self._clock.anchor is before:  # else this node was tied anew while it read
            self._clock.follow(anchor)

    async def _settle_on(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            await safely("reading back", self._settle)

    async def _settle(self) -> None:
        more = True
        while more:
            more = await self._reconciler.settle() > 0


async def _end_what_is_over(tx: Transaction, now: datetime) -> list[Expired]:
    expired = await outcomes.expire(tx, now)
    await corrections.drop_needless(tx, await tx.machine())
    return expired


async def _cancelled(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
