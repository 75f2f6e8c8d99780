"""A session of the playground: the fake Slack, the bot that talks to it, and the conference clock that both follow.

Time can be moved on within it; going back starts a new session.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock, SimulatedClock
from bot.fake_slack import FakeSlack
from bot.playground.opening import SHIPPED_SCRIPT, OpeningScript, ask_first_question, create_opening
from bot.schedule.models import Schedule

LEAD = timedelta(minutes=10)

MAX_SPEED = 3_600.0


class TimeControl(Protocol):
    """The part of the bot that a session uses."""

    async def set_time(self, conference_time: datetime, speed: float) -> None:
        """Set conference time, and how many times faster than real time it runs."""


# Runs the bot until the block ends. It uses the fake Slack's clock, and the fake Slack knows its request URL.
StartBot = Callable[[FakeSlack, Clock], AbstractAsyncContextManager[TimeControl]]


class DemoSession:
    """The running playground. Going back in time restarts it with a new workspace and a new database."""

    def __init__(
        self, start_bot: StartBot, schedule: Schedule, opening: datetime, script: OpeningScript = SHIPPED_SCRIPT
    ) -> None:
        """`opening` is conference time, aware; `script` is what was said before it."""
        self.schedule = schedule
        self._script = script
        self.clock = Clock()
        self.watchers: list[Callable[[], None]] = []  # called when the time is set, and after a restart
        self._start_bot = start_bot
        self._opening = opening
        self._next = (opening, 1.0)  # conference time and speed of the next start
        self._slack: FakeSlack | None = None
        self._bot: TimeControl | None = None
        self._session_task: asyncio.Task[None] | None = None
        self._started_event = asyncio.Event()
        self._stopped = asyncio.Event()
        self._changing = asyncio.Lock()

    @property
    def slack(self) -> FakeSlack:
        if self._slack is None:
            raise RuntimeError("the playground is not running yet")
        return self._slack

    @property
    def speed(self) -> float:
        return self.clock.anchor.speed if self.clock.anchor else 1.0

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Run from the opening time until the block ends."""
        self._session_task = task = asyncio.create_task(self._run_sessions())
        try:
            await self._wait_started(task)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def next_session(self) -> datetime | None:
        """Return the next start of a session that is more than ten minutes away, or None after the last."""
        now = self.clock.conference_now()
        starts = (talk.start for talk in self.schedule.talks if not talk.is_break)
        return min((start for start in starts if start - LEAD > now), default=None)

    async def before_next_session(self) -> None:
        """Jump to ten minutes before the next session, if there is one."""
        start = self.next_session()
        if start is not None:
            await self.jump_to(start - LEAD)

    async def jump_to(self, to: datetime) -> None:
        """Set conference time. A time in the past restarts the playground."""
        async with self._changing:
            if to < self.clock.conference_now():
                await self._restart_at(to, self.speed)
            else:
                await self._set_time(to, self.speed)
        self._notify_watchers()

    async def set_speed(self, speed: float) -> None:
        """Run conference time so many times faster than real time, between 1 and MAX_SPEED."""
        async with self._changing:
            await self._set_time(self.clock.conference_now(), min(max(speed, 1.0), MAX_SPEED))
        self._notify_watchers()

    async def restart(self) -> None:
        """Restart at the opening time."""
        async with self._changing:
            await self._restart_at(self._opening, 1.0)
        self._notify_watchers()

    async def _set_time(self, to: datetime, speed: float) -> None:
        if self._bot is None:
            raise RuntimeError("the playground is not running yet")
        await self._bot.set_time(to, speed)

    async def _restart_at(self, opening: datetime, speed: float) -> None:
        if self._session_task is None:
            raise RuntimeError("the playground is not running yet")
        self._next = (opening, speed)
        self._started_event.clear()
        self._stopped.set()
        await self._wait_started(self._session_task)

    async def _wait_started(self, task: asyncio.Task[None]) -> None:
        """Wait until the bot has started. Raises the error that kept it from starting."""
        started = asyncio.create_task(self._started_event.wait())
        await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if task.done():
            task.result()

    async def _run_sessions(self) -> None:
        """Run one start after the other. Each has ended completely before the next begins."""
        while True:
            self._stopped.clear()
            conference_time, speed = self._next
            # Only after the bot has ended, since a running bot sets the clock from its database.
            self.clock.follow(SimulatedClock(self.clock.real_now(), conference_time, speed))
            async with FakeSlack.serving(self.clock) as slack:
                create_opening(slack, self.clock.conference_now(), self._script)
                async with self._start_bot(slack, self.clock) as bot:
                    self._slack, self._bot = slack, bot
                    ask_first_question(slack, self._script)
                    self._started_event.set()
                    await self._stopped.wait()

    def _notify_watchers(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()
