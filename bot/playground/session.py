"""A session of the playground: the fake Slack, the bot that talks to it, and the conference clock that both follow.

It opens with a conversation that is under way. Time can be moved on within it; going back starts a new session.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock, SimulatedClock
from bot.fake_slack import FakeSlack
from bot.fake_slack.workspace import ATTENDEES, ORGANISER, SlackConversation
from bot.schedule.models import Schedule

LEAD = timedelta(minutes=10)

MAX_SPEED = 3_600.0

AMARA, KENJI, MARISOL = ATTENDEES

EARLIER = timedelta(minutes=15)  # the playground opens this long before the first session

ScriptLine = tuple[int, str, str]  # minutes before now, person, text


@dataclass(frozen=True, slots=True)
class OpeningScript:
    """The lines that were said in #general, and the question that Marisol asks the bot."""

    general: tuple[ScriptLine, ...]
    question: str


def opening_time(schedule: Schedule) -> datetime:
    """The moment shortly before the first session, in UTC."""
    return min(talk.start for talk in schedule.given if not talk.is_break) - EARLIER


def script_for(schedule: Schedule) -> OpeningScript:
    """A script that fits any schedule: its name, and a question about one of its speakers."""
    name = schedule.conference.name
    speaker = next((talk.speakers[0].name for talk in schedule.given if talk.speakers and not talk.is_break), "")
    general = (
        (15, ORGANISER.id, f"Good morning, and welcome to {name}! :wave:"),
        *_ABOUT_THE_BOT,
        (1, ORGANISER.id, _REMINDERS),
    )
    return OpeningScript(general, f"@qcon when is {speaker} on?" if speaker else "@qcon what's on next?")


def create_opening(slack: FakeSlack, now: datetime, script: OpeningScript) -> None:
    """Create channels and direct messages, with the messages of the fifteen minutes before `now` (conference time)."""
    workspace = slack.workspace
    everyone = [user.id for user in (ORGANISER, *ATTENDEES)]
    general = workspace.conversation("general")
    general.topic = "Everyone at the conference. The bot is here: mention it, or type a slash command."
    hallway = workspace.conversation("random")
    hallway.name, hallway.topic = "hallway", "Coffee, lunch and company. The bot hasn't been invited here yet."
    organisers = workspace.add_conversation("organisers", "private", [ORGANISER.id, workspace.bot.id])
    organisers.topic = "For those who run the day."
    for user in everyone:
        workspace.direct(workspace.bot.id, user)
    pair = workspace.direct(AMARA.id, KENJI.id)
    _post_lines(slack, general, now, script.general)
    _post_lines(slack, hallway, now, _HALLWAY)
    _post_lines(slack, pair, now, _PAIR)


async def enable_channel_reminders(slack: FakeSlack) -> None:
    """Let Olivia turn reminders on in #general, so that the first jump of the clock shows one."""
    olivia = slack.person(ORGANISER.id)
    await olivia.click(await olivia.ask("/qcon remind here"), "remind-on")
    await olivia.sees("general", "turned on reminders here")


_REMINDERS = "And I'm turning on its reminders here, so that nobody misses a start."

_ABOUT_THE_BOT: tuple[ScriptLine, ...] = (
    (11, KENJI.id, "Good morning from a jet-lagged SRE. Where do I see what's on next?"),
    (10, AMARA.id, "Ask the bot: type `/qcon next`, or mention it right here."),
)

SHIPPED_SCRIPT = OpeningScript(
    (
        (
            15,
            ORGANISER.id,
            "Good morning, and welcome to day two! :wave: Doors to the rooms open ten minutes before each session.",
        ),
        *_ABOUT_THE_BOT,
        (4, MARISOL.id, "I only came for infrastructure as code. Is anyone speaking about Terraform today?"),
        (3, AMARA.id, "Let's find out together :point_down:"),
        (1, ORGANISER.id, _REMINDERS),
    ),
    "@qcon who talks about Terraform?",
)

_HALLWAY: tuple[ScriptLine, ...] = (
    (9, MARISOL.id, "Is the coffee on this floor any good?"),
    (8, KENJI.id, "It is coffee. At this hour, that is good enough. :coffee:"),
)

_PAIR: tuple[ScriptLine, ...] = (
    (7, KENJI.id, "Shall we go to the first session together?"),
    (6, AMARA.id, "Yes! See you at the door."),
)


def _post_lines(
    slack: FakeSlack, conversation: SlackConversation, now: datetime, lines: tuple[ScriptLine, ...]
) -> None:
    for minutes, user, text in lines:
        slack.workspace.post(conversation, user, text, at=now - timedelta(minutes=minutes))


class TimeControl(Protocol):
    """The part of the bot that a session uses."""

    async def set_time(self, conference_time: datetime, speed: float) -> None:
        """Set conference time, and how many times faster than real time it runs."""


# Runs the bot until the block ends. It uses the fake Slack's clock, and the fake Slack knows its request URL.
StartBot = Callable[[FakeSlack, Clock], AbstractAsyncContextManager[TimeControl]]


class DemoSession:
    """The running playground. Going back in time restarts it with a new workspace and a new database."""

    slack: FakeSlack  # both are there while it runs
    _bot: TimeControl

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
        self._running = AsyncExitStack()
        self._changing = asyncio.Lock()

    @property
    def speed(self) -> float:
        return self.clock.anchor.speed if self.clock.anchor else 1.0

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Run from the opening time until the block ends."""
        await self._start(self._opening, 1.0)
        try:
            yield
        finally:
            async with self._changing:
                await self._running.aclose()

    async def before_next_session(self) -> None:
        """Jump to ten minutes before the next session that is further away, if there is one."""
        now = self.clock.conference_now()
        jumps = (talk.start - LEAD for talk in self.schedule.talks if not talk.is_break)
        if (to := min((jump for jump in jumps if jump > now), default=None)) is not None:
            await self.jump_to(to)

    async def jump_to(self, to: datetime) -> None:
        """Set conference time. A time in the past restarts the playground."""
        async with self._changing:
            if to < self.clock.conference_now():
                await self._restart_at(to, self.speed)
            else:
                await self._bot.set_time(to, self.speed)
        self._notify_watchers()

    async def set_speed(self, speed: float) -> None:
        """Run conference time this many times faster than real time, between 1 and MAX_SPEED."""
        async with self._changing:
            await self._bot.set_time(self.clock.conference_now(), min(max(speed, 1.0), MAX_SPEED))
        self._notify_watchers()

    async def restart(self) -> None:
        """Restart at the opening time."""
        async with self._changing:
            await self._restart_at(self._opening, 1.0)
        self._notify_watchers()

    async def _restart_at(self, opening: datetime, speed: float) -> None:
        await self._running.aclose()
        await self._start(opening, speed)

    async def _start(self, opening: datetime, speed: float) -> None:
        """Start the fake Slack and the bot. Both have ended before, since a running bot sets the clock."""
        self.clock.follow(SimulatedClock(self.clock.real_now(), opening, speed))
        async with AsyncExitStack() as stack:
            slack = await stack.enter_async_context(FakeSlack.serving(self.clock))
            create_opening(slack, self.clock.conference_now(), self._script)
            self._bot = await stack.enter_async_context(self._start_bot(slack, self.clock))
            self.slack = slack
            slack.person(MARISOL.id).say("general", self._script.question)
            self._running = stack.pop_all()

    def _notify_watchers(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()
