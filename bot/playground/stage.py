"""The stage of the playground: a stand-in, the bot that talks to it, and the conference clock both go by."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Anchor, Clock
from bot.playground.opening import begin_talking, set_scene
from bot.playground.standin import StandIn
from bot.schedule.model import Schedule

LEAD = timedelta(minutes=10)
FASTEST = 3_600.0


class Rehearsing(Protocol):
    """The bot, as far as the stage moves it."""

    async def rehearse(self, conference_time: datetime, speed: float) -> None: ...


# Starts the bot against a stand-in whose clock it shares, and ends it; the stand-in knows its request URL inside.
StartBot = Callable[[StandIn, Clock], AbstractAsyncContextManager[Rehearsing]]


class Stage:
    """One rehearsal at a time. Going back in time begins another: a fresh workspace and a fresh database."""

    def __init__(self, start_bot: StartBot, schedule: Schedule, opening: datetime) -> None:
        self.schedule = schedule
        self.clock = Clock()
        self.watchers: list[Callable[[], None]] = []  # called when time is tied anew, or all begins afresh
        self._start_bot = start_bot
        self._opening = opening
        self._next = (opening, 1.0)  # when the next rehearsal opens, and how fast it runs
        self._slack: StandIn | None = None
        self._bot: Rehearsing | None = None
        self._playing: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        self._over = asyncio.Event()
        self._changing = asyncio.Lock()

    @property
    def slack(self) -> StandIn:
        if self._slack is None:
            raise RuntimeError("nothing is on yet")
        return self._slack

    @property
    def speed(self) -> float:
        return self.clock.anchor.speed if self.clock.anchor else 1.0

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """On from the opening time until left."""
        self._playing = playing = asyncio.create_task(self._play())
        try:
            await self._beginning(playing)
            yield
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)

    def next_session(self) -> datetime | None:
        """The next start that is more than ten minutes away; nothing after the last."""
        now = self.clock.conference()
        starts = (talk.start for talk in self.schedule.talks if not talk.is_break)
        return min((start for start in starts if start - LEAD > now), default=None)

    async def before_next_session(self) -> None:
        """Jump to ten minutes before it."""
        start = self.next_session()
        if start is not None:
            await self.jump(start - LEAD)

    async def jump(self, to: datetime) -> None:
        """To any time; one that is past begins afresh."""
        async with self._changing:
            if to < self.clock.conference():
                await self._afresh(to, self.speed)
            else:
                await self._rehearse(to, self.speed)
        self._tell()

    async def run(self, speed: float) -> None:
        """So many times faster, from now on."""
        async with self._changing:
            await self._rehearse(self.clock.conference(), min(max(speed, 1.0), FASTEST))
        self._tell()

    async def begin_afresh(self) -> None:
        """Back to the opening."""
        async with self._changing:
            await self._afresh(self._opening, 1.0)
        self._tell()

    def _tie(self, conference: datetime, speed: float) -> None:
        self.clock.follow(Anchor(self.clock.machine(), conference, speed))

    async def _rehearse(self, to: datetime, speed: float) -> None:
        if self._bot is None:
            raise RuntimeError("nothing is on yet")
        await self._bot.rehearse(to, speed)

    async def _afresh(self, opening: datetime, speed: float) -> None:
        if self._playing is None:
            raise RuntimeError("nothing is on yet")
        self._next = (opening, speed)
        self._begun.clear()
        self._over.set()
        await self._beginning(self._playing)

    async def _beginning(self, playing: asyncio.Task[None]) -> None:
        """Until the bot is on stage; raises what kept it from getting there."""
        beginning = asyncio.create_task(self._begun.wait())
        await asyncio.wait({playing, beginning}, return_when=asyncio.FIRST_COMPLETED)
        beginning.cancel()
        if playing.done():
            playing.result()

    async def _play(self) -> None:
        """Rehearsal after rehearsal, each wholly torn down before the next."""
        while True:
            self._over.clear()
            self._tie(*self._next)  # not before the last bot has ended, which follows the anchor in its database
            async with StandIn.serving(self.clock) as slack:
                set_scene(slack, self.clock.conference())
                async with self._start_bot(slack, self.clock) as bot:
                    self._slack, self._bot = slack, bot
                    begin_talking(slack)
                    self._begun.set()
                    await self._over.wait()

    def _tell(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()
