"""The course of a rehearsal: from event to event, and at each until everything that is due is over.

It is the machine's clock that is put forward, and the bot runs as on the day itself. Whatever waits, be it for a session,
for a channel's next second or for Slack to settle, waits in that one time, and none of it is waited for.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.app import RunningBot
from bot.clock import monotonic
from bot.errors import BotError
from bot.playground.standin import FakeSlack
from bot.reminders import daily
from bot.schedule.model import Schedule
from bot.store import plan, ready

POLL_INTERVAL_S = 0.03  # between two looks at whether all that is due is over
STALL_TIMEOUT_S = 60.0  # so long nothing may land nor time go on

Progress = Callable[[datetime], None]  # hears which time it is at the conference


class SimulationStalled(BotError):
    """A rehearsal that does not go on."""


class Simulation:
    """One conference, from the time it is to its end."""

    def __init__(
        self, slack: FakeSlack, bot: RunningBot, progress: Progress, timeout_s: float = STALL_TIMEOUT_S
    ) -> None:
        self._posted_messages = slack.journal.messages
        self._bot = bot
        self._clock = bot.clock
        self._progress = progress
        self._timeout_s = timeout_s
        self._daily = _daily_times(bot.live_schedule.current.schedule)
        self._posted_count = 0
        self._moved_at = monotonic()  # when something landed last, or time went on

    async def run(self) -> None:
        """Until nothing is to come. Raises SimulationStalled when something that is due neither lands nor ends."""
        while (event := await self._next_event()) is not None:
            if event > self._clock.real_now():
                self._advance_to(event)
                await self._bot.worker.run_once()
            else:
                await self._wait_briefly()

    async def _next_event(self) -> datetime | None:
        """When there is next something to do; in the past while it is being done."""
        database, now = self._bot.database, self._clock.real_now()
        step = await database.read(ready.next_step_at)
        if step is not None and step <= now:
            return step
        of_a_day = next((due for due in self._daily if due > now), None)
        events = (step, await database.read(plan.next_due_with_audience), of_a_day)
        return min((event for event in events if event), default=None)

    def _advance_to(self, to: datetime) -> None:
        self._progress(to)
        self._clock.sync_to(to)
        self._moved_at = monotonic()

    async def _wait_briefly(self) -> None:
        if len(self._posted_messages) > self._posted_count:
            self._posted_count, self._moved_at = len(self._posted_messages), monotonic()
        if monotonic() - self._moved_at > self._timeout_s:
            raise SimulationStalled(
                f"For {self._timeout_s:g} s nothing has landed that is due. Is the machine too busy, or its disk full?"
            )
        await asyncio.sleep(POLL_INTERVAL_S)


def _daily_times(schedule: Schedule) -> list[datetime]:
    """When digests and the evening's questions are due."""
    days = {schedule.conference.day_of(talk.start): talk.start for talk in schedule.talks}
    return sorted(round_.due for day in days.values() for round_ in daily.daily_messages(schedule, day))
