"""The courier: takes what is due with a slot for each, a little ahead, and sends it out on rounds."""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta

from bot import telemetry
from bot.clock import Clock, stopwatch
from bot.reminders.answers import Answers
from bot.reminders.boundary import safely
from bot.reminders.rhythm import Rhythm
from bot.reminders.round import Round
from bot.reminders.tally import Tally
from bot.store import leases, ready
from bot.store.database import Database
from bot.store.deliveries import LEASED
from bot.store.fanout import AHEAD
from bot.store.leases import Envelope, Request
from bot.store.ready import Waiting

ROUND = 25  # deliveries that pass the fence together
UNDER_WAY = 100  # at most leased by this node and not yet posted: no more than there are connections to Slack
ROOM = 50  # is taken at least, for leasing one by one is slow
LOOK_S = 0.4  # between two looks at how much waits
NEARLY = timedelta(milliseconds=250)  # slots so close together make one round


class Courier:
    """One node's courier; any number of them share the work through the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        round_: Round,
        tally: Tally,
        rhythm: Rhythm,
        answers: Answers,
        only_channel: str = "",
    ) -> None:
        self._database = database
        self._clock = clock
        self._round = round_
        self._tally = tally
        self._answers = answers
        self._rhythm = rhythm
        self._only_channel = only_channel
        self._rounds: dict[asyncio.Task[bool], Request] = {}
        self._under_way = 0
        self._waiting: list[Waiting] = []
        self._looked_at = 0.0
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something to deliver."""
        self._looked_at = 0.0
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            self._woken.clear()
            await safely("leasing", self._take)
            await self._rest()

    async def stop(self, seconds: float) -> None:
        """After `run` was cancelled: finish what is under way, at most so long, and give back what is not begun."""
        for token in {request.token for request in self._rounds.values()}:
            await safely("releasing", self._release, token)
        if self._rounds:
            await asyncio.wait(self._rounds, timeout=seconds)

    async def _release(self, token: str) -> None:
        await self._database.write(leases.release, token, "its node stops")

    async def _rest(self) -> None:
        """Until there may be something, or slots for more of what there was."""
        with suppress(TimeoutError):  # not wait_for: before Python 3.12 it may lose a cancellation
            async with asyncio.timeout(self._rhythm.ahead.total_seconds() / 2):
                await self._woken.wait()

    async def _take(self) -> None:
        await self._answers.count()
        for waiting in await self._who_waits():
            room = UNDER_WAY - self._under_way
            if room < ROOM:
                return  # a round that comes back wakes us
            if not (most := self._round.most(room)):
                return
            request = self._request(waiting, most)
            leased = await self._database.write(leases.lease, request, self._clock.conference())
            started = stopwatch()
            with telemetry.in_one_go():
                for one in leased:
                    self._tally.came_to(one, LEASED)
            for group in rounds(leased):
                self._send_out(request, group, started)
            if len(leased) == most:
                self._woken.set()

    async def _who_waits(self) -> list[Waiting]:
        """As of now, or of a moment ago while one lease follows the other."""
        if stopwatch() - self._looked_at > LOOK_S:
            self._looked_at = stopwatch()
            self._waiting = await self._database.read(ready.waiting)
        return self._waiting

    def _request(self, waiting: Waiting, most: int) -> Request:
        every = self._rhythm.every(waiting.method)
        early = self._clock.conference_time(waiting.count * every)
        return Request(
            waiting.workspace,
            waiting.method,
            secrets.token_hex(8),
            most,
            every,
            self._rhythm.ahead,
            self._rhythm.lease,
            early=min(early, AHEAD),
            only_channel=self._only_channel,
        )

    def _send_out(self, request: Request, leased: Sequence[Envelope], started: float) -> None:
        self._under_way += len(leased)
        task = asyncio.create_task(safely("delivering", self._round.deliver, request, leased, started))
        self._rounds[task] = request
        task.add_done_callback(lambda _: self._back(task, len(leased)))

    def _back(self, task: "asyncio.Task[bool]", count: int) -> None:
        del self._rounds[task]
        if self._under_way > UNDER_WAY - ROOM:
            self._woken.set()
        self._under_way -= count


def rounds(leased: Sequence[Envelope]) -> Iterator[Sequence[Envelope]]:
    """What passes the fence together: up to 25 whose slots nearly coincide."""
    begin = 0
    for end in range(1, len(leased) + 1):
        full = end - begin == ROUND
        if end == len(leased) or full or leased[end].wait - leased[begin].wait > NEARLY:
            yield leased[begin:end]
            begin = end
