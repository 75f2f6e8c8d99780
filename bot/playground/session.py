"""The scene the playground opens on: where people meet, and a short conversation under way.

The stage of the playground: a stand-in, the bot that talks to it, and the conference clock both go by."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock, SimulatedClock
from bot.fake_slack import FakeSlack
from bot.fake_slack.models import ATTENDEES, ORGANISER, SlackConversation
from bot.schedule.models import Schedule

AMARA, KENJI, MARISOL = ATTENDEES


def create_opening(slack: FakeSlack, now: datetime) -> None:
    """Channels, direct messages, and what was said in the quarter of an hour before `now` (conference time)."""
    workspace = slack.workspace
    everyone = [user.id for user in (ORGANISER, *ATTENDEES)]
    general = workspace.conversation("general")
    general.topic = "Everyone at the conference. The bot is here: mention it, or type a slash command."
    hallway = workspace.conversation("random")
    hallway.name, hallway.topic = "hallway", "Coffee, lunch and company. The bot has not been invited here yet."
    organisers = workspace.add_conversation("organisers", "private", [ORGANISER.id, workspace.bot.id])
    organisers.topic = "For those who run the day."
    for user in everyone:
        workspace.direct(workspace.bot.id, user)
    pair = workspace.direct(AMARA.id, KENJI.id)
    _post_lines(slack, general, now, _GENERAL)
    _post_lines(slack, hallway, now, _HALLWAY)
    _post_lines(slack, pair, now, _PAIR)


def post_first_question(slack: FakeSlack) -> None:
    """The bot is there now: the question that Marisol was about to ask it."""
    slack.person(MARISOL.id).say("general", "@qcon who talks about Terraform?")


async def enable_channel_reminders(slack: FakeSlack) -> None:
    """Olivia turns them on in the general channel, so that the first jump of the clock shows one."""
    olivia = slack.person(ORGANISER.id)
    await olivia.click(await olivia.ask("/qcon remind here"), "remind-on")
    await olivia.sees("general", "turned on reminders here")


ScriptLine = tuple[int, str, str]  # minutes before now, who, what

_GENERAL: tuple[ScriptLine, ...] = (
    (
        15,
        ORGANISER.id,
        "Good morning, and welcome to day two! :wave: Doors to the rooms open ten minutes before each session.",
    ),
    (11, KENJI.id, "Good morning from a jet-lagged SRE. Where do I see what is on next?"),
    (10, AMARA.id, "Ask the bot: type `/qcon next`, or mention it right here."),
    (4, MARISOL.id, "I only came for infrastructure as code. Is anyone speaking about Terraform today?"),
    (3, AMARA.id, "Let’s find out together :point_down:"),
    (1, ORGANISER.id, "And I am turning on its reminders here, so that nobody misses a start."),
)

_HALLWAY: tuple[ScriptLine, ...] = (
    (9, MARISOL.id, "Is the coffee on this floor any good?"),
    (8, KENJI.id, "It is coffee. At this hour, that is good enough. :coffee:"),
)

_PAIR: tuple[ScriptLine, ...] = (
    (7, KENJI.id, "Shall we go to the first session together?"),
    (6, AMARA.id, "Yes! See you at the door."),
)


def _post_lines(slack: FakeSlack, where: SlackConversation, now: datetime, lines: tuple[ScriptLine, ...]) -> None:
    for minutes, user, text in lines:
        slack.workspace.post(where, user, text, at=now - timedelta(minutes=minutes))


LEAD = timedelta(minutes=10)

MAX_SPEED = 3_600.0


class TimeControl(Protocol):
    """The bot, as far as the stage moves it."""

    async def set_time(self, conference_time: datetime, speed: float) -> None: ...


# Starts the bot against a stand-in whose clock it shares, and ends it; the stand-in knows its request URL inside.
StartBot = Callable[[FakeSlack, Clock], AbstractAsyncContextManager[TimeControl]]


class DemoSession:
    """One rehearsal at a time. Going back in time begins another: a fresh workspace and a fresh database."""

    def __init__(self, start_bot: StartBot, schedule: Schedule, opening: datetime) -> None:
        self.schedule = schedule
        self.clock = Clock()
        self.watchers: list[Callable[[], None]] = []  # called when time is tied anew, or all begins afresh
        self._start_bot = start_bot
        self._opening = opening
        self._next = (opening, 1.0)  # when the next rehearsal opens, and how fast it runs
        self._slack: FakeSlack | None = None
        self._bot: TimeControl | None = None
        self._session_task: asyncio.Task[None] | None = None
        self._started_event = asyncio.Event()
        self._stopped = asyncio.Event()
        self._changing = asyncio.Lock()

    @property
    def slack(self) -> FakeSlack:
        if self._slack is None:
            raise RuntimeError("nothing is on yet")
        return self._slack

    @property
    def speed(self) -> float:
        return self.clock.anchor.speed if self.clock.anchor else 1.0

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """On from the opening time until left."""
        self._session_task = playing = asyncio.create_task(self._run_sessions())
        try:
            await self._started(playing)
            yield
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)

    def next_session(self) -> datetime | None:
        """The next start that is more than ten minutes away; nothing after the last."""
        now = self.clock.conference_now()
        starts = (talk.start for talk in self.schedule.talks if not talk.is_break)
        return min((start for start in starts if start - LEAD > now), default=None)

    async def before_next_session(self) -> None:
        """Jump to ten minutes before it."""
        start = self.next_session()
        if start is not None:
            await self.jump_to(start - LEAD)

    async def jump_to(self, to: datetime) -> None:
        """To any time; one that is past begins afresh."""
        async with self._changing:
            if to < self.clock.conference_now():
                await self._restart_at(to, self.speed)
            else:
                await self._set_time(to, self.speed)
        self._notify_watchers()

    async def set_speed(self, speed: float) -> None:
        """So many times faster, from now on."""
        async with self._changing:
            await self._set_time(self.clock.conference_now(), min(max(speed, 1.0), MAX_SPEED))
        self._notify_watchers()

    async def restart(self) -> None:
        """Back to the opening."""
        async with self._changing:
            await self._restart_at(self._opening, 1.0)
        self._notify_watchers()

    def _anchor_at(self, conference: datetime, speed: float) -> None:
        self.clock.follow(SimulatedClock(self.clock.real_now(), conference, speed))

    async def _set_time(self, to: datetime, speed: float) -> None:
        if self._bot is None:
            raise RuntimeError("nothing is on yet")
        await self._bot.set_time(to, speed)

    async def _restart_at(self, opening: datetime, speed: float) -> None:
        if self._session_task is None:
            raise RuntimeError("nothing is on yet")
        self._next = (opening, speed)
        self._started_event.clear()
        self._stopped.set()
        await self._started(self._session_task)

    async def _started(self, playing: asyncio.Task[None]) -> None:
        """Until the bot is on stage; raises what kept it from getting there."""
        beginning = asyncio.create_task(self._started_event.wait())
        await asyncio.wait({playing, beginning}, return_when=asyncio.FIRST_COMPLETED)
        beginning.cancel()
        if playing.done():
            playing.result()

    async def _run_sessions(self) -> None:
        """Rehearsal after rehearsal, each wholly torn down before the next."""
        while True:
            self._stopped.clear()
            self._anchor_at(*self._next)  # not before the last bot has ended, which follows the anchor in its database
            async with FakeSlack.serving(self.clock) as slack:
                create_opening(slack, self.clock.conference_now())
                async with self._start_bot(slack, self.clock) as bot:
                    self._slack, self._bot = slack, bot
                    post_first_question(slack)
                    self._started_event.set()
                    await self._stopped.wait()

    def _notify_watchers(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()
