"""One round of the courier: a handful of deliveries past the fence, written, and posted each in its slot."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from bot.clock import Clock, stopwatch
from bot.conference.running import Edition
from bot.reminders.letters import Letters
from bot.reminders.record import Recorder
from bot.reminders.rhythm import Rhythm
from bot.reminders.silence import Silence
from bot.schedule.model import Schedule
from bot.slack.outcomes import Outcome, Refused, Unknown
from bot.slack.posting import Poster
from bot.store import leases, people
from bot.store.database import Database
from bot.store.leases import Envelope, OutdatedEditionError, Request
from bot.views.message import Message
from bot.views.reminders import rehearsed

TRIES = 3  # to turn to the newest revision, before the leases are left to run out


class Conference(Protocol):
    """What is served, and turning to what is newest."""

    @property
    def current(self) -> Edition: ...

    async def refresh(self) -> bool: ...

    async def schedule_of(self, revision: int) -> Schedule | None: ...


Posters = Callable[[str], Poster | None]  # by workspace


class Round:
    """Delivers what one node has leased."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        conference: Conference,
        posters: Posters,
        recorder: Recorder,
        rhythm: Rhythm,
        only_channel: str = "",
    ) -> None:
        """`only_channel` is where a rehearsal posts everything."""
        self._database = database
        self._clock = clock
        self._conference = conference
        self._posters = posters
        self._recorder = recorder
        self._rhythm = rhythm
        self._only_channel = only_channel
        self._silence = Silence()

    def most(self, room: int) -> int:
        """How many may be leased for it where there is room for so many: few while Slack is silent."""
        return self._silence.most(room)

    async def deliver(self, request: Request, leased: Sequence[Envelope], started: float) -> None:
        """Post these in their slots, counted from the stopwatch's `started`, and hand what came of it to the recorder."""
        await _until(started + leased[0].wait.total_seconds())
        fenced = stopwatch()
        edition, envelopes = await self._pass_the_fence(request, leased)
        letters = Letters(edition.schedule)
        await asyncio.gather(*(self._post(one, request.token, letters, started, fenced) for one in envelopes))

    async def _pass_the_fence(self, request: Request, leased: Sequence[Envelope]) -> tuple[Edition, Sequence[Envelope]]:
        """What may be posted, and the edition to write it from, which is the newest at that moment."""
        for _ in range(TRIES):
            edition = self._conference.current
            now = self._clock.conference()
            try:
                return edition, await self._database.write(leases.fence, request, leased, edition.revision, now)
            except OutdatedEditionError:
                await self._conference.refresh()
        return edition, ()

    async def _post(self, envelope: Envelope, lease: str, letters: Letters, started: float, fenced: float) -> None:
        structlog.contextvars.bind_contextvars(delivery=envelope.id)  # in this task, which is for it alone
        known = await self._conference.schedule_of(envelope.since) if envelope.since else None
        message = letters.to(envelope, known, self._clock.conference())
        if message is None:
            self._recorder.add(envelope, lease, None)
            return
        await _until(started + envelope.wait.total_seconds())
        deadline = fenced + self._rhythm.fresh.total_seconds()
        outcome = await self._outcome(envelope, message, deadline)
        self._silence.heard(outcome)
        self._recorder.add(envelope, lease, outcome)

    async def _outcome(self, envelope: Envelope, message: Message, deadline: float) -> Outcome:
        poster = self._posters(envelope.workspace)
        if poster is None:
            return Refused("not installed", "workspace")
        if self._only_channel:
            message = rehearsed(message, envelope.conversation)
        if envelope.corrects:
            return await poster.edit(envelope.channel, envelope.ts, message.payload())
        channel = self._only_channel or envelope.channel or await self._opened(poster, envelope.conversation)
        if not isinstance(channel, str):
            return channel
        if stopwatch() > deadline:
            return Refused("its node was too slow for the lease")
        return await poster.post(channel, message.payload(), envelope.id)

    async def _opened(self, poster: Poster, person: str) -> str | Outcome:
        """The person's direct message; what keeps it from being opened keeps the message from being posted."""
        channel = await poster.open(person)
        if isinstance(channel, str):
            await self._database.write(people.found_at, poster.workspace, person, channel)
            return channel
        return Refused(channel.reason, by_slack=False) if isinstance(channel, Unknown) else channel


async def _until(moment: float) -> None:
    """Wait for a moment of the stopwatch."""
    await asyncio.sleep(max(0.0, moment - stopwatch()))
