"""The course of a rehearsal: from event to event, and at each until everything that is due is over.

It is the machine's clock that is put forward, and the bot runs as on the day itself. Whatever waits, be it for a session,
for a channel's next second or for Slack to settle, waits in that one time, and none of it is waited for.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.app import Bot
from bot.clock import stopwatch
from bot.errors import BotError
from bot.playground.standin import StandIn
from bot.reminders import daily
from bot.schedule.model import Schedule
from bot.store import plan, ready

LOOK_S = 0.03  # between two looks at whether all that is due is over
PATIENCE_S = 60.0  # so long nothing may land nor time go on

Tell = Callable[[datetime], None]  # hears which time it is at the conference


class HaltedError(BotError):
    """A rehearsal that does not go on."""


class Course:
    """One conference, from the time it is to its end."""

    def __init__(self, slack: StandIn, bot: Bot, tell: Tell, patience_s: float = PATIENCE_S) -> None:
        self._landings = slack.journal.landings
        self._bot = bot
        self._clock = bot.clock
        self._tell = tell
        self._patience_s = patience_s
        self._daily = _daily(bot.conference.current.schedule)
        self._landed = 0
        self._moved_at = stopwatch()  # when something landed last, or time went on

    async def run(self) -> None:
        """Until nothing is to come. Raises HaltedError when something that is due neither lands nor ends."""
        while (event := await self._next_event()) is not None:
            if event > self._clock.machine():
                self._put_forward(event)
                await self._bot.reminders.look()
            else:
                await self._wait_a_moment()

    async def _next_event(self) -> datetime | None:
        """When there is next something to do; in the past while it is being done."""
        database, now = self._bot.database, self._clock.machine()
        step = await database.read(ready.next_step)
        if step is not None and step <= now:
            return step
        of_a_day = next((due for due in self._daily if due > now), None)
        events = (step, await database.read(plan.next_wanted), of_a_day)
        return min((event for event in events if event), default=None)

    def _put_forward(self, to: datetime) -> None:
        self._tell(to)
        self._clock.set_by(to)
        self._moved_at = stopwatch()

    async def _wait_a_moment(self) -> None:
        if len(self._landings) > self._landed:
            self._landed, self._moved_at = len(self._landings), stopwatch()
        if stopwatch() - self._moved_at > self._patience_s:
            raise HaltedError(
                f"For {self._patience_s:g} s nothing has landed that is due. Is the machine too busy, or its disk full?"
            )
        await asyncio.sleep(LOOK_S)


def _daily(schedule: Schedule) -> list[datetime]:
    """When digests and the evening's questions are due."""
    days = {schedule.conference.day_of(talk.start): talk.start for talk in schedule.talks}
    return sorted(round_.due for day in days.values() for round_ in daily.rounds(schedule, day))
